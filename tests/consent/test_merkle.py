"""Roots and proofs against the known vectors, the RFC's own recursion, and somebody else's code."""

from __future__ import annotations

import importlib
import platform
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import LogInvalid
from consent.merkle import (
    EMPTY_ROOT,
    ConsistencyProof,
    InclusionProof,
    consistency_ranges,
    fold,
    grown,
    hashes_of,
    inclusion_ranges,
    leaf_hash,
    nodes_of,
    peaks,
    verify_consistency,
    verify_inclusion,
)
from tests.consent.trees import consistency, inclusion, mth, path, subproof

# Leaves and roots that Certificate Transparency's implementations share (RFC 6962, section 2.1).
LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
MANY = [number.to_bytes(2) for number in range(67)]
sizes = st.integers(1, len(MANY))
metamorphic = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64",
    reason="the other implementation has a wheel for this platform only",
)


def stored(leaves):
    """Grow a tree leaf by leaf, as the log does, and return every complete subtree's hash."""
    known, roots = {}, [EMPTY_ROOT]
    for index, leaf in enumerate(leaves):
        known[0, index] = leaf_hash(leaf)
        edge = [known[node] for node in peaks(0, index)]
        nodes, root = grown(index, edge, leaf_hash(leaf))
        known.update(nodes)
        roots.append(root)
    return known, roots


KNOWN, MANY_ROOTS = stored(MANY)


def prove(index, size):
    ranges = inclusion_ranges(index, size)
    return InclusionProof(index, size, hashes_of(ranges, KNOWN))


def prove_growth(old, new):
    return ConsistencyProof(old, new, hashes_of(consistency_ranges(old, new), KNOWN))


def flipped(value, place):
    changed = bytearray(value)
    changed[place // 8 % len(changed)] ^= 1 << place % 8
    return bytes(changed)


def test_an_empty_tree_has_the_hash_of_nothing():
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert fold([]) == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_the_known_ones(size):
    known, roots = stored(LEAVES[:size])
    assert roots[size].hex() == ROOTS[size - 1]
    assert fold([known[node] for node in peaks(0, size)]).hex() == ROOTS[size - 1]
    assert mth(LEAVES[:size]).hex() == ROOTS[size - 1]


A, B, C, D, E, F, G = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    ROOTS[3],
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
)


@pytest.mark.parametrize(
    ("index", "size", "expected"),
    [(0, 8, [A, B, C]), (5, 8, [D, E, F]), (2, 3, [ROOTS[1]]), (1, 5, [ROOTS[0], B, D])],
)
def test_audit_paths_are_the_known_ones(index, size, expected):
    known, _ = stored(LEAVES[:size])
    assert [each.hex() for each in hashes_of(inclusion_ranges(index, size), known)] == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [G, E, F]), (2, 5, [B, D])],
)
def test_consistency_proofs_are_the_known_ones(old, new, expected):
    known, _ = stored(LEAVES[:new])
    assert [each.hex() for each in hashes_of(consistency_ranges(old, new), known)] == expected


@given(sizes, st.data())
def test_every_leaf_of_every_size_is_proved_as_the_rfc_says(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = prove(index, size)
    assert proof.path == tuple(path(index, MANY[:size]))
    verify_inclusion(MANY[index], proof, MANY_ROOTS[size])


@given(sizes, st.data())
def test_every_growth_is_proved_as_the_rfc_says(new, data):
    old = data.draw(st.integers(1, new))
    proof = prove_growth(old, new)
    assert proof.path == tuple(subproof(old, MANY[:new], whole=True))
    verify_consistency(proof, MANY_ROOTS[old], MANY_ROOTS[new])


@given(sizes)
def test_every_tree_begins_with_nothing(size):
    verify_consistency(prove_growth(0, size), EMPTY_ROOT, MANY_ROOTS[size])
    with pytest.raises(LogInvalid) as refused:
        verify_consistency(prove_growth(0, size), MANY_ROOTS[1], MANY_ROOTS[size])
    assert refused.value.code == "log_forked"


@given(sizes, st.data())
def test_a_flipped_bit_anywhere_in_an_inclusion_proof_is_refused(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof, root, leaf = prove(index, size), MANY_ROOTS[size], MANY[index]
    place = data.draw(st.integers(0, 255))
    part = data.draw(st.integers(-2, len(proof.path) - 1))
    if part == -1:
        root = flipped(root, place)
    elif part == -2:
        leaf = flipped(leaf, place)
    else:
        changed = list(proof.path)
        changed[part] = flipped(changed[part], place)
        proof = replace(proof, path=tuple(changed))
    with pytest.raises(LogInvalid):
        verify_inclusion(leaf, proof, root)


@given(sizes, st.data())
def test_an_inclusion_proof_holds_at_no_other_index(size, data):
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-1, 2 * size).filter(lambda each: each != index))
    with pytest.raises(LogInvalid):
        verify_inclusion(MANY[index], replace(prove(index, size), index=other), MANY_ROOTS[size])


@given(sizes, st.data())
def test_an_inclusion_proof_holds_for_no_other_tree(size, data):
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(1, len(MANY)).filter(lambda each: each != size))
    with pytest.raises(LogInvalid):
        verify_inclusion(MANY[index], prove(index, size), MANY_ROOTS[other])


@given(sizes, st.data())
def test_a_longer_or_shorter_inclusion_proof_is_refused(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = prove(index, size)
    added = (*proof.path, data.draw(st.binary(min_size=32, max_size=32)))
    with pytest.raises(LogInvalid):
        verify_inclusion(MANY[index], replace(proof, path=added), MANY_ROOTS[size])
    if proof.path:
        with pytest.raises(LogInvalid):
            verify_inclusion(MANY[index], replace(proof, path=proof.path[:-1]), MANY_ROOTS[size])


@given(st.integers(2, len(MANY)), st.data())
def test_a_flipped_bit_anywhere_in_a_consistency_proof_is_refused(new, data):
    old = data.draw(st.integers(1, new - 1))
    proof, roots = prove_growth(old, new), [MANY_ROOTS[old], MANY_ROOTS[new]]
    place, part = data.draw(st.integers(0, 255)), data.draw(st.integers(-2, len(proof.path) - 1))
    if part < 0:
        roots[part] = flipped(roots[part], place)
    else:
        changed = list(proof.path)
        changed[part] = flipped(changed[part], place)
        proof = replace(proof, path=tuple(changed))
    with pytest.raises(LogInvalid):
        verify_consistency(proof, *roots)


@given(st.integers(2, len(MANY)), st.data())
def test_a_consistency_proof_holds_for_no_other_old_tree(new, data):
    old = data.draw(st.integers(1, new - 1))
    other = data.draw(st.integers(1, new).filter(lambda each: each != old))
    proof = replace(prove_growth(old, new), old_size=other)
    with pytest.raises(LogInvalid):
        verify_consistency(proof, MANY_ROOTS[other], MANY_ROOTS[new])


@given(st.integers(2, len(MANY)), st.data())
def test_a_tree_with_one_leaf_changed_has_no_proof_from_the_old_one(new, data):
    old = data.draw(st.integers(1, new - 1))
    rewritten = list(MANY[:new])
    rewritten[data.draw(st.integers(0, old - 1))] = b"other"
    with pytest.raises(LogInvalid) as refused:
        verify_consistency(consistency(rewritten, old), MANY_ROOTS[old], mth(rewritten))
    assert refused.value.code == "log_forked"


@pytest.mark.parametrize(("old", "new"), [(3, 2), (-1, 2), (1, 1)])
def test_sizes_that_cannot_be_and_proofs_of_nothing_are_refused(old, new):
    with pytest.raises(LogInvalid) as refused:
        verify_consistency(ConsistencyProof(old, new, (bytes(32),)), bytes(32), bytes(32))
    assert refused.value.code == "proof_invalid"


def test_a_growth_without_a_proof_is_refused():
    with pytest.raises(LogInvalid):
        verify_consistency(ConsistencyProof(3, 5, ()), MANY_ROOTS[3], MANY_ROOTS[5])


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_hash_of_another_length_is_refused(length):
    with pytest.raises(LogInvalid):
        verify_inclusion(MANY[0], InclusionProof(0, 2, (bytes(length),)), MANY_ROOTS[2])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_proof_is_asked_for_outside_the_log(index, size):
    with pytest.raises(LogInvalid) as refused:
        inclusion_ranges(index, size)
    assert refused.value.code == "leaf_missing"


def test_no_growth_is_proved_backwards():
    with pytest.raises(LogInvalid):
        consistency_ranges(5, 4)


def test_a_proof_needs_about_two_hashes_for_each_doubling():
    for index in (0, 1, 499_999, 999_998, 999_999):
        assert len(nodes_of(inclusion_ranges(index, 1_000_000))) <= 2 * 20
    assert len(nodes_of(consistency_ranges(123_457, 1_000_000))) <= 2 * 20


@metamorphic
def test_another_implementation_agrees_with_every_proof():
    other = importlib.import_module("metamorphic_log")
    for size in (1, 2, 3, 4, 5, 6, 7, 8, 31, 32, 33, 66, 67):
        for index in {0, 1, size // 2, size - 2, size - 1} & set(range(size)):
            proof = prove(index, size)
            hashed = leaf_hash(MANY[index])
            other.verify_inclusion(index, size, hashed, list(proof.path), MANY_ROOTS[size])
            with pytest.raises(other.VerifyError):
                other.verify_inclusion(index, size, bytes(32), list(proof.path), MANY_ROOTS[size])
        for old in {1, 2, size // 2, size - 1, size} & set(range(1, size + 1)):
            proof = prove_growth(old, size)
            roots = MANY_ROOTS[old], MANY_ROOTS[size]
            other.verify_consistency(old, size, list(proof.path), *roots)
            if old < size:
                with pytest.raises(other.VerifyError):
                    other.verify_consistency(old, size, list(proof.path), bytes(32), roots[1])


def test_the_tests_own_recursion_agrees_with_the_verifier():
    for size in range(1, 20):
        for index in range(size):
            verify_inclusion(MANY[index], inclusion(MANY[:size], index), mth(MANY[:size]))
