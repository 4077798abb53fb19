"""The trace of what was approved, judged by the package agentack itself: it passes, and each tampered one fails."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from agentack.engine import evaluate_events
from agentack.models import EvaluationReport
from agentack.parser import read_jsonl
from agentack.policy import Policy

from bot.domain.events import EventRecord
from bot.erasing import erase_request
from bot.proving.approval_traces import POLICY, Traced, export_trace
from bot.proving.exports import Span
from tests.rigs.history import Written, write_history
from tests.rigs.house import House, new_house

Json = dict[str, Any]


@dataclass
class Trace:
    house: House
    written: Written
    path: Path

    async def export(self) -> Traced:
        raw = io.BytesIO()
        made = await export_trace(self.house.store, raw, Span())
        self.path.write_bytes(raw.getvalue())
        return made

    def lines(self) -> list[Json]:
        return [json.loads(line) for line in self.path.read_bytes().splitlines()]

    def rewrite(self, lines: list[Json]) -> None:
        self.path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def judged(self) -> EvaluationReport:
        rules = self.path.with_name("policy.toml")
        rules.write_text(POLICY)
        return evaluate_events(read_jsonl(self.path), policy=Policy.from_toml(rules))


@pytest.fixture
async def trace(tmp_path: Path) -> AsyncIterator[Trace]:
    house = await new_house()
    made = Trace(house, await write_history(house), tmp_path / "trace.jsonl")
    await house.redeeming.redeem(made.written.allowed, key="run-2", **house.agent)
    await house.redeeming.redeem(made.written.spent, key="run-3", **house.agent)
    yield made
    await house.store.close()


async def test_it_passes(trace: Trace) -> None:
    made = await trace.export()
    report = trace.judged()
    assert (report.status, report.findings) == ("PASS", ())
    assert made.requests >= 6
    assert made.unfinished >= 1
    told = {line["type"] for line in trace.lines()}
    approval = {"approval_requested", "approval_decision"}
    assert told == approval | {"action_proposed", "action_executed", "action_blocked", "session_end"}
    ran = {line["action_id"] for line in trace.lines() if line["type"] == "action_executed"}
    assert ran == {trace.written.ran, trace.written.allowed, trace.written.spent}


async def test_what_was_erased_is_left_out(trace: Trace) -> None:
    await erase_request(trace.house.store, trace.written.ran, reason="asked for", by=trace.house.operator)
    made = await trace.export()
    assert made.erased == 1
    assert trace.written.ran not in trace.path.read_text()
    assert trace.judged().status == "PASS"


def first(lines: list[Json], type_: str, id_: str | None = None) -> Json:
    return next(line for line in lines if line["type"] == type_ and id_ in {None, line.get("action_id")})


def drop(type_: str) -> Callable[[list[Json], str], None]:
    def tamper(lines: list[Json], id_: str) -> None:
        lines.remove(first(lines, type_, None if type_ == "session_end" else id_))

    return tamper


def change_amount(type_: str) -> Callable[[list[Json], str], None]:
    def tamper(lines: list[Json], id_: str) -> None:
        first(lines, type_, id_)["action"]["parameters"]["arguments"]["amount"] = 9999

    return tamper


def deny(lines: list[Json], id_: str) -> None:
    first(lines, "approval_decision", id_)["decision"] = "deny"


def expire(lines: list[Json], id_: str) -> None:
    first(lines, "approval_decision", id_)["expires_at"] = "2020-01-01T00:00:00Z"


def replay(lines: list[Json], id_: str) -> None:
    ran = first(lines, "action_executed", id_)
    lines.insert(lines.index(ran), dict(ran))


def unapproved(lines: list[Json], id_: str) -> None:
    del first(lines, "action_executed", id_)["approval_id"]


def early(lines: list[Json], id_: str) -> None:
    ran = first(lines, "action_executed", id_)
    lines.remove(ran)
    lines.insert(lines.index(first(lines, "approval_decision", id_)), ran)


def borrowed(lines: list[Json], id_: str) -> None:
    other = next(one for one in lines if one["type"] == "approval_decision" and one["action_id"] != id_)
    first(lines, "action_executed", id_)["approval_id"] = other["approval_id"]


def ran_after_all(lines: list[Json], id_: str) -> None:
    blocked = first(lines, "action_blocked")
    action = first(lines, "action_proposed", blocked["action_id"])["action"]
    line = {key: value for key, value in blocked.items() if key != "reason"}
    lines.insert(-1, {**line, "type": "action_executed", "action": action})


TAMPERING: dict[str, tuple[Callable[[list[Json], str], None], str]] = {
    "the request for approval removed": (drop("approval_requested"), "ACK009"),
    "the decision removed": (drop("approval_decision"), "ACK009"),
    "the proposal removed": (drop("action_proposed"), "ACK009"),
    "the run removed": (drop("action_executed"), "ACK009"),
    "the end removed": (drop("session_end"), "ACK009"),
    "another amount proposed": (change_amount("action_proposed"), "ACK003"),
    "another amount shown": (change_amount("approval_requested"), "ACK003"),
    "another amount run": (change_amount("action_executed"), "ACK003"),
    "the decision turned": (deny, "ACK002"),
    "the approval over by then": (expire, "ACK005"),
    "run twice": (replay, "ACK004"),
    "run without an approval": (unapproved, "ACK001"),
    "run before it was decided": (early, "ACK006"),
    "run by another's approval": (borrowed, "ACK003"),
    "run though it was rejected": (ran_after_all, "ACK002"),
}


@pytest.mark.parametrize("how", TAMPERING)
async def test_each_tampered_one_fails(trace: Trace, how: str) -> None:
    await trace.export()
    lines = trace.lines()
    tamper, rule = TAMPERING[how]
    tamper(lines, trace.written.ran)
    trace.rewrite(lines)
    report = trace.judged()
    assert report.status != "PASS"
    assert rule in report.rule_counts


async def test_arguments_that_were_changed_on_record_are_another_action(trace: Trace) -> None:
    records: list[EventRecord] = trace.house.store.seals._records  # type: ignore[attr-defined]  # the memory store's, tampered with behind its back
    at = next(at for at, one in enumerate(records) if one.stream == f"request:{trace.written.ran}" and one.seq == 1)
    payload = records[at].payload
    assert payload is not None

    records[at] = msgspec.structs.replace(records[at], payload=payload.replace(b'"amount":120', b'"amount":999'))
    await trace.export()
    assert "ACK003" in trace.judged().rule_counts
