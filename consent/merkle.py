"""The Merkle tree of the transparency log (RFC 9162, section 2.1): hashes, proofs, verification.

Leaves are numbered from 0. A tree of `size` leaves is cut at the largest power of two smaller than
its size. Hashes of complete subtrees never change again, so they are what a log keeps: a node is
named by `(level, index)` and covers the leaves `[index << level, (index + 1) << level)`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consent.errors import LogInvalid

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()  # RFC 9162, section 2.1.1

Node = tuple[int, int]  # level, index
Range = tuple[int, int]  # first leaf, leaf after the last


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Hashes that lead from one leaf to the root (RFC 9162, section 2.1.3)."""

    index: int
    size: int  # leaves of the tree that the root stands for
    path: tuple[bytes, ...]  # 32 bytes each, from the leaf upwards


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """Hashes that show that an old tree is the beginning of a new one (section 2.1.4)."""

    old_size: int
    new_size: int
    path: tuple[bytes, ...]  # 32 bytes each


def log_invalid(code: str, what: str, *, next_step: str | None = None) -> LogInvalid:
    """Return a refusal of the log."""
    return LogInvalid(
        code,
        what,
        why="Only a log that nobody can rewrite shows when consent was given and when it ended.",
        next_step=next_step or "Run `python app.py log check`, and keep a copy of what you have.",
    )


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf's bytes: SHA-256(0x00 || leaf)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over complete subtrees of falling size, the largest first; none: empty."""
    if not hashes:
        return EMPTY_ROOT
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def peaks(start: int, stop: int) -> tuple[Node, ...]:
    """Return the complete subtrees that make up a subtree, the largest first.

    The root of a tree is `fold` of the hashes of `peaks(0, size)`.
    """
    nodes = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return tuple(nodes)


def grown(size: int, edge: Sequence[bytes], leaf: bytes) -> tuple[dict[Node, bytes], bytes]:
    """Return what one more leaf adds to a tree: new complete subtrees, and the new root.

    Args:
        size: leaves before.
        edge: hashes of `peaks(0, size)`.
        leaf: hash of the new leaf.
    """
    nodes: dict[Node, bytes] = {}
    left, new, level = list(edge), leaf, 0
    while size >> level & 1:
        new = node_hash(left.pop(), new)
        level += 1
        nodes[level, size >> level] = new
    return nodes, fold([*left, new])


def inclusion_ranges(index: int, size: int) -> tuple[Range, ...]:
    """Return the subtrees whose hashes prove a leaf, from the leaf upwards (PATH, 2.1.3.1)."""
    if not 0 <= index < size:
        raise log_invalid("leaf_missing", f"The log has no entry {index} of {size}.")
    start, stop, ranges = 0, size, []
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            ranges.append((middle, stop))
            stop = middle
        else:
            ranges.append((start, middle))
            start = middle
    return tuple(reversed(ranges))


def consistency_ranges(old_size: int, new_size: int) -> tuple[Range, ...]:
    """Return the subtrees whose hashes prove that a tree grew (PROOF, 2.1.4.1)."""
    if not 0 <= old_size <= new_size:
        raise log_invalid("leaf_missing", f"The log has {new_size} entries, not {old_size}.")
    if old_size == 0:  # every tree begins with the empty one
        return ()
    start, stop, ranges = 0, new_size, []
    while old_size != stop:
        middle = start + _split(stop - start)
        if old_size <= middle:
            ranges.append((middle, stop))
            stop = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start:  # else the whole old tree, whose root the verifier knows
        ranges.append((start, stop))
    return tuple(reversed(ranges))


def nodes_of(ranges: Sequence[Range]) -> tuple[Node, ...]:
    """Return the complete subtrees whose hashes the hashes of subtrees are made of."""
    return tuple(node for each in ranges for node in peaks(*each))


def hashes_of(ranges: Sequence[Range], known: Mapping[Node, bytes]) -> tuple[bytes, ...]:
    """Return each subtree's hash out of the hashes of `nodes_of` them."""
    return tuple(fold([known[node] for node in peaks(*each)]) for each in ranges)


def verify_inclusion(leaf: bytes, proof: InclusionProof, root: bytes) -> None:
    """Verify that a leaf's bytes stand at the proof's place in the tree with this root.

    The steps and the names `fn`, `sn` are those of RFC 9162, section 2.1.3.2.

    Raises:
        LogInvalid: `leaf_missing` or `proof_invalid`.
    """
    if not 0 <= proof.index < proof.size:
        raise log_invalid("leaf_missing", f"The log has no entry {proof.index} of {proof.size}.")
    fn, sn, result = proof.index, proof.size - 1, leaf_hash(leaf)
    for sibling in _checked(proof.path):
        if sn == 0:
            raise _unproved()
        if fn & 1 or fn == sn:
            result = node_hash(sibling, result)
            fn, sn = _skip_missing(fn, sn)
        else:
            result = node_hash(result, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or result != root:
        raise _unproved()


def verify_consistency(proof: ConsistencyProof, old_root: bytes, new_root: bytes) -> None:
    """Verify that the tree with the old root is the beginning of the one with the new root.

    The steps and the names `fn`, `sn` are those of RFC 9162, section 2.1.4.2.

    Raises:
        LogInvalid: `log_forked` when the proof does not lead to both roots, `proof_invalid` when
            it is no proof for these sizes.
    """
    if not 0 <= proof.old_size <= proof.new_size:
        raise log_invalid("proof_invalid", "A log only grows.")
    if proof.old_size in {0, proof.new_size}:  # nothing to prove beyond the roots themselves
        expected = new_root if proof.old_size else EMPTY_ROOT
        if proof.path:
            raise log_invalid("proof_invalid", "Nothing was to be proved, yet there is a proof.")
        if old_root != expected:
            raise _forked(proof)
        return
    if _both_roots(proof, old_root) != (old_root, new_root):
        raise _forked(proof)


def _both_roots(proof: ConsistencyProof, old_root: bytes) -> tuple[bytes, bytes]:
    """Return the roots of the old and of the new tree that a proof leads to."""
    path = list(_checked(proof.path))
    if proof.old_size & (proof.old_size - 1) == 0:  # the old tree is one complete subtree
        path.insert(0, old_root)
    if not path:
        raise log_invalid("proof_invalid", "The proof is empty.")
    fn, sn = proof.old_size - 1, proof.new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if sn == 0:
            raise log_invalid("proof_invalid", "The proof is too long for these sizes.")
        if fn & 1 or fn == sn:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            fn, sn = _skip_missing(fn, sn)
        else:
            new = node_hash(new, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise log_invalid("proof_invalid", "The proof is too short for these sizes.")
    return old, new


def _split(size: int) -> int:
    """Return the largest power of two smaller than the size (at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def _skip_missing(fn: int, sn: int) -> tuple[int, int]:
    """Go up the right edge, past levels where a node has no sibling."""
    while not fn & 1 and fn:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def _checked(path: Sequence[bytes]) -> Sequence[bytes]:
    if any(len(each) != HASH_BYTES for each in path):
        raise log_invalid("proof_invalid", f"A hash of the proof has not {HASH_BYTES} bytes.")
    return path


def _unproved() -> LogInvalid:
    return log_invalid("proof_invalid", "The proof does not lead from this entry to the root.")


def _forked(proof: ConsistencyProof) -> LogInvalid:
    return log_invalid(
        "log_forked",
        f"The log of {proof.new_size} entries does not begin with the {proof.old_size} it had.",
        next_step="Keep both checkpoints: together they prove that the log was rewritten.",
    )
