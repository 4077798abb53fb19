"""What ``signoff pauses`` lists."""

from __future__ import annotations

import asyncio
import getpass
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.clock import SystemClock
from bot.cli import app
from bot.errors import BadInput
from bot.pausing import Pausing
from store.opening import open_store
from tests.rigs.house import POLICY, new_house

REASON = "Refunds went out twice \u202e\x1b[2J"


async def pause(database: str) -> str:
    """Stop the house's agent, and an action that goes on again."""
    clock = SystemClock()
    store = await open_store(database, clock, vault_key=bytes(32))
    house = await new_house(store)
    pausing = Pausing(store, clock, lambda: house.policy)
    vera, agent = house.person("vera"), house.issued.agent.id
    await pausing.pause(f"agent:{agent}", REASON, vera, "desk")
    await pausing.pause("action:refund", "Looking", vera, "desk")
    await pausing.resume("action:refund", "Fine", vera, "desk")
    await pausing.close()
    await store.close()
    return agent


def run(database: str, *options: str) -> str:
    result = CliRunner().invoke(app, ["pauses", "--database", database, *options], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_what_is_paused_is_listed_with_who_and_why(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/signoff.db"
    agent = asyncio.run(pause(database))
    (told,) = json.loads(run(database, "--json"))
    assert (told["scope"], told["name"], told["by"], told["until"]) == (f"agent:{agent}", "agent:support", "vera", None)
    assert told["reason"] == REASON.strip()
    text = run(database)
    assert "agent:support" in text
    assert not {"\u202e", "\x1b"} & set(text)


def test_nothing_paused_is_said(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/signoff.db"

    async def make() -> None:
        await (await open_store(database, SystemClock(), vault_key=bytes(32))).close()

    asyncio.run(make())
    assert run(database) == "Nothing is paused.\n"
    assert json.loads(run(database, "--json")) == []


def command(database: str, folder: Path, *words: str) -> str:
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    options = ["--database", database, "--policy", str(folder / "policy.yaml")]
    result = CliRunner().invoke(app, [*words, *options], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_whoever_runs_the_machine_stops_and_resumes_by_command(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/signoff.db"
    agent = asyncio.run(pause(database))
    said = command(database, tmp_path, "pause", "action:refund", "--reason", "Fire", "--freeze", "--for", "4h")
    assert "action:refund is paused and frozen until" in said
    _, told = json.loads(run(database, "--json"))
    assert (told["scope"], told["freeze"], told["reason"], told["by"]) == (
        "action:refund", True, "Fire", getpass.getuser(),
    )  # fmt: skip
    assert told["until"] is not None
    command(database, tmp_path, "resume", "agent:support", "--reason", "Mended")
    assert [one["scope"] for one in json.loads(run(database, "--json"))] == ["action:refund"]
    command(database, tmp_path, "pause", "agent:support", "--reason", "Again")
    assert [one["scope"] for one in json.loads(run(database, "--json"))] == ["action:refund", f"agent:{agent}"]


def test_a_command_says_what_it_can_not_stop(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/signoff.db"
    asyncio.run(pause(database))
    for scope, why in (("agent:nobody", "no agent"), ("action:nothing", "nothing that can be paused")):
        with pytest.raises(BadInput, match=why):
            command(database, tmp_path, "pause", scope, "--reason", "why")
