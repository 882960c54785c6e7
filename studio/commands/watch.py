"""`log watch` and `log compare`: remember somebody's log, and cosign it only while it grows.

These ask a studio over the network that its operator names, and need nothing of a studio's data:
they are meant to run on another computer, by somebody else.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.adapters.keys import write_private
from consent.checkpoints import LogVerifier, read_checkpoint, witness_key
from consent.errors import LogInvalid
from consent.log import ConsistencyProof
from consent.signing import key_id_of
from consent.witness import Memory, Witness, compare
from studio.commands.log_client import StudioClient, StudioRefused, StudioUnreachable

if TYPE_CHECKING:
    from argparse import Namespace

    from consent.ports import Clock

COSIGNED, REFUSED, UNREACHABLE = 0, 1, 2  # exit statuses
NAME_DIGITS = 16
LEAST_SECONDS = 1.0  # between two looks


def run_witness(options: Namespace, clock: Clock) -> int:
    """Run one of the actions that need nothing of a studio's own data."""
    return compare_seen(options) if options.action == "compare" else watch(options, clock)


def watch(options: Namespace, clock: Clock, *, wait: Callable[[float], None] = time.sleep) -> int:
    """Look at a log once, or again and again; stop for good when it was rewritten."""
    try:
        witness = load_witness(options.key, options.name)
    except LogInvalid as refusal:
        print(f"{refusal.code}: {refusal}", file=sys.stderr)
        return REFUSED
    print(f"This witness is {witness_key(witness.name, witness.key.public_key()).vkey}")
    while True:
        status = _look(options, witness, clock)
        if options.once or status == REFUSED:
            return status
        wait(max(options.every, LEAST_SECONDS))


def compare_seen(options: Namespace) -> int:
    """Compare what two witnesses saw; the status is 1 when the log showed them different trees."""
    try:
        seen = [_seen(file) for file in (options.one, options.other)]
        client = StudioClient(options.studio) if options.studio else None
        keys = _chosen_keys(options, [key for each in seen for key in each.log_keys], client)
        notes = [each.cosigned or "" for each in seen]
        old, new = sorted(read_checkpoint(note).size for note in notes)
        proof = _grown(client, old, new) if client else None
        first, last = compare(notes[0], notes[1], LogVerifier(keys), proof)
    except LogInvalid as refused:
        print(f"{refused.code}: {refused}", file=sys.stderr)
        return REFUSED
    except OSError as error:
        print(error, file=sys.stderr)
        return UNREACHABLE
    print(f"Both saw one log: {first.size} entries, and {last.size}.")
    return COSIGNED


def load_witness(path: Path, name: str) -> Witness:
    """Load a witness's own key, or make it at the first use (mode 600).

    Raises:
        LogInvalid: the file holds no key, or the name has a space or a plus sign.
    """
    if not path.exists():
        write_private(path, Ed25519PrivateKey.generate().private_bytes_raw())
    try:
        key = Ed25519PrivateKey.from_private_bytes(path.read_bytes())
        named = name or f"selfsame.witness/{key_id_of(key.public_key())[:NAME_DIGITS]}"
        witness_key(named, key.public_key())
    except ValueError as error:
        raise LogInvalid(
            "witness_invalid",
            f"{path} is no witness's key, or {name!r} is no name.",
            why="A witness signs under one name with one key.",
            next_step="Name another file, and a name without spaces and plus signs.",
        ) from error
    return Witness(named, key)


def _look(options: Namespace, witness: Witness, clock: Clock) -> int:
    """Look at the log once: remember and cosign it, or say why not."""
    note = ""
    try:
        client = StudioClient(options.url)
        memory = _memory(options, client)
        note = client.checkpoint()
        size = read_checkpoint(note).size
        old = read_checkpoint(memory.cosigned).size if memory.cosigned else size
        memory = witness.witness(memory, note, _grown(client, old, size), now=clock.now())
        write_private(options.state, memory.to_json().encode())  # before anybody may rely on it
        refused = client.send(memory.cosigned or "")
    except LogInvalid as refusal:
        print(f"{refusal.code}: {refusal}", file=sys.stderr)
        if note:
            _keep_evidence(options.state, note)
        return REFUSED
    except StudioUnreachable as error:
        print(error, file=sys.stderr)
        return UNREACHABLE
    print(f"{clock.now():%Y-%m-%d %H:%M:%S} UTC: cosigned {size} entries", flush=True)
    if refused:
        print(f"The studio keeps no cosignature of this witness: {refused}", file=sys.stderr)
    return COSIGNED


def _memory(options: Namespace, client: StudioClient) -> Memory:
    """Return what was seen before; at first sight, the keys that are trusted from now on."""
    if options.state.exists():
        memory = Memory.from_json(options.state.read_text(encoding="utf-8"))
        new = [key for key in options.log_key if key not in memory.log_keys]
        return replace(memory, log_keys=(*new, *memory.log_keys))
    keys = tuple(options.log_key) or client.vkeys()
    LogVerifier(keys)
    if not options.log_key:
        print(f"First sight. Trusted from now on, as the studio gave it: {' '.join(keys)}")
    return Memory(keys)


def _grown(client: StudioClient, old: int, new: int) -> ConsistencyProof | None:
    """Return the studio's proof; None where it has none to give."""
    if old >= new:
        return None
    try:
        return client.consistency(old, new)
    except StudioRefused:
        return None


def _keep_evidence(state: Path, note: str) -> None:
    """Keep what the log showed beside what was seen before: together they prove what it did."""
    evidence = state.with_name(f"{state.name}.refused")
    write_private(evidence, note.encode())
    print(f"What it showed is kept in {evidence}, what was seen before in {state}", file=sys.stderr)


def _seen(file: Path) -> Memory:
    """Read a witness's state file, or a checkpoint by itself."""
    text = file.read_text(encoding="utf-8")
    memory = Memory.from_json(text) if text.lstrip().startswith("{") else Memory((), text)
    read_checkpoint(memory.cosigned or "")
    return memory


def _chosen_keys(
    options: Namespace, remembered: Sequence[str], client: StudioClient | None
) -> Sequence[str]:
    if options.log_key:
        return list(options.log_key)
    return remembered or (client.vkeys() if client else ())
