"""Wrong codes of a day are counted over all cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_06_guesses"
down_revision = "20261128_05_priority"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guesses",
        sa.Column("mailbox_index", sa.String(length=80), nullable=False),
        sa.Column("guessed_on", sa.Date(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox_index", "guessed_on", name=op.f("pk_guesses")),
    )
