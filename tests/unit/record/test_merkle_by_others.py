"""Our tree beside another implementation of RFC 6962, which shares no code with it, on random trees."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from proofbundle import merkle as theirs

from bot.domain import merkle
from bot.proving.growing import Growing

ENTRIES = st.lists(st.binary(max_size=40), min_size=1, max_size=80)


def grown(entries: list[bytes]) -> dict[merkle.Name, bytes]:
    return merkle.append(0, {}, [merkle.leaf_hash(entry) for entry in entries])


@given(ENTRIES)
def test_roots(entries: list[bytes]) -> None:
    nodes = grown(entries)
    tree = Growing()
    for size, entry in enumerate(entries, start=1):
        tree.leaf(merkle.leaf_hash(entry))
        expected = theirs.merkle_tree_hash(entries[:size])
        assert merkle.root_of(size, nodes) == tree.root == expected


@given(ENTRIES, st.data())
def test_inclusion(entries: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    ranges = merkle.inclusion_ranges(index, len(entries))
    path = merkle.hashes_of(ranges, grown(entries))
    root = theirs.merkle_tree_hash(entries)
    assert path == theirs.inclusion_proof(entries, index)
    assert theirs.verify_inclusion(entries[index], index, len(entries), path, root)
    assert merkle.root_from_inclusion(merkle.leaf_hash(entries[index]), index, len(entries), path) == root


@given(ENTRIES, st.data())
def test_consistency(entries: list[bytes], data: st.DataObject) -> None:
    old, new = data.draw(st.integers(1, len(entries))), len(entries)
    proof = merkle.hashes_of(merkle.consistency_ranges(old, new), grown(entries))
    roots = theirs.merkle_tree_hash(entries[:old]), theirs.merkle_tree_hash(entries)
    assert proof == theirs.consistency_proof(entries, old)
    assert merkle.consistent(old, roots[0], new, roots[1], proof)
    assert theirs.verify_consistency(old, new, proof, *roots)


@given(ENTRIES, st.data())
def test_both_refuse_what_is_bent(entries: list[bytes], data: st.DataObject) -> None:
    """A hash changed, dropped or doubled, another index, another size or another root: neither takes it."""
    size = len(entries)
    index = data.draw(st.integers(0, size - 1))
    path = theirs.inclusion_proof(entries, index)
    root = theirs.merkle_tree_hash(entries)
    bent = data.draw(st.sampled_from(("hash", "drop", "double", "index", "root")))
    at = data.draw(st.integers(0, len(path) - 1)) if path else None
    if at is not None and bent == "hash":
        path[at] = bytes(32)
    elif at is not None and bent == "drop":
        del path[at]
    elif bent == "double":
        path.append(path[-1] if path else bytes(32))
    elif bent == "index":
        index = min(size, index + 1)
    else:
        root = bytes(32)
    same = index < size and entries[index] in [entry for place, entry in enumerate(entries) if place != index]
    leaf = entries[min(index, size - 1)] if bent != "index" else entries[index - 1]
    ours = merkle.root_from_inclusion(merkle.leaf_hash(leaf), index, size, path) == root
    others = index < size and theirs.verify_inclusion(leaf, index, size, path, root)
    assert ours == others
    assert same or not ours
