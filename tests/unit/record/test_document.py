"""docs/record.md is enough to verify an export: a verifier made from it alone agrees with Signoff's own."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from cryptography.exceptions import InvalidSignature

from adapters.signing import derive_keys
from bot.domain.events import Event
from bot.erasing import erase_request
from bot.proving.exports import Span, export
from bot.proving.files import verify_export
from bot.proving.findings import Kind
from bot.proving.keys import Keyring
from bot.sealing import seal_once
from tests.rigs.history import write_history
from tests.rigs.house import START, House, new_house

KEYS = derive_keys(bytes(range(32)))
HERE = Path(__file__).parent
DOCUMENT = HERE.parents[2] / "docs" / "record.md"
Json = dict[str, Any]


def independent() -> ModuleType:
    spec = importlib.util.spec_from_file_location("independent_verifier", HERE / "independent_verifier.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def told() -> dict[str, list[str]]:
    """By type of event, the fields of its payload that the document names; those in brackets explain."""
    section = DOCUMENT.read_text(encoding="utf-8").partition("### What happens")[2].partition("`late_seconds` is")[0]
    rows = re.findall(r"^\|([^|]*)\|([^|]*)\|", section, re.MULTILINE)[2:]
    return {
        type_: re.findall(r"`(\w+)`\??", fields) for types, fields in rows for type_ in re.findall(r"`([\w.]+)`", types)
    }


def test_the_document_names_every_type_of_event_with_its_fields() -> None:
    kinds = {str(kind.__struct_config__.tag): list(kind.__struct_fields__) for kind in get_args(Event)}
    assert told() == kinds


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = await new_house()
    written = await write_history(house)
    for limit in (4, 11, 5000):
        await seal_once(house.store.seals, KEYS.signer, house.clock, limit=limit)
    await erase_request(house.store, written.rejected, reason="asked for", by=house.operator)
    await seal_once(house.store.seals, KEYS.signer, house.clock)
    await house.held(33)
    yield house
    await house.store.close()


async def write(house: House, path: Path, span: Span | None = None) -> int:
    with path.open("wb") as file:
        made = await export(house.store, KEYS.public_key, house.clock.now(), file, span=span)
    return made.end - made.start


@pytest.mark.parametrize("minutes", [None, 1, 3])
async def test_a_verifier_made_from_the_document_agrees(house: House, tmp_path: Path, minutes: int | None) -> None:
    path = tmp_path / "record.jsonl"
    span = None if minutes is None else Span(since=START + timedelta(minutes=minutes))
    sealed = await write(house, path, span)
    assert independent().verify(path, KEYS.public_key.line) == sealed
    assert (await verify_export(path, Keyring([KEYS.public_key]))).ok


CHANGES: list[Callable[[list[Json]], Any]] = [
    lambda lines: lines[9].update(actor="person:mallory"),
    lambda lines: lines[9].update(payload='{"a":1}'),
    lambda lines: lines[9].update(salt=None, payload=None),
    lambda lines: lines.pop(9),
    lambda lines: lines.insert(9, lines[9]),
    lambda lines: lines.pop(1),
    lambda lines: lines.pop(2),
    lambda lines: lines[2].update(root="00" * 32),
    lambda lines: lines[2].update(signature="00" * 64),
    lambda lines: lines[2].update(at="2026-03-02T15:00:00.000001Z"),
    lambda lines: lines[0].update(end=5),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
async def test_both_refuse_the_same(house: House, tmp_path: Path, number: int) -> None:
    path = tmp_path / "record.jsonl"
    await write(house, path)
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    CHANGES[number](lines)
    events = [line for line in lines if line["kind"] == "event"]
    lines[-1].update(events=len(events), unsealed=sum(one["leaf"] is None for one in events))
    lines[-1]["checkpoints"] = sum(line["kind"] == "checkpoint" for line in lines)
    body = "".join(json.dumps(line) + "\n" for line in lines[:-1]).encode()
    lines[-1]["sha256"] = sha256(body).hexdigest()
    path.write_bytes(body + json.dumps(lines[-1]).encode() + b"\n")
    with pytest.raises((AssertionError, InvalidSignature)):
        independent().verify(path, KEYS.public_key.line)
    assert not (await verify_export(path, Keyring([KEYS.public_key]))).ok


def test_every_finding_has_its_line_in_the_document() -> None:
    table = DOCUMENT.read_text().partition("## What verifying calls what it finds")[2]
    assert [kind for kind in Kind if f"`{kind}`" not in table] == []
