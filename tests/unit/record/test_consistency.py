"""Two exports of one record: the newer one contains the older one, or what differs is named."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.signing import derive_keys
from bot.domain import merkle
from bot.domain.events import Claimed
from bot.erasing import erase_request
from bot.errors import BadInput
from bot.proving.consistency import Consistency, compare_exports
from bot.proving.exports import Span, export
from bot.proving.keys import Keyring
from bot.recording import Needs
from bot.sealing import seal_once
from tests.rigs.history import Written, write_history
from tests.rigs.house import House, new_house

KEYS = derive_keys(bytes(range(32)))
KEYRING = Keyring([KEYS.public_key])
Json = dict[str, Any]


@dataclass
class Place:
    house: House
    written: Written
    folder: Path

    async def export(self, name: str, span: Span | None = None) -> Path:
        path = self.folder / name
        with path.open("wb") as file:
            await export(self.house.store, KEYS.public_key, self.house.clock.now(), file, span=span)
        return path

    async def seal(self, limit: int = 5000) -> None:
        await seal_once(self.house.store.seals, KEYS.signer, self.house.clock, limit=limit)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    house = await new_house()
    made = Place(house, await write_history(house), tmp_path)
    for limit in (5, 9, 13, 5000):
        await made.seal(limit)
    await house.held(30)
    yield made
    await house.store.close()


async def grown(place: Place) -> tuple[Path, Path]:
    """An export, and a later one of the same record."""
    old = await place.export("old.jsonl")
    place.house.clock.move(minutes=5)
    for amount in (200, 210, 220):
        await place.house.propose(amount)
        await place.seal()
    return old, await place.export("new.jsonl")


def kinds(found: Consistency) -> set[str]:
    return {finding.kind.value for finding in found.findings}


async def test_the_newer_one_contains_the_older_one(place: Place) -> None:
    old, new = await grown(place)
    found = await compare_exports(old, new, KEYRING)
    assert found.findings == ()
    assert found.new_size > found.old_size
    assert found.compared == sum(b'"kind":"event"' in line for line in old.read_bytes().splitlines())
    roots = {one.size: one.root for one in await place.house.store.seals.checkpoints()}
    proof = [bytes.fromhex(text) for text in found.proof]
    assert merkle.consistent(found.old_size, roots[found.old_size], found.new_size, roots[found.new_size], proof)


async def test_an_export_contains_itself(place: Place) -> None:
    old = await place.export("old.jsonl")
    found = await compare_exports(old, old, KEYRING)
    assert (found.findings, found.proof) == ((), ())


async def test_the_other_way_round_it_was_cut(place: Place) -> None:
    old, new = await grown(place)
    assert "cut_tail" in kinds(await compare_exports(new, old, KEYRING))


async def test_what_was_erased_since_is_no_difference(place: Place) -> None:
    old, _ = await grown(place)
    await erase_request(place.house.store, place.written.ran, reason="asked for", by=place.house.operator)
    await place.seal()
    found = await compare_exports(old, await place.export("later.jsonl"), KEYRING)
    assert (found.findings, found.erased_since) == ((), 6)


async def test_parts_by_time_that_overlap_are_compared_and_those_that_do_not_are_refused(place: Place) -> None:
    old, new = await grown(place)
    last = place.house.clock.now()
    part = await place.export("part.jsonl", Span(since=last - timedelta(minutes=6)))
    found = await compare_exports(old, part, KEYRING)
    assert found.findings == ()
    assert found.compared > 0
    place.house.clock.move(minutes=5)
    for amount in (230, 240):
        await place.house.propose(amount)
        await place.seal()
    late = await place.export("late.jsonl", Span(since=place.house.clock.now()))
    with pytest.raises(BadInput, match="after the older one's end"):
        await compare_exports(old, late, KEYRING)
    del new


async def test_two_records_sealed_with_one_key_are_told_apart(place: Place, tmp_path: Path) -> None:
    """A record that was written anew, every signature good: it is not the one that was exported."""
    old = await place.export("old.jsonl")
    house = await new_house()
    other = Place(house, await write_history(house), tmp_path)
    await other.seal()
    for amount in (200, 210, 220):
        await house.propose(amount)
        await other.seal()
    found = await compare_exports(old, await other.export("other.jsonl"), KEYRING)
    assert {"forged_checkpoint", "checkpoint_missing"} & kinds(found)
    assert {"changed", "reordered"} & kinds(found)
    assert all(finding.stream for finding in found.findings if finding.kind.value in {"changed", "reordered"})
    await house.store.close()


async def test_an_unsealed_event_that_is_gone_is_named(place: Place) -> None:
    stream = f"request:{place.written.pending}"
    actor = place.house.operator
    await place.house.store.transact(
        Needs(requests=(place.written.pending,)),
        lambda view: view.record("request", place.written.pending, Claimed(), actor),
    )
    old = await place.export("old.jsonl")
    new = await place.export("new.jsonl")
    lines = [json.loads(line) for line in new.read_bytes().splitlines()]
    gone = [line for line in lines if line.get("stream") == stream and line["leaf"] is None]
    assert gone
    new.write_text("".join(json.dumps(line) + "\n" for line in lines if line not in gone))
    found = await compare_exports(old, new, KEYRING)
    assert ("removed", stream) in {(finding.kind.value, finding.stream) for finding in found.findings}


def _actor(lines: list[Json]) -> None:
    next(line for line in lines if line.get("actor") == "person:dana")["actor"] = "person:mallory"


def _remove(lines: list[Json]) -> None:
    lines.remove(next(line for line in lines if line.get("seq") == 2))


def _checkpoint(lines: list[Json]) -> None:
    lines.remove(next(line for line in lines if line["kind"] == "checkpoint"))


def _head(lines: list[Json]) -> None:
    lines[0]["end"] -= 1


@pytest.mark.parametrize("tamper", [_actor, _remove, _checkpoint, _head])
@pytest.mark.parametrize("which", [0, 1])
async def test_a_tampered_export_is_no_comparison(
    place: Place, which: int, tamper: Callable[[list[Json]], None]
) -> None:
    both = await grown(place)
    lines = [json.loads(line) for line in both[which].read_bytes().splitlines()]
    tamper(lines)
    both[which].write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = await compare_exports(*both, KEYRING)
    assert not found.ok
    assert ("the older" if which == 0 else "the newer") in found.findings[0].text
