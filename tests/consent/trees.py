"""Merkle trees over leaves in a list, hashed as RFC 9162 writes them down: by recursion."""

from __future__ import annotations

import hashlib

from consent.log import ConsistencyProof, InclusionProof


def mth(leaves):
    """MTH(D_n), RFC 9162, section 2.1.1."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m, leaves):
    """PATH(m, D_n), section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m, leaves, *, whole):
    """SUBPROOF(m, D_n, b), section 2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


def inclusion(leaves, index):
    return InclusionProof(index, len(leaves), tuple(path(index, leaves)))


def consistency(leaves, old_size):
    proved = subproof(old_size, leaves, whole=True) if old_size else []
    return ConsistencyProof(old_size, len(leaves), tuple(proved))


def split(size):
    k = 1
    while k * 2 < size:
        k *= 2
    return k
