"""What the ids in the colours of outputs lead to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "watermarks",
        sa.Column("word", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("output_id", sa.String(length=64), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_watermarks"),
        sa.UniqueConstraint("output_id", name="uq_watermarks_output_id"),
    )
