"""The transparency log, passkeys, consents that replace one another, exports, deletions, reports.

Consents that were given before have no entry in the log. They stay readable and can be withdrawn;
nothing more is made under them until the person agrees again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from consent.adapters.tables import Base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NEW_TABLES = (
    "accounts",
    "passkeys",
    "exports",
    "deletions",
    "reports",
    "announcements",
    "log_leaves",
    "log_nodes",
    "log_head",
    "log_cosignatures",
)
NEW_COLUMNS = (
    ("subjects", "account_id", sa.String(64)),
    ("browser_sessions", "account_id", sa.String(64)),
    ("browser_sessions", "signed_in_until", sa.DateTime(timezone=True)),
    ("records", "assented_at", sa.DateTime(timezone=True)),
    ("records", "replaced_at", sa.DateTime(timezone=True)),
    ("records", "replaced_by", sa.String(64)),
    ("records", "log_index", sa.BigInteger()),
    ("outputs", "frozen_at", sa.DateTime(timezone=True)),
    ("outputs", "log_index", sa.BigInteger()),
)


def upgrade() -> None:
    """Go forward."""
    for table, name, kind in NEW_COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_index("ix_subjects_account_id", "subjects", ["account_id"])
    tables = [Base.metadata.tables[name] for name in NEW_TABLES]
    Base.metadata.create_all(op.get_bind(), tables=tables)
    # Whoever was captured under a consent had agreed to it before the camera.
    op.execute(
        "UPDATE records SET assented_at = "
        "(SELECT min(captured_at) FROM captures WHERE captures.record_id = records.id)"
    )
