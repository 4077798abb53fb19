"""``signoff replay --live`` against a real server: without waiting, refused, at a rate, and interrupted."""

from __future__ import annotations

import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.demo_server import Served, command, served


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as server:
        yield server


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    file = tmp_path / "runs.jsonl"
    lines = [
        {
            "id": f"run-{number}",
            "customer": f"c-{number}",
            "messages": [
                {"role": "user", "content": "Nothing came."},
                {"role": "assistant", "content": "I will refund it.", "tool_calls": [call("12.00"), call("129.00")]},
            ],
        }
        for number in range(3)
    ]
    file.write_text("\n".join(map(json.dumps, lines)) + "\n{broken\n", encoding="utf-8")
    return file


def call(amount: str) -> dict[str, Any]:
    return {"function": {"name": "issue_refund", "arguments": json.dumps({"order_id": "O-1", "amount": amount})}}


async def replayed(runs: Path, url: str, token: str, *words: str) -> tuple[int | None, dict[str, Any]]:
    line = ("-m", "bot.cli", "replay", str(runs), "--live", url, "--per-second", "1000", "--json", *words)
    async with command(*line, SIGNOFF_TOKEN=token) as process:
        output, errors = await process.communicate()
    assert output, errors
    printed: dict[str, Any] = json.loads(output)
    return process.returncode, printed


async def test_without_waiting_it_asks_and_goes(server: Served, runs: Path) -> None:
    code, printed = await replayed(runs, server.url, await server.token())
    assert code == 0
    assert printed["statuses"] == {"approved": 3, "pending": 3}
    assert (printed["conversations"], printed["proposed"], printed["stopped"]) == (3, 6, False)
    assert [one["line"] for one in printed["skipped"]] == [4]
    requests = await server.requests()
    assert {request.status for request in requests} == {"pending", "approved"}
    assert all(request.outcome is None for request in requests)
    context = requests[0].assessment.context
    assert context.transcript == ("Nothing came.",)
    assert requests[0].proposal.agent_reasoning == "I will refund it."


async def test_a_second_replay_proposes_anew(server: Served, runs: Path) -> None:
    token = await server.token()
    await replayed(runs, server.url, token, "--tool", "issue_refund")
    await replayed(runs, server.url, token)
    assert len(await server.requests()) == 12


async def test_a_refused_token_is_a_failure_that_says_so(server: Served, runs: Path) -> None:
    code, printed = await replayed(runs, server.url, "nobody")
    assert code == 1
    assert printed["statuses"] == {"failed": 6}
    assert printed["failures"]


async def test_ctrl_c_ends_it_in_good_order(server: Served, runs: Path) -> None:
    words = ("-m", "bot.cli", "replay", str(runs), "--live", server.url, "--wait")
    async with command(*words, SIGNOFF_TOKEN=await server.token()) as process:
        await server.pending(3)
        process.send_signal(signal.SIGINT)
        output, errors = await process.communicate()
    assert process.returncode == 130, errors
    assert "3 still wait for a decision" in output.decode()
    assert b"Traceback" not in errors
    assert sorted(request.status for request in await server.requests()) == ["approved"] * 3 + ["pending"] * 3
