"""Codes on paper, and signed calls of the company's own application."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_03_second_factors"
down_revision = "20261128_02_links"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "paper_codes",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("place_index", sa.String(length=80), nullable=False),
        sa.Column("code_hash", sa.String(length=200), nullable=False),
        sa.Column("request_ids", sa.JSON(), nullable=False),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("made_at", "expires_at")),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_paper_codes_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_codes")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("paper_codes") as paper_codes:
        paper_codes.create_index(op.f("ix_paper_codes_case_id"), ["case_id"], unique=False)
    op.create_table(
        "login_calls",
        sa.Column("nonce_index", sa.String(length=80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("nonce_index", name=op.f("pk_login_calls")),
    )
    with op.batch_alter_table("login_calls") as login_calls:
        login_calls.create_index(op.f("ix_login_calls_at"), ["at"], unique=False)
