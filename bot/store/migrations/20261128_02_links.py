"""Links to the public pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_02_links"
down_revision = "20261128_01_incidents"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        *(sa.Column(name, sa.String(length=40), nullable=False) for name in ("action", "state")),
        *(sa.Column(name, sa.String(length=80), nullable=False) for name in ("token_hash", "address_index")),
        sa.Column("challenge_id", ID, nullable=True),
        sa.Column("export_ids", sa.JSON(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("tries", "downloads")),
        sa.Column("ticket_hash", sa.String(length=80), nullable=True),
        sa.Column("ticket_until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_links_case_id_cases")),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenges.id"], name=op.f("fk_links_challenge_id_challenges")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("links") as links:
        links.create_index(op.f("ix_links_case_id"), ["case_id"], unique=False)
        links.create_index(op.f("ix_links_token_hash"), ["token_hash"], unique=False)
