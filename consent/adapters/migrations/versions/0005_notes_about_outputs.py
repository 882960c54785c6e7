"""What is noted about an output: how it was drawn, and how much it looks like its subject.

Sealed under the subject's key like every number that was measured of a face. Outputs of before have
no notes. What a job is asked for is sealed as well: corrections by hand tell what a person looks
like. Jobs of before keep theirs in the open; no style had corrections then.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("outputs", sa.Column("sealed_notes", sa.LargeBinary(), nullable=True))
    op.add_column("jobs", sa.Column("sealed_controls", sa.LargeBinary(), nullable=True))
