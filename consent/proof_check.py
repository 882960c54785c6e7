"""What a receipt's proof from the log shows: entry, tree, checkpoint and witnesses."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import rfc8785

from consent.checkpoints import (
    Checkpoint,
    LogVerifier,
    read_checkpoint,
    verify_cosignature,
    with_cosignatures,
)
from consent.errors import LogInvalid
from consent.log import InclusionProof, Leaf, verify_inclusion, verify_opening
from consent.signed_notes import VerifierKey, split_note


class Verdict(StrEnum):
    """What was found out about one question."""

    FOUND = "found"
    FAILS = "does not hold"
    UNKNOWN = "cannot be known here"


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question, in one plain sentence."""

    code: str  # stable, for tests and tools
    verdict: Verdict
    sentence: str


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """Keys that the reader knows from elsewhere (c2sp.org/signed-note)."""

    log: str | None = None
    witnesses: Sequence[str] = ()


def log_findings(
    entry: Mapping[str, Any], payload: bytes, *, not_before: datetime, trusted: TrustedKeys
) -> Iterator[Finding]:
    """Yield what a proof shows.

    Args:
        entry: as `schemas/log-proof-1.json` has it.
        payload: what the log's entry must commit to.
        not_before: aware; what was logged cannot be logged before it happened.
        trusted: keys that the reader knows.
    """
    try:
        leaf = Leaf.from_bytes(rfc8785.dumps(entry["leaf"]))
        checkpoint = read_checkpoint(entry["checkpoint"])
        path = tuple(base64.b64decode(each) for each in entry["proof"])
        proof = InclusionProof(int(entry["index"]), int(entry["size"]), path)
    except (LogInvalid, ValueError):
        yield Finding("log", Verdict.FAILS, "The proof from the log cannot be read.")
        return
    yield _opened(entry["opening"], leaf, payload)
    if leaf.at < not_before:
        yield Finding("log_time", Verdict.FAILS, "It was logged before it happened.")
    yield _included(leaf, proof, checkpoint)
    yield from _checkpoint(entry, trusted.log)
    yield from _witnesses(entry, trusted.witnesses)


def _included(leaf: Leaf, proof: InclusionProof, checkpoint: Checkpoint) -> Finding:
    place = f"entry {proof.index} in a log of {proof.size}"
    refused = Finding(
        "inclusion", Verdict.FAILS, f"The proof does not show {place}: cut, mixed up or moved."
    )
    try:
        verify_inclusion(leaf.to_bytes(), proof, checkpoint.root)
    except LogInvalid:
        return refused
    if proof.size != checkpoint.size:
        return refused
    at = f"{leaf.at:%Y-%m-%d %H:%M} UTC"
    return Finding(
        "inclusion", Verdict.FOUND, f"The log {checkpoint.origin} has it: {place}, {at}."
    )


def _opened(opening: str | None, leaf: Leaf, payload: bytes) -> Finding:
    if opening is None:
        return Finding(
            "opening",
            Verdict.UNKNOWN,
            "What the log's entry says: its opening was destroyed with the subject's key.",
        )
    try:
        verify_opening(leaf, bytes.fromhex(opening), payload)
    except LogInvalid:
        return Finding(
            "opening", Verdict.FAILS, "The log's entry speaks of something else than this receipt."
        )
    return Finding("opening", Verdict.FOUND, "The log's entry speaks of exactly this.")


def _checkpoint(entry: Mapping[str, Any], trusted: str | None) -> Iterator[Finding]:
    named = entry.get("log_vkey")
    vkey = trusted or named
    if vkey is None:
        yield Finding(
            "checkpoint",
            Verdict.UNKNOWN,
            "The checkpoint's signature: give the log's key to check.",
        )
        return
    try:
        LogVerifier([vkey]).verify(entry["checkpoint"])
    except LogInvalid:
        whose = "you gave" if trusted else "the receipt names"
        yield Finding(
            "checkpoint", Verdict.FAILS, f"The checkpoint is not signed by the key {whose}."
        )
        return
    yield Finding("checkpoint", Verdict.FOUND, f"The checkpoint is signed by the log's key {vkey}.")
    if trusted and named not in {None, trusted}:
        yield Finding(
            "log_key", Verdict.FAILS, "The receipt names another key of the log than you."
        )


def _witnesses(entry: Mapping[str, Any], trusted: Sequence[str]) -> Iterator[Finding]:
    told = entry.get("cosignatures", [])
    note = with_cosignatures(entry["checkpoint"], [each["line"] for each in told])
    known = {}
    for vkey in trusted:
        known[VerifierKey.parse(vkey).name] = vkey
    for each in told:
        name = each["witness"]
        if not _is_line_of(name, each["line"]):
            yield Finding(
                "witness", Verdict.FAILS, f"The line of the witness {name} is not theirs."
            )
        elif name not in known:
            yield Finding(
                "witness",
                Verdict.UNKNOWN,
                f"Whether {name} witnessed it: give the witness's key to check.",
            )
        else:
            yield _witnessed(note, known[name], name)


def _witnessed(note: str, vkey: str, name: str) -> Finding:
    try:
        seen = verify_cosignature(note, vkey)
    except LogInvalid:
        return Finding("witness", Verdict.FAILS, f"{name} did not sign this checkpoint.")
    return Finding(
        "witness", Verdict.FOUND, f"{name} saw this checkpoint on {seen.at:%Y-%m-%d %H:%M} UTC."
    )


def _is_line_of(name: str, line: str) -> bool:
    try:
        found = split_note(f"\n\n{line}\n")[1]
    except LogInvalid:
        return False
    return [each.name for each in found] == [name]
