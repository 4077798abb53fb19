"""On call and away from Slack: the forms, what they refuse, and the list."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.policy.loading import load
from tests.rigs.house import START
from tests.rigs.rotas import ROTAS
from tests.rigs.slack_office import Office


@pytest.fixture(autouse=True)
def rotas(office: Office) -> None:
    office.house.policy = load(ROTAS, "policy.yaml")


async def opened(office: Office, who: str, text: str) -> Any:
    await office.slack.command(office.users[who], office.refunds, "/signoff", text)
    await office.quiet()
    return office.slack.views(office.users[who])[0]


async def listed(office: Office, who: str, text: str = "oncall") -> str:
    user = office.users[who]
    seen = len(office.slack.ephemerals(user))
    await office.slack.command(user, office.refunds, "/signoff", text)
    await office.quiet()
    assert office.slack.complaints == []
    return json.dumps([each.blocks for each in office.slack.ephemerals(user)[seen:]], ensure_ascii=False)


async def facts(office: Office) -> list[str]:
    return [record.type for record in await office.house.store.events("ledger:duties")]


async def test_somebody_is_put_on_call_and_taken_off_again(office: Office) -> None:
    view = await opened(office, "lee", "cover refunds on call")
    done = await office.slack.submit(view, {"rotation": "refunds_on_call", "person": "omar", "until": "+8h"})
    assert not done.errors
    assert await facts(office) == ["ledger.covered"]
    (cover,) = office.app._room.rostering.roster().duties.covers
    assert (cover.person, cover.since, cover.until, cover.by) == ("omar", START, START + timedelta(hours=8), "lee")
    told = await listed(office, "dana")
    assert "Omar, until Mon 2026-03-02 18:00 EST" in told
    assert "Nobody is on call" in told
    assert "Ended: Omar is on call" in await listed(office, "dana", "oncall end 1")
    assert "Omar, until" not in await listed(office, "dana")
    assert await facts(office) == ["ledger.covered", "ledger.duty_ended"]
    assert "is the number of no cover" in await listed(office, "dana", "oncall end 9")


async def test_what_is_wrong_stands_below_its_input_and_nothing_is_recorded(office: Office) -> None:
    view = await opened(office, "lee", "away")
    refused = await office.slack.submit(view, {"person": "lee", "to": "dana", "until": "soonish"})
    assert "no time" in refused.errors["until"]
    refused = await office.slack.submit(view, {"person": "lee", "to": "dana", "until": "2026-03-01"})
    assert "past" in refused.errors["until"]
    assert await facts(office) == []
    done = await office.slack.submit(view, {"person": "lee", "to": "dana", "until": "2026-03-09", "note": "Ski"})
    assert not done.errors
    assert await facts(office) == ["ledger.delegated"]
    assert "Dana stands in for Lee from Mon 2026-03-02 10:00 EST until Tue 2026-03-10 00:00 EDT: “Ski”" in await listed(
        office, "vera"
    )


async def test_who_may_not_is_told_who_may(office: Office) -> None:
    office.house.policy = load(ROTAS.replace("people: [omar], days", "people: [lee], days"), "policy.yaml")
    view = await opened(office, "omar", "cover")
    text = json.dumps(view.definition, ensure_ascii=False)
    assert "may not say who is on call" in text
    assert "submit" not in view.definition
    assert "could sign everything that comes to Dana" in json.dumps((await opened(office, "dana", "away")).definition)


async def test_quiet_hours_are_set_and_end(office: Office) -> None:
    view = await opened(office, "lee", "quiet")
    done = await office.slack.submit(view, {"begins": "22:00", "ends": "7:00", "timezone": "Europe/London"})
    assert not done.errors
    assert "22:00 to 07:00 (Europe/London)" in await listed(office, "lee")
    assert "Europe/London" not in await listed(office, "dana")
    view = await opened(office, "lee", "quiet")
    assert (await office.slack.submit(view, {"begins": "25:00", "ends": "07:00"})).errors["begins"]
    await office.slack.submit(view, {"begins": None, "ends": None})
    assert "22:00" not in await listed(office, "lee")
    assert await facts(office) == ["ledger.quiet_hours_set"] * 2
