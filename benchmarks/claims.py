"""Claims whose consent stands in a log of any size, with a real proof."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.checkpoints import Checkpoint, LogSigner
from consent.log import InclusionProof, Leaf, LeafKind, LoggedLeaf
from consent.merkle import inclusion_ranges, leaf_hash, node_hash
from outputs.provenance import Claim
from studio.styles.painted.styles import toon

LOG = LogSigner("log.example/bench", Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def claim_in(size: int) -> Claim:
    """Return a claim whose consent stands in the middle of a log of that size.

    The hashes of the rest of the tree are made up; the proof through them is a real one.
    """
    index = size // 2
    leaf = Leaf(LeafKind.CONSENT, BEGAN, "0" * 64)
    path, root = [], leaf_hash(leaf.to_bytes())
    for start, _ in inclusion_ranges(index, size):
        path.append(hashlib.sha256(start.to_bytes(8)).digest())
        root = node_hash(path[-1], root) if start < index else node_hash(root, path[-1])
    note = LOG.sign(Checkpoint(LOG.origin, size, root))
    return Claim(
        output_id="0" * 32,
        job_id="0" * 32,
        receipt_hash="0" * 64,
        digital_source_type=toon.STYLE.digital_source_type,
        synthetic=True,
        version="0",
        family=toon.STYLE.family.value,
        logged=LoggedLeaf(leaf, InclusionProof(index, size, tuple(path)), note),
    )
