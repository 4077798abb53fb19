"""The tree against known answers and against the RFC's own recursive definition."""

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import merkle

ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Roots over the first 0 to 8 entries, as the Certificate Transparency reference implementation's tests have them."""

SIZES = st.integers(1, 130)


def naive_root(entries: list[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is written."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    half = naive_half(len(entries))
    return sha256(b"\x01" + naive_root(entries[:half]) + naive_root(entries[half:])).digest()


def naive_half(count: int) -> int:
    half = 1
    while half * 2 < count:
        half *= 2
    return half


def naive_path(index: int, entries: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1."""
    if len(entries) == 1:
        return []
    half = naive_half(len(entries))
    if index < half:
        return [*naive_path(index, entries[:half]), naive_root(entries[half:])]
    return [*naive_path(index - half, entries[half:]), naive_root(entries[:half])]


def naive_proof(old: int, entries: list[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 6962, 2.1.2."""
    if old == len(entries):
        return [] if whole else [naive_root(entries)]
    half = naive_half(len(entries))
    if old <= half:
        return [*naive_proof(old, entries[:half], whole=whole), naive_root(entries[half:])]
    return [*naive_proof(old - half, entries[half:], whole=False), naive_root(entries[:half])]


def entries_of(size: int) -> list[bytes]:
    return [number.to_bytes(4, "big") for number in range(size)]


def tree_of(entries: list[bytes], *cuts: int) -> dict[merkle.Name, bytes]:
    """A tree grown in several steps."""
    nodes: dict[merkle.Name, bytes] = {}
    places = [0, *sorted(min(cut, len(entries)) for cut in cuts), len(entries)]
    for start, end in pairwise(places):
        peaks = {name: nodes[name] for name in merkle.peaks_of(start)}
        nodes.update(merkle.append(start, peaks, [merkle.leaf_hash(entry) for entry in entries[start:end]]))
    return nodes


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size: int) -> None:
    nodes = tree_of(ENTRIES[:size])
    assert merkle.root_of(size, nodes).hex() == ROOTS[size]
    assert naive_root(ENTRIES[:size]).hex() == ROOTS[size]


@given(SIZES, st.lists(st.integers(0, 130), max_size=5))
def test_growing_in_steps_gives_the_same_complete_nodes_and_root(size: int, cuts: list[int]) -> None:
    entries = entries_of(size)
    nodes = tree_of(entries, *cuts)
    assert nodes == tree_of(entries)
    assert merkle.root_of(size, nodes) == naive_root(entries)
    complete = {(level, index) for level in range(8) for index in range(size >> level)}
    assert set(nodes) == complete
    for level, index in complete:
        assert nodes[(level, index)] == naive_root(entries[index << level : (index + 1) << level])


@given(st.data(), SIZES)
def test_inclusion_proofs(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    entries = entries_of(size)
    nodes = tree_of(entries)
    ranges = merkle.inclusion_ranges(index, size)
    path = merkle.hashes_of(ranges, {name: nodes[name] for name in merkle.names_in(ranges)})
    assert path == naive_path(index, entries)
    leaf, root = merkle.leaf_hash(entries[index]), naive_root(entries)
    assert merkle.root_from_inclusion(leaf, index, size, path) == root
    assert merkle.root_from_inclusion(merkle.leaf_hash(b"other"), index, size, path) != root
    assert merkle.root_from_inclusion(leaf, index, size, [*path, leaf]) != root
    assert merkle.root_from_inclusion(leaf, size, size, path) is None
    if path:
        assert merkle.root_from_inclusion(leaf, index, size, path[:-1]) != root
        assert merkle.root_from_inclusion(leaf, index, size, [leaf, *path[1:]]) != root


@given(st.data(), SIZES)
def test_consistency_proofs(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new))
    entries = entries_of(new)
    nodes = tree_of(entries)
    ranges = merkle.consistency_ranges(old, new)
    proof = merkle.hashes_of(ranges, {name: nodes[name] for name in merkle.names_in(ranges)})
    assert proof == naive_proof(old, entries)
    old_root, new_root = naive_root(entries[:old]), naive_root(entries)
    assert merkle.consistent(old, old_root, new, new_root, proof)
    wrong = naive_root([b"other", *entries[1:old]])
    assert not merkle.consistent(old, wrong, new, new_root, proof)
    assert not merkle.consistent(old, old_root, new, wrong, proof)
    assert not merkle.consistent(old, old_root, new, new_root, [*proof, old_root])
    if proof:
        assert not merkle.consistent(old, old_root, new, new_root, proof[:-1])


def test_nothing_is_the_start_of_everything() -> None:
    root = naive_root(entries_of(5))
    assert merkle.consistent(0, merkle.EMPTY_ROOT, 5, root, [])
    assert not merkle.consistent(0, root, 5, root, [])
    assert not merkle.consistent(5, root, 3, root, [])


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_cover_is_gapless_and_complete(one: int, other: int) -> None:
    start, end = sorted((one, other))
    place = start
    for level, index in merkle.cover(start, end):
        assert index << level == place
        place = (index + 1) << level
    assert place == end
