"""The ledger tells of UIDs without mail, of folders that are gone, and of folders that were made anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_add_folder_gaps"
down_revision = "20261126_start"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("folders") as folders:
        folders.add_column(sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "folder_gaps",
        sa.Column("mailbox", sa.String(length=320), nullable=False),
        sa.Column("folder", sa.String(length=500), nullable=False),
        sa.Column("uidvalidity", ID, autoincrement=False, nullable=False),
        sa.Column("low", ID, autoincrement=False, nullable=False),
        sa.Column("high", ID, nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "folder", "uidvalidity", "low", name=op.f("pk_folder_gaps")),
    )
    op.create_table(
        "former_folders",
        sa.Column("id", ID, nullable=False),
        sa.Column("mailbox", sa.String(length=320), nullable=False),
        sa.Column("folder", sa.String(length=500), nullable=False),
        sa.Column("uidvalidity", ID, nullable=False),
        sa.Column("high_water", ID, nullable=False),
        sa.Column("before_start", ID, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_folders")),
        sqlite_autoincrement=True,
    )
