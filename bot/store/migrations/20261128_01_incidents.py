"""The register of personal data breaches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_01_incidents"
down_revision = "20261127_staff_examples"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=True),
        *(sa.Column(name, sa.String(length=40), nullable=False) for name in ("cause", "state")),
        sa.Column("aware_at", MOMENT, nullable=False),
        *(sa.Column(name, sa.String(length=40), nullable=False) for name in ("risk", "role")),
        *(
            sa.Column(name, MOMENT, nullable=True)
            for name in ("notified_at", "people_told_at", "controller_told_at", "closed_at")
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_incidents_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("incidents") as incidents:
        incidents.create_index(op.f("ix_incidents_case_id"), ["case_id"], unique=False)
        incidents.create_index(op.f("ix_incidents_state_id"), ["state", "id"], unique=False)
