"""The numbers of captures and probes are sealed under their subjects' keys.

Rows of before are sealed here, with the master key that `Database.migrate` hands over. What cannot
be sealed belongs to a subject whose key was destroyed: it should have gone with it, and goes now.
"""

from __future__ import annotations

import json
import math

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.orm import Session

from consent.adapters.keys import MasterKey
from consent.adapters.vault import SqlVault
from consent.errors import ConsentRefused

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CAPTURES = sa.table(
    "captures",
    sa.column("id", sa.String),
    sa.column("subject_id", sa.String),
    sa.column("kind", sa.String),
    sa.column("evidence", sa.Text),
    sa.column("sealed_evidence", sa.LargeBinary),
)
_PROBES = sa.table(
    "probes",
    sa.column("id", sa.String),
    sa.column("subject_id", sa.String),
    sa.column("capture_id", sa.String),
    sa.column("distance", sa.Double),
    sa.column("z", sa.Double),
    sa.column("sealed_numbers", sa.LargeBinary),
)


def upgrade() -> None:
    """Go forward."""
    # SQLite adds and drops columns in place; rebuilding a table would break what refers to it.
    for table, column in (("captures", "sealed_evidence"), ("probes", "sealed_numbers")):
        added = sa.Column(column, sa.LargeBinary(), nullable=False, server_default="")
        op.add_column(table, added)
    with Session(op.get_bind()) as session:
        master: MasterKey = context.config.attributes["master"]
        _seal_probes(session, SqlVault(session, master))
        _seal_captures(session, SqlVault(session, master))
        session.flush()
    op.drop_column("probes", "distance")
    op.drop_column("probes", "z")
    op.drop_column("captures", "evidence")


def downgrade() -> None:
    """Sealed numbers stay sealed: an older version cannot read them."""
    raise NotImplementedError("numbers that were sealed are not written in plain text again")


def _seal_probes(session: Session, vault: SqlVault) -> None:
    for row in session.execute(sa.select(_PROBES)).all():
        kept = {"distance": _finite(row.distance), "z": _finite(row.z), "look": None}
        sealed = _sealed(vault, row.subject_id, "numbers", kept)
        chosen = _PROBES.c.id == row.id
        if sealed is None:
            session.execute(sa.delete(_PROBES).where(chosen))
        else:
            session.execute(sa.update(_PROBES).where(chosen).values(sealed_numbers=sealed))


def _seal_captures(session: Session, vault: SqlVault) -> None:
    for row in session.execute(sa.select(_CAPTURES)).all():
        old = json.loads(row.evidence)
        kept = {"numbers": old, "colours": []} if row.kind == "person" else {"frame_hashes": old}
        sealed = _sealed(vault, row.subject_id, "evidence", kept)
        chosen = _CAPTURES.c.id == row.id
        if sealed is None:
            session.execute(sa.delete(_CAPTURES).where(chosen))
        else:
            session.execute(sa.update(_CAPTURES).where(chosen).values(sealed_evidence=sealed))


def _sealed(vault: SqlVault, subject_id: str, kind: str, kept: object) -> bytes | None:
    """Return the sealed JSON, or None when the subject's key is gone."""
    try:
        return vault.seal(subject_id, kind, json.dumps(kept).encode())
    except ConsentRefused:
        return None


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
