"""Letters and cases are counted by the mailbox behind an address, whatever tag was added to it.

What stands here already keeps the count of its exact address: without a tag that is the same.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_mailbox_indexes"
down_revision = "20261127_gate_releases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_outbox_address_index_letter_made_at"), table_name="outbox")
    op.execute("ALTER TABLE outbox RENAME COLUMN address_index TO mailbox_index")
    op.create_index(op.f("ix_outbox_mailbox_index_letter_made_at"), "outbox", ["mailbox_index", "letter", "made_at"])
    op.add_column("cases", sa.Column("mailbox_index", sa.String(length=80), nullable=True))
    op.execute("UPDATE cases SET mailbox_index = sender_index")
    op.create_index(op.f("ix_cases_mailbox_index_opened_at"), "cases", ["mailbox_index", "opened_at"])
