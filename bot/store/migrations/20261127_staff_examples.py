"""What staff taught: the words of a mail without its people, and what they said it asks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_staff_examples"
down_revision = "20261127_mailbox_indexes"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "examples",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_examples_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_examples")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("examples") as examples:
        examples.create_index(op.f("ix_examples_case_id"), ["case_id"], unique=False)
