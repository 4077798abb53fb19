"""Exports and proofs: files that are verified offline, and refused once changed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from adapters.signing import derive_keys
from bot.erasing import erase_request
from bot.errors import BadInput, NotFound
from bot.proving.exports import Exported, Span, export
from bot.proving.files import verify_export
from bot.proving.findings import Kind, Report
from bot.proving.keys import Keyring
from bot.proving.requests import Proven, prove, verify_record
from bot.sealing import seal_once
from tests.rigs.history import Written, write_history
from tests.rigs.house import START, House, new_house

KEYS = derive_keys(bytes(range(32)))
KEYRING = Keyring([KEYS.public_key])
OTHER = Keyring([derive_keys(bytes(32)).public_key])
Json = dict[str, Any]


@dataclass
class Place:
    house: House
    written: Written
    path: Path

    async def export(self, span: Span | None = None) -> Exported:
        with self.path.open("wb") as file:
            return await export(self.house.store, KEYS.public_key, self.house.clock.now(), file, span=span)

    async def prove(self, id_: str) -> Json:
        found: Json = json.loads(await prove(self.house.store, id_, KEYS.public_key, self.house.clock.now()))
        return found

    async def seal(self, limit: int = 5000) -> None:
        await seal_once(self.house.store.seals, KEYS.signer, self.house.clock, limit=limit)

    def lines(self) -> list[Json]:
        return [json.loads(line) for line in self.path.read_bytes().splitlines()]

    def rewrite(self, lines: list[Json]) -> None:
        """Write the lines again, with a manifest that fits them."""
        body = "".join(json.dumps(line) + "\n" for line in lines[:-1]).encode()
        events = [line for line in lines if line["kind"] == "event"]
        manifest = {
            "kind": "manifest",
            "events": len(events),
            "unsealed": sum(line["leaf"] is None for line in events),
            "checkpoints": sum(line["kind"] == "checkpoint" for line in lines),
            "sha256": sha256(body).hexdigest(),
        }
        self.path.write_bytes(body + json.dumps(manifest).encode() + b"\n")

    async def verify(self) -> Report:
        return await verify_export(self.path, KEYRING)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    house = await new_house()
    made = Place(house, await write_history(house), tmp_path / "export.jsonl")
    for limit in (5, 9, 13, 5000):
        await made.seal(limit)
    await house.held(30)
    yield made
    await house.store.close()


def names(report: Report | Proven) -> set[str]:
    return {finding.kind.value for finding in report.findings}


async def test_an_export_verifies_offline(place: Place) -> None:
    exported = await place.export()
    report = await place.verify()
    assert report.findings == ()
    assert (report.events, report.unsealed, report.checkpoints) == (exported.events, 1, 4)
    assert report.sealed == exported.end
    assert report.unsealed_since == place.house.clock.now()


async def test_an_export_with_erased_requests_verifies(place: Place) -> None:
    await erase_request(place.house.store, place.written.ran, reason="asked for", by=place.house.operator)
    await place.export()
    report = await place.verify()
    assert report.findings == ()
    assert report.erased == 6


async def test_nothing_to_export_is_an_export(place: Place) -> None:
    exported = await place.export(Span(since=place.house.clock.now() + timedelta(days=1)))
    assert exported.events == 0
    assert (await place.verify()).findings == ()


@pytest.mark.parametrize("minutes", [(None, 1), (1, 3), (3, None), (0, 10), (1, 2)])
async def test_a_part_of_the_record_is_bounded_by_signed_roots(
    place: Place, minutes: tuple[int | None, int | None]
) -> None:
    since, until = (None if at is None else START + timedelta(minutes=at) for at in minutes)
    span = Span(since, until)
    exported = await place.export(span)
    report = await place.verify()
    assert report.findings == ()
    held = {(line["stream"], line["seq"]) for line in place.lines() if line["kind"] == "event"}
    for _, record in await place.house.store.all_events(limit=1000):
        if span.holds(record.at):
            assert (record.stream, record.seq) in held
    assert report.events == exported.events


async def test_another_key_is_not_trusted(place: Place) -> None:
    await place.export()
    report = await verify_export(place.path, OTHER)
    assert names(report) == {"forged_signature"}


def drop(kind: str, number: int) -> Callable[[list[Json]], None]:
    def change(lines: list[Json]) -> None:
        lines.remove([line for line in lines if line["kind"] == kind][number])

    return change


def put(kind: str, number: int, **fields: Any) -> Callable[[list[Json]], None]:
    def change(lines: list[Json]) -> None:
        [line for line in lines if line["kind"] == kind][number].update(fields)

    return change


def swap(lines: list[Json]) -> None:
    events = [number for number, line in enumerate(lines) if line["kind"] == "event"]
    one, other = events[9], events[10]
    lines[one]["leaf"], lines[other]["leaf"] = lines[other]["leaf"], lines[one]["leaf"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (put("event", 7, payload='{"note":"other"}'), "changed"),
        (put("event", 7, actor="person:mallory"), "changed"),
        (put("event", 7, salt=None, payload=None), "payload_missing"),
        (put("event", 7, leaf=None), "removed"),
        (drop("event", 7), "removed"),
        (drop("event", -2), "cut_tail"),
        (drop("checkpoint", 1), "checkpoint_missing"),
        (drop("checkpoint", -1), "checkpoint_missing"),
        (put("checkpoint", 1, root="00" * 32), "forged_checkpoint"),
        (put("checkpoint", 1, root="00" * 32), "forged_signature"),
        (put("checkpoint", 1, size=6), "forged_signature"),
        (put("checkpoint", -1, at="2026-01-01T00:00:00.000000Z"), "forged_signature"),
        (put("checkpoint", -1, signature="00" * 64), "forged_signature"),
        (put("signoff.export", 0, end=27), "inserted"),
        (swap, "changed"),
    ],
)
async def test_a_changed_export_is_refused(place: Place, change: Callable[[list[Json]], None], expected: str) -> None:
    await place.export()
    lines = place.lines()
    change(lines)
    place.rewrite(lines)
    assert expected in names(await place.verify())


@pytest.mark.parametrize(("number", "stands"), [(7, "in the middle"), (-1, "at the end")])
@pytest.mark.parametrize(
    ("fields", "told"),
    [({"hash": "zz"}, "hash"), ({"at": "yesterday"}, "at"), ({"prev": "00"}, "prev"), ({"salt": "0"}, "salt")],
)
async def test_an_event_that_cannot_be_read_is_named_and_the_rest_verified(
    place: Place, number: int, stands: str, fields: Json, told: str
) -> None:
    exported = await place.export()
    lines = place.lines()
    put("event", number, **fields)(lines)
    place.rewrite(lines)
    event = [line for line in lines if line["kind"] == "event"][number]
    report = await place.verify()
    named = [one for one in report.findings if one.kind == Kind.UNREADABLE and one.seq == event["seq"]]
    assert [one.stream for one in named] == [event["stream"]], stands
    assert told in named[0].text
    assert report.events == exported.events - 1


async def test_a_part_whose_start_was_forged_is_refused(place: Place) -> None:
    exported = await place.export(Span(since=START + timedelta(minutes=1)))
    assert exported.start > 0
    lines = place.lines()
    lines[0]["peaks"][0] = "00" * 32
    place.rewrite(lines)
    assert "forged_checkpoint" in names(await place.verify())


async def test_a_changed_byte_or_a_cut_end_is_seen_by_the_manifest(place: Place) -> None:
    await place.export()
    whole = place.path.read_bytes()
    place.path.write_bytes(whole.replace(b"person:dana", b"person:danb", 1))
    assert "unreadable" in names(await place.verify())
    place.path.write_bytes(whole[: whole.rindex(b"\n", 0, -1) + 1])
    assert "unreadable" in names(await place.verify())
    place.path.write_bytes(whole + whole.splitlines()[-2] + b"\n")
    assert "unreadable" in names(await place.verify())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"nonsense\n",
        b"{}\n",
        b'{"kind":"manifest"}\n',
        b'{"kind":"event","kind":"event"}\n',
        b'{"kind":"signoff.export","version":2,"made_at":"","start":0,"end":0,"peaks":[],"public_key":""}\n',
        b'{"kind":"signoff.export","version":1,"made_at":"","start":3,"end":4,"peaks":[],"public_key":""}\n',
        b'{"kind":"signoff.export","version":1,"made_at":"","start":4,"end":3,"peaks":[],"public_key":""}\n',
    ],
)
async def test_what_is_no_export_is_refused(place: Place, raw: bytes) -> None:
    place.path.write_bytes(raw)
    with pytest.raises(BadInput):
        await place.verify()


# --- proofs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["ran", "allowed", "rejected", "edited", "spent", "expired", "pending", "asked"])
async def test_one_request_is_proven(place: Place, which: str) -> None:
    proof = await place.prove(getattr(place.written, which))
    proven = verify_record(json.dumps(proof).encode(), KEYRING)
    assert (proven.findings, proven.unsealed, proven.events) == ((), 0, len(proof["events"]))


async def test_an_erased_request_is_proven(place: Place) -> None:
    await erase_request(place.house.store, place.written.ran, reason="asked for", by=place.house.operator)
    await place.seal()
    proven = verify_record(json.dumps(await place.prove(place.written.ran)).encode(), KEYRING)
    assert (proven.findings, proven.unsealed) == ((), 0)


async def test_what_is_not_sealed_is_said_to_be_unproven(place: Place) -> None:
    request = await place.house.held(44)
    proven = verify_record(json.dumps(await place.prove(request.id)).encode(), KEYRING)
    assert (proven.ok, proven.events, proven.unsealed) == (True, 1, 1)


async def test_an_unknown_request_has_no_proof(place: Place) -> None:
    with pytest.raises(NotFound):
        await place.prove("nope")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda proof: proof["events"][2].update(payload="{}"), "changed"),
        (lambda proof: proof["events"][2].update(actor="person:mallory"), "changed"),
        (lambda proof: proof["events"][2].update(leaf=1), "changed"),
        (lambda proof: proof["events"][2]["path"].reverse(), "changed"),
        (lambda proof: proof["events"][2].update(path=None), "changed"),
        (lambda proof: proof["events"][2].update(payload=None, salt=None), "payload_missing"),
        (lambda proof: proof["events"].pop(2), "removed"),
        (lambda proof: proof["events"].clear(), "removed"),
        (lambda proof: proof["events"].reverse(), "reordered"),
        (lambda proof: proof.update(request="another"), "inserted"),
        (lambda proof: proof.update(checkpoint=None), "changed"),
        (lambda proof: proof["checkpoint"].update(size=3), "forged_signature"),
        (lambda proof: proof["checkpoint"].update(root="00" * 32), "forged_signature"),
        (lambda proof: proof["checkpoint"].update(at="2026-01-01T00:00:00Z"), "forged_signature"),
    ],
)
async def test_a_changed_proof_is_refused(place: Place, change: Callable[[Json], Any], expected: str) -> None:
    proof = await place.prove(place.written.ran)
    change(proof)
    assert expected in names(verify_record(json.dumps(proof).encode(), KEYRING))


async def test_a_proof_by_another_key_is_refused(place: Place) -> None:
    proof = await place.prove(place.written.ran)
    assert names(verify_record(json.dumps(proof).encode(), OTHER)) == {Kind.FORGED_SIGNATURE}


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"kind": "other"},
        {"extra": 1},
        {"events": [{}]},
        {"checkpoint": {"kind": "checkpoint"}},
    ],
)
async def test_what_is_no_proof_is_refused(place: Place, change: Json) -> None:
    proof = await place.prove(place.written.ran)
    with pytest.raises(BadInput):
        verify_record(json.dumps({**proof, **change}).encode(), KEYRING)


@pytest.mark.parametrize("field", ["digest", "hash", "prev", "salt", "at"])
async def test_fields_that_can_not_be_read_are_named(place: Place, field: str) -> None:
    proof = await place.prove(place.written.ran)
    proof["events"][1][field] = "zz"
    with pytest.raises(BadInput) as refused:
        verify_record(json.dumps(proof).encode(), KEYRING)
    assert refused.value.field == field
