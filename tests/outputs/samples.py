"""Renders, grants and fakes that the tests of outputs share."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import cv2
import numpy as np
from c2pa import Builder, C2paSignerInfo, Context, Settings, Signer
from numpy.typing import NDArray

from consent.adapters.keys import seal, unseal
from consent.log import Leaf, LeafKind, LoggedLeaf, commit
from consent.types import Grant, RecordState, SubjectKind
from outputs.authority import Authority
from outputs.provenance import Claim
from outputs.registry import Registered, nearest
from outputs.standing import Standing
from outputs.types import Render, StoredOutput
from tests.fakes import LOG_SIGNER, NOON, MemoryLog, MemoryVault, fake_grant

NOW = NOON
RECEIPT = "5e" * 32
WORD = 0x2B7E1516  # a watermark's id
PARAMETERS = {"style": "toon", "line_weight": 0.5, "seed": 7}


def flat(width: int = 512, height: int = 512, colour=(236, 226, 208)) -> NDArray[np.uint8]:
    return np.full((height, width, 3), colour, np.uint8)


def textured(side: int = 512, seed: int = 3) -> NDArray[np.uint8]:
    coarse = np.random.default_rng(seed).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)


def render_of(pixels: NDArray[np.uint8], **changes) -> Render:
    """A face as `studio.styles.portrait` frames it, on any pixels."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    left = (width - side) / 2

    def box(a: float, b: float, c: float, d: float):
        return (left + a * side, b * side, left + c * side, d * side)

    render = Render(
        pixels=pixels,
        face_box=box(0.29, 0.24, 0.71, 0.77),
        keep_clear=(
            box(0.34, 0.38, 0.46, 0.45),
            box(0.54, 0.38, 0.66, 0.45),
            box(0.45, 0.42, 0.55, 0.56),
            box(0.42, 0.59, 0.58, 0.66),
        ),
        lower_face=box(0.29, 0.66, 0.71, 0.77),
        style="toon",
        family="illustrated",
        digital_source_type="algorithmicMedia",
    )
    return replace(render, **changes)


def logged_leaf(
    *, before: int = 5, after: int = 6, kind=LeafKind.CONSENT, signer=LOG_SIGNER
) -> LoggedLeaf:
    """An entry among others, with its proof."""
    log = MemoryLog(signer)
    for number in range(before + 1 + after):
        mine = number == before
        name = b"the consent" if mine else b"another %d" % number
        leaf = Leaf(kind if mine else LeafKind.CAPTURE, NOW, commit(b"opening", name))
        log.append(leaf)
    return log.prove(before)


LOGGED = logged_leaf()
LOG_KEYS = LOG_SIGNER.verifier()


def claim_of(**changes) -> Claim:
    values = {
        "output_id": "output-1",
        "job_id": "job-1",
        "receipt_hash": RECEIPT,
        "digital_source_type": "algorithmicMedia",
        "synthetic": False,
        "version": "0.1.0",
        "family": "illustrated",
        "logged": LOGGED,
    }
    return Claim(**{**values, **changes})


def grant_of(kind: SubjectKind = SubjectKind.PERSON, **changes) -> Grant:
    values = {"subject_kind": kind, "receipt_hash": RECEIPT, "logged": LOGGED, **changes}
    return fake_grant(**values)


class States:
    """How the one record that the samples quote stands (None when it is gone), and reports."""

    def __init__(
        self, standing: RecordState | Standing | None, dispute=None, *, words=(WORD,), kept=True
    ) -> None:
        bare = isinstance(standing, RecordState)
        self._standing = Standing(standing) if bare else standing
        self._disputes = {"output-1": dispute}
        self._kept = kept
        self._registered = [
            Registered(word, f"output-{number}", RECEIPT) for number, word in enumerate(words, 1)
        ]

    def standing_of(self, receipt_hash: str) -> Standing | None:
        return self._standing if receipt_hash == RECEIPT else None

    def dispute_of(self, output_id: str):
        return self._disputes.get(output_id)

    def is_kept(self, output_id: str) -> bool:
        return self._kept

    def nearest(self, word: int):
        return nearest(word, self._registered)


def signed_by_another(definition: dict[str, object], data: bytes, authority: Authority) -> bytes:
    """Sign a PNG with any manifest, as another program would."""
    info = C2paSignerInfo(b"es256", authority.chain, authority.key, None)
    signed = io.BytesIO()
    context = Context(Settings(), Signer.from_info(info))
    with Builder(definition, context=context) as builder:
        builder.sign("image/png", io.BytesIO(data), signed)
    return signed.getvalue()


class SealingVault(MemoryVault):
    """Encrypts for real, under keys that come from the subjects' names."""

    def seal(self, subject_id: str, kind: str, plaintext: bytes) -> bytes:
        return seal(self._key(subject_id), plaintext, name=f"{subject_id}|{kind}")

    def unseal(self, subject_id: str, kind: str, sealed: bytes) -> bytes:
        return unseal(self._key(subject_id), sealed, name=f"{subject_id}|{kind}")

    def _key(self, subject_id: str) -> bytes:
        self._check(subject_id)
        return hashlib.sha256(subject_id.encode()).digest()


def vault_of(*subject_ids: str) -> SealingVault:
    vault = SealingVault()
    for subject_id in subject_ids:
        vault.create(subject_id)
    return vault


class MemoryRows:
    """outputs.store.OutputRows in a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[StoredOutput, str]] = {}
        self.words: dict[int, Registered] = {}

    def register(self, registered: Registered, at: datetime) -> None:
        assert registered.word not in self.words
        self.words[registered.word] = registered

    def registered(self) -> list[Registered]:
        return list(self.words.values())

    def add(self, output: StoredOutput, object_key: str) -> None:
        assert all(row.job_id != output.job_id for row, _ in self.rows.values())
        self.rows[output.id] = (output, object_key)

    def load(self, output_id: str) -> tuple[StoredOutput, str] | None:
        return self.rows.get(output_id)

    def of_subject(self, subject_id: str) -> list[StoredOutput]:
        found = [row for row, _ in self.rows.values() if row.subject_id == subject_id]
        return sorted(found, key=lambda row: row.created_at, reverse=True)

    def registered_under(self, receipt_hashes) -> list[tuple[Registered, datetime]]:
        return [(one, NOW) for one in self.words.values() if one.receipt_hash in receipt_hashes]

    def keys_of_subject(self, subject_id: str) -> dict[str, str]:
        return {row.id: key for row, key in self.rows.values() if row.subject_id == subject_id}

    def object_keys(self) -> frozenset[str]:
        return frozenset(key for _, key in self.rows.values())

    def delete(self, output_id: str) -> None:
        self.rows.pop(output_id, None)

    def delete_subject(self, subject_id: str) -> int:
        gone = [row.id for row in self.of_subject(subject_id)]
        for output_id in gone:
            del self.rows[output_id]
        return len(gone)


class MemoryLedger:
    """outputs.store.OutputLedger that rolls back like a database."""

    def __init__(self) -> None:
        self.kept = MemoryRows()

    @contextmanager
    def transaction(self) -> Iterator[MemoryRows]:
        work = MemoryRows()
        work.rows, work.words = dict(self.kept.rows), dict(self.kept.words)
        yield work
        self.kept = work

    reading = transaction
