"""One request in Slack and in Teams: decided in either, both follow, and who comes too late is told by whom."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.fakes.slack import FakeSlack, User
from tests.fakes.slack import Message as SlackMessage
from tests.rigs.slack_server import eventually, staffed, words
from tests.rigs.slack_sights import named
from tests.rigs.teams_server import District, district

pytestmark = pytest.mark.asyncio(loop_scope="module")
Both = tuple[District, FakeSlack]
FOLLOWS = 2.0
"""Seconds in which a card follows a decision that was made elsewhere."""


@pytest.fixture
def watched_tasks() -> None:
    """Both platforms outlive a test here."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Both]:
    """One server, connected to a Slack and a Teams with the same people."""
    folder: Path = tmp_path_factory.mktemp("both")
    async with FakeSlack() as slack:
        slack.rates.enabled = False
        acme, users = staffed(slack, "Acme", id="T0ACME")
        acme.channel("refunds", users.values(), id="C0REFUNDS")
        settings: dict[str, Any] = {
            "slack_api_url": slack.api_url,
            "slack_message_seconds": 0.0,
            "slack_bot_token": acme.token,
            "slack_signing_secret": slack.app.signing_secret,
        }
        async with district(folder, channels="{{slack: C0REFUNDS, teams: '{teams}'}}", **settings) as here:
            slack.connect(here.server.url)
            yield here, slack
            assert slack.complaints == []
            await here.require_sound()


def slack_cards(slack: FakeSlack, request_id: str) -> list[SlackMessage]:
    channels = [one for space in slack.world.workspaces.values() for one in space.channels.values()]
    return [each for one in channels for each in slack.messages(one) if named(each) == f"request|{request_id}"]


def colleague(slack: FakeSlack, name: str) -> User:
    users = next(iter(slack.world.workspaces.values())).users.values()
    return next(each for each in users if each.email == f"{name}@acme.test")


async def shown(both: Both, amount: float) -> tuple[str, SlackMessage]:
    """A request whose cards stand on both."""
    here, slack = both
    id_, _ = await here.held(amount)
    found = await slack.until(lambda: slack_cards(slack, id_), 20)

    async def recorded() -> bool:
        told = (await here.agent.v1.get(f"/requests/{id_}/record")).raise_for_status().json()
        return [event["type"] for event in told["events"]].count("request.posted") == 2

    await eventually(recorded, "both cards on record")
    return id_, found[0]


async def test_decided_in_slack_the_teams_card_follows(both: Both) -> None:
    here, slack = both
    id_, card = await shown(both, 120)
    dana = colleague(slack, "dana")
    began = time.monotonic()
    assert (await slack.click(dana, card, "approve")).ok
    await here.says(here.cards(id_)[0], "Approved", "Dana", "Slack")
    assert time.monotonic() - began < FOLLOWS


async def test_decided_in_teams_the_slack_card_follows(both: Both) -> None:
    here, slack = both
    id_, card = await shown(both, 130)
    began = time.monotonic()
    assert (await here.teams.click(here.users["dana"], here.cards(id_)[0], "approve")).ok
    await slack.until(lambda: "Teams" in words(card) and "Approved" in words(card), 20)
    assert time.monotonic() - began < FOLLOWS


async def test_of_two_clicks_at_once_one_decides_and_the_other_is_told(both: Both) -> None:
    here, slack = both
    id_, card = await shown(both, 140)
    lee = colleague(slack, "lee")
    clicked, _ = await asyncio.gather(
        here.teams.click(here.users["dana"], here.cards(id_)[0], "approve"), slack.click(lee, card, "approve")
    )
    decided = (await here.record(id_))["decision"]["by"]
    if decided["id"] == "dana":
        said = await slack.until(lambda: [each.text for each in (*slack.ephemerals(lee), *slack.dms(lee))], 20)
        assert any("approved by Dana" in each for each in said)
    else:
        assert "Somebody was first: it was approved by Lee" in str(clicked.card)
