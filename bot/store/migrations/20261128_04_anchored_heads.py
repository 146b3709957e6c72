"""The head of each chain of events says how far the newest anchor knows it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_04_anchored_heads"
down_revision = "20261128_03_second_factors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("event_heads") as heads:
        heads.add_column(sa.Column("anchored_seq", sa.Integer(), nullable=True))
