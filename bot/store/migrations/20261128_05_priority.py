"""A case that presses stands at the top of the list."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_05_priority"
down_revision = "20261128_04_anchored_heads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("priority", sa.Integer(), nullable=True))
