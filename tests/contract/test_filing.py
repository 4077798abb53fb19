"""The files of decisions over random histories, on every database: sound, and what the raw events say."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest

from bot.domain.events import EventRecord
from bot.errors import SignoffError
from bot.filing import DecisionFile, Sight, read_file, write_file
from bot.filing.checking import check_file
from bot.ports import RequestQuery
from bot.sealing import seal_pending
from tests.contract.test_record_proven import living, step
from tests.rigs.filed import KEYS, TRUSTED, filing_of, note_policy

STEPS = 60


@pytest.mark.parametrize("seed", range(3))
async def test_files_of_random_histories(url: str, seed: int) -> None:
    life = await living(url, random.Random(seed))
    house = life.house
    await note_policy(house)
    for _ in range(STEPS):
        try:
            await step(life)
        except SignoffError:
            continue
    await seal_pending(house.store.seals, KEYS.signer, house.clock)
    requests = (await house.store.requests(RequestQuery(limit=100))).items
    assert len(requests) > 5
    for request in requests:
        records = list(await house.store.events(f"request:{request.id}"))
        for sight in (Sight.MASKED, Sight.AGENT, Sight.WHOLE):
            file = read_file(write_file(await filing_of(house).take(request.id, sight, house.operator)))
            checked = check_file(file, TRUSTED)
            assert (checked.findings, checked.unsealed) == ((), 0), (request.id, sight)
            require_what_the_events_say(file, records)
    await house.store.close()


def require_what_the_events_say(file: DecisionFile, records: list[EventRecord]) -> None:
    """Counted again from the raw rows by plain loops, which share nothing with what made the file."""
    payloads: list[Any] = [None if one.payload is None else json.loads(one.payload) for one in records]
    said = {section.id: section.entries for section in file.says.sections}
    assert [entry.events for entry in said["order"]] == [(str(one.seq),) for one in records]
    signed = [entry for entry in said["signatures"] if entry.label == "Signature"]
    assert [_id(entry.text) for entry in signed] == list(_signers(records, payloads))
    looked = [one for one, body in zip(records, payloads, strict=True) if one.type == "request.revealed" and body]
    assert sum(entry.label == "Looked" for entry in said["seen"]) == len(looked)
    stood = [one for one, body in zip(records, payloads, strict=True) if one.type == "request.posted" and body]
    shown = [entry for entry in said["seen"] if entry.label in {"Card shown", "Card sent", "Listed among others"}]
    assert [entry.events for entry in shown] == [(str(one.seq),) for one in stood]
    decided = [body["decision"]["kind"] for one, body in zip(records, payloads, strict=True) if _decides(one, body)]
    if decided:
        assert file.says.state["decision"]["kind"] == decided[0]
    reported = [body["status"] for one, body in zip(records, payloads, strict=True) if _reports(one, body)]
    assert sum(entry.label == "Outcome" and entry.claim for entry in said["run"]) == len(reported)


def _signers(records: list[EventRecord], payloads: list[Any]) -> Any:
    for record, body in zip(records, payloads, strict=True):
        if body is None:
            continue
        if record.type == "request.signed":
            yield record.actor.partition(":")[2]
        elif record.type == "request.decided":
            decision = body["decision"]
            if decision["by"]["kind"] == "person" and decision["kind"].startswith("approved"):
                yield decision["by"]["id"]


def _decides(record: EventRecord, body: Any) -> bool:
    return record.type == "request.decided" and body is not None


def _reports(record: EventRecord, body: Any) -> bool:
    return record.type == "request.outcome_reported" and body is not None


def _id(text: str) -> str:
    found = re.match(r"[^(]*\((\w+)\)", text)
    assert found is not None, text
    return found[1]
