"""The recorded conversations, replayed with edits: what was approved passes the check of the package agentack."""

from __future__ import annotations

from pathlib import Path

import pytest
from agentack.cli import main as agentack

from bot.proving.approval_traces import POLICY, export_trace
from bot.proving.exports import Span
from tests.e2e.test_airline_replay import DATA, Action, airline, expected, replay
from tests.rigs.demo_server import Served

__all__ = ["airline", "expected"]

pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason=f"the recorded conversations are not here ({DATA})"),
]


async def test_the_runs_pass_and_a_changed_one_fails(
    airline: Served, expected: dict[str, list[Action]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await replay(airline, expected, edits=True)
    trace, rules = tmp_path / "trace.jsonl", tmp_path / "rules.toml"
    rules.write_text(POLICY, encoding="utf-8")
    with trace.open("wb") as file:
        made = await export_trace(airline.place.store, file, Span())
    assert made.requests > 100
    check = ["check", str(trace), "--policy", str(rules)]
    assert agentack(check) == 0, capsys.readouterr().out[-3000:]
    lines = trace.read_bytes().splitlines(keepends=True)
    allowed = [number for number, line in enumerate(lines) if b'"decision":"allow"' in line]
    assert allowed
    for number in allowed[:: max(1, len(allowed) // 10)]:
        changed = [*lines[:number], lines[number].replace(b'"allow"', b'"deny"'), *lines[number + 1 :]]
        trace.write_bytes(b"".join(changed))
        assert agentack(check) == 1
