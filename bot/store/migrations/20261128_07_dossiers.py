"""The dossier that a case had when it went to the authority is kept with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_07_dossiers"
down_revision = "20261128_06_guesses"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "dossiers",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blob_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["blob_id"], ["blobs.id"], name=op.f("fk_dossiers_blob_id_blobs")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_dossiers_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossiers")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("dossiers") as dossiers:
        dossiers.create_index(op.f("ix_dossiers_case_id"), ["case_id"], unique=False)
