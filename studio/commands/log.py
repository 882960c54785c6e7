"""`log`: check the transparency log, prove one entry of it, print its key."""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from consent.adapters.log_check import LogCheck, check_log
from consent.adapters.log_entries import EntryCheck, check_entries, find_entry, opening_of
from consent.entries import logged_json
from consent.errors import Refusal
from consent.log import LeafKind

if TYPE_CHECKING:
    from argparse import Namespace

    from consent.adapters.database import Database, SqlUnit
    from consent.checkpoints import LogSigner

HOLDS, FAILS = 0, 1  # exit statuses
MOST_DIGITS = 18  # of an entry's number; ids are longer
HOW_TO_CHECK = (
    "leaf hash = SHA-256(0x00 || leaf as canonical JSON); go up with the proof as RFC 9162, "
    "section 2.1.3.2 says, to the root in the checkpoint; verify the checkpoint's signature with "
    "the log's key (c2sp.org/signed-note). The leaf speaks of the payload when its commitment is "
    "HMAC-SHA-256 of the payload (base64) under the opening (hex)."
)


def run_log(
    options: Namespace, database: Database, signer: LogSigner, witnesses: Sequence[str]
) -> int:
    """Run one of the actions on this studio's own log; the status says whether all holds.

    Args:
        options: of the command line.
        database: opened, its log found to continue what the studio knew.
        signer: of the log.
        witnesses: vkeys of those whose cosignatures are kept.
    """
    try:
        with database.reading() as unit:
            match options.action:
                case "check":
                    return _check(unit, signer, witnesses, as_json=options.json)
                case "prove":
                    return _prove(unit, options.id)
                case _:
                    print("\n".join(signer.verifier().vkeys))
                    return HOLDS
    except Refusal as refusal:
        print(f"{refusal.code}: {refusal}", file=sys.stderr)
        return FAILS


def _check(unit: SqlUnit, signer: LogSigner, witnesses: Sequence[str], *, as_json: bool) -> int:
    """Check every entry, and everything in the database that points at one."""
    began = time.perf_counter()
    log = check_log(unit.session, signer.verifier(), witnesses=witnesses)
    entries = check_entries(unit, consents=log.kinds.get(LeafKind.CONSENT, 0))
    seconds = time.perf_counter() - began
    if as_json:
        print(json.dumps(_as_json(log, entries), indent=2))
    else:
        print(_as_text(log, entries), f"All of it was checked in {seconds:.1f} seconds.", sep="\n")
    return HOLDS


def _prove(unit: SqlUnit, name: str) -> int:
    """Print an entry with all that somebody else needs to check it."""
    is_number = name.isdecimal() and len(name) <= MOST_DIGITS
    entry = None if is_number else find_entry(unit, name)
    if entry is None and not is_number:
        print("This was made before the studio had a log.", file=sys.stderr)
        return FAILS
    index = int(name) if entry is None else entry.index
    logged = unit.log.prove(index, unit.log.witnessed_size(index))
    key = opening_of(unit, entry) if entry else None
    lines = unit.log.cosignatures(logged.proof.size)
    shown: dict[str, object] = {
        **logged_json(logged),
        "cosignatures": [{"witness": line.split(" ")[1], "line": line} for line in lines],
        "opening": key.hex() if key else None,
        "log_vkey": unit.log.vkey,
        "payload": base64.b64encode(entry.payload).decode() if entry and key else None,
        "how_to_check": HOW_TO_CHECK,
    }
    print(json.dumps(shown, indent=2, ensure_ascii=False))
    return HOLDS


def _as_json(log: LogCheck, entries: EntryCheck) -> dict[str, object]:
    return {
        "origin": log.checkpoint.origin,
        "size": log.checkpoint.size,
        "root": log.checkpoint.root.hex(),
        "first": log.first.isoformat(),
        "last": log.last.isoformat(),
        "kinds": {kind.value: count for kind, count in log.kinds.items()},
        "cosigned": [{"witness": name, "size": size} for name, size in log.cosigned],
        "unknown_witnesses": list(log.unverified),
        "opened": entries.opened,
        "closed": entries.closed,
        "older": entries.older,
    }


def _as_text(log: LogCheck, entries: EntryCheck) -> str:
    kinds = ", ".join(f"{count} {kind.value}" for kind, count in log.kinds.items())
    witnessed = dict(log.cosigned)  # the newest is the last
    lines = [
        f"The log {log.checkpoint.origin} holds {log.checkpoint.size} entries: {kinds}.",
        f"The first is of {log.first:%d %B %Y, %H:%M} UTC, the last of {log.last:%d %B %Y, %H:%M}.",
        "Every entry, every stored hash and the signed head agree.",
        f"{entries.opened} entries say what the database says; "
        f"{entries.closed} can be read by nobody any more, because their key is destroyed.",
    ]
    if entries.older:
        lines.append(f"Records and avatars that are older than the log: {entries.older}.")
    lines.extend(
        f"{name} saw it with {size} entries, and it has only grown since."
        for name, size in witnessed.items()
    )
    if not witnessed:
        lines.append("No witness that this studio knows has signed it, so only the keys' folder")
        lines.append("would tell of an older database.")
    return "\n".join(lines)
