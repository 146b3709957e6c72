"""What is known of the connection a mail came over, until its sender was checked; and the signatures seen so far."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_add_sender_checks"
down_revision = "20261127_add_folder_gaps"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("mails") as mails:
        mails.add_column(sa.Column("connection", sa.LargeBinary(), nullable=True))
    op.create_table(
        "seals",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("mail_id", ID, nullable=False),
        sa.Column("signature_index", sa.String(length=80), nullable=False),
        sa.Column("body_index", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_seals_case_id_cases")),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_seals_mail_id_mails")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seals")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("seals") as seals:
        seals.create_index(op.f("ix_seals_case_id"), ["case_id"], unique=False)
        seals.create_index(op.f("ix_seals_signature_index"), ["signature_index"], unique=False)
        seals.create_index(op.f("ix_seals_body_index"), ["body_index"], unique=False)
