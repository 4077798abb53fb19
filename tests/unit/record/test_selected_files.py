"""Exports of a part of the record, in every format: verified offline, and refused once changed."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from pyarrow import parquet

from adapters.signing import derive_keys
from bot.erasing import erase_request
from bot.errors import BadInput
from bot.ports import RequestQuery
from bot.proving.exports import Span
from bot.proving.findings import Report
from bot.proving.keys import Keyring
from bot.proving.manifests import COLUMNS, FileManifest, manifest_path, read_manifest, signed, write_manifest
from bot.proving.selected_files import verify_selected
from bot.proving.selecting import Selection, selection
from bot.proving.selections import export_selected
from bot.recording import stream_of
from bot.sealing import seal_once
from tests.rigs.history import Written, write_history
from tests.rigs.house import START, House, new_house

KEYS = derive_keys(bytes(range(32)))
OTHERS = derive_keys(bytes(32))
FORMATS = ("jsonl", "csv", "parquet")
Rows = list[dict[str, Any]]


@dataclass
class Place:
    house: House
    written: Written
    folder: Path

    async def export(self, format_: str, wanted: Selection | None = None, span: Span | None = None) -> Path:
        path = self.folder / f"record.{format_}"
        span = span or Span()
        wanted = wanted or selection((), "refund", span)
        now = self.house.clock.now()
        await export_selected(self.house.store, KEYS.signer, now, path, format_, wanted, span)
        return path


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    house = await new_house()
    made = Place(house, await write_history(house), tmp_path)
    for limit in (5, 9, 13, 5000):
        await seal_once(house.store.seals, KEYS.signer, house.clock, limit=limit)
    await house.held(30, reason="=1+1")
    yield made
    await house.store.close()


def verified(path: Path, keys: Any = KEYS) -> Report:
    return verify_selected(path, manifest_path(path), Keyring([keys.public_key]))


def found(report: Report) -> set[str]:
    return {finding.kind.value for finding in report.findings}


def read_rows(path: Path) -> Rows:
    if path.suffix == ".parquet":
        rows: Rows = parquet.read_table(path).to_pylist()
        return rows
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def write_rows(path: Path, rows: Rows) -> None:
    if path.suffix == ".parquet":
        parquet.write_table(pa.Table.from_pylist(rows, schema=parquet.read_schema(path)), path)
    elif path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize("format_", FORMATS)
async def test_the_requests_of_an_action_type_verify_as_a_part_of_the_whole(place: Place, format_: str) -> None:
    path = await place.export(format_)
    report = verified(path)
    assert report.findings == ()
    requests = (await place.house.store.requests(RequestQuery(action_type="refund", limit=100))).items
    wanted = {
        (record.stream, record.seq)
        for request in requests
        for record in await place.house.store.events(stream_of("request", request.id))
    }
    assert {(row["stream"], int(row["seq"])) for row in read_rows(path)} == wanted
    assert (report.events, report.unsealed) == (len(wanted), 1)


@pytest.mark.parametrize("format_", FORMATS)
async def test_owner_span_and_nothing(place: Place, format_: str) -> None:
    owner = (await place.house.store.requests(RequestQuery(limit=1))).items[0].routing.owner
    every = verified(await place.export(format_, selection((owner,), None, Span()))).events
    assert every > 30
    span = Span(START.replace(minute=1), place.house.clock.now())
    part = verified(await place.export(format_, selection((owner,), None, span), span))
    assert part.findings == ()
    assert 0 < part.events < every
    nobody = verified(await place.export(format_, selection(("nobody",), None, Span())))
    assert (nobody.events, nobody.findings) == (0, ())


async def test_everything_by_leaves_and_the_same_rows_in_every_format(place: Place) -> None:
    roots = set()
    for format_ in FORMATS:
        path = await place.export(format_, selection((), None, Span()))
        report = verified(path)
        assert report.findings == ()
        assert report.events == len(await place.house.store.all_events(limit=1000))
        roots.add(read_manifest(manifest_path(path)).rows_root)
    assert len(roots) == 1


@pytest.mark.parametrize("format_", FORMATS)
async def test_an_erased_request_verifies_and_says_nothing(place: Place, format_: str) -> None:
    await erase_request(place.house.store, place.written.ran, reason="asked for", by=place.house.operator)
    report = verified(await place.export(format_))
    assert report.findings == ()
    assert report.erased == 6


def change(name: str, value: Any) -> Callable[[Rows], None]:
    def tamper(rows: Rows) -> None:
        rows[len(rows) // 2][name] = value

    return tamper


def forged_payload(rows: Rows) -> None:
    row = next(row for row in rows if "120" in (row["payload"] or ""))
    row["payload"] = row["payload"].replace("120", "999")


def swap(rows: Rows) -> None:
    at = next(at for at, row in enumerate(rows) if int(row["seq"]) == 3)
    rows[at], rows[at + 1] = rows[at + 1], rows[at]


def remove(rows: Rows) -> None:
    del rows[next(at for at, row in enumerate(rows) if int(row["seq"]) == 2)]


def remove_request(rows: Rows) -> None:
    stream = rows[-1]["stream"]
    rows[:] = [row for row in rows if row["stream"] != stream]


def double(rows: Rows) -> None:
    rows.insert(5, rows[4])


def drop_payload(rows: Rows) -> None:
    row = next(row for row in rows if row["leaf"])
    row["payload"] = row["salt"] = None


TAMPERING: dict[str, tuple[Callable[[Rows], None], set[str]]] = {
    "who did it": (change("actor", "person:mallory"), {"changed"}),
    "when": (change("at", "2026-03-02T15:00:00.000001Z"), {"changed"}),
    "what happened": (change("type", "request.lapsed"), {"changed"}),
    "where": (change("surface", "teams"), {"changed"}),
    "the amount": (forged_payload, {"changed"}),
    "the order": (swap, {"reordered"}),
    "an event removed": (remove, {"removed"}),
    "a request removed": (remove_request, set()),
    "an event twice": (double, set()),
    "a payload removed": (drop_payload, {"payload_missing"}),
    "a leaf": (change("leaf", 1), {"changed"}),
    "a hash": (change("hash", "00" * 32), {"changed"}),
}


@pytest.mark.parametrize("how", TAMPERING)
@pytest.mark.parametrize("format_", FORMATS)
async def test_tampering_is_named_though_the_manifest_was_made_to_fit(place: Place, format_: str, how: str) -> None:
    """Rows, counts and digests fit one another again; the signatures can't be made again."""
    tamper, names = TAMPERING[how]
    path = await place.export(format_)
    rows = read_rows(path)
    tamper(rows)
    write_rows(path, rows)
    assert found(verified(path)) >= names | {"unreadable"}  # the file is not what its manifest says
    raw = path.read_bytes()
    manifest = read_manifest(manifest_path(path))
    fitted = msgspec.structs.replace(manifest, bytes=len(raw), sha256=sha256(raw).hexdigest(), rows=len(rows))
    write_manifest(path, signed(fitted, OTHERS.signer))
    assert found(verified(path)) >= names | {"forged_signature"}


MANIFESTS: dict[str, Callable[[FileManifest], FileManifest]] = {
    "rows": lambda made: msgspec.structs.replace(made, rows=made.rows + 1),
    "sha256": lambda made: msgspec.structs.replace(made, sha256="00" * 32),
    "selection": lambda made: msgspec.structs.replace(made, selection=Selection(owners=("x",))),
    "made_at": lambda made: msgspec.structs.replace(made, made_at="2020-01-01T00:00:00Z"),
    "rows_root": lambda made: msgspec.structs.replace(made, rows_root="00" * 32),
    "unsealed": lambda made: msgspec.structs.replace(made, unsealed=0),
    "checkpoint": lambda made: msgspec.structs.replace(made, checkpoint=None),
    "key": lambda made: msgspec.structs.replace(made, key_id=OTHERS.signer.key_id),
    "signature": lambda made: msgspec.structs.replace(made, signature="00" * 64),
}


@pytest.mark.parametrize("what", MANIFESTS)
async def test_a_changed_manifest_is_named(place: Place, what: str) -> None:
    path = await place.export("csv")
    manifest = read_manifest(manifest_path(path))
    write_manifest(path, MANIFESTS[what](manifest))
    assert "forged_signature" in found(verified(path))


async def test_another_key_is_not_trusted(place: Place) -> None:
    path = await place.export("jsonl")
    assert found(verified(path, OTHERS)) == {"forged_signature"}


async def test_a_sheet_s_cells_are_inert_and_read_back(place: Place) -> None:
    path = await place.export("csv")
    for row in read_rows(path):
        assert not any(str(cell).startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())


async def test_what_is_no_manifest_or_table_is_refused(place: Place, tmp_path: Path) -> None:
    path = await place.export("parquet")
    path.write_bytes(b"PAR1 nonsense")
    assert "unreadable" in found(verified(path))
    manifest_path(path).write_text("{}")
    with pytest.raises(BadInput):
        verified(path)
    manifest_path(path).unlink()
    with pytest.raises(BadInput, match="manifest"):
        verified(path)


async def test_without_pyarrow_it_says_what_to_install(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(BadInput) as refused:
        await place.export("parquet")
    assert "signoff-bot[parquet]" in (refused.value.remedy or "")
