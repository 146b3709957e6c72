"""A letter that the gate held says when staff let it go; what left within the hour is counted by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_gate_releases"
down_revision = "20261127_add_sender_checks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
        outbox.create_index(op.f("ix_outbox_dated_at"), ["dated_at"], unique=False)
