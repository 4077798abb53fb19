"""A digest of friction from a running server: its channel sees the signals, the risk owner alone who was in a hurry."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.e2e.digests.test_arrives_once import SECONDS, Place, place, words_of

QUICK = 30
MARK = "For you alone"


async def approved_in_seconds(here: Place) -> None:
    """Thirty refunds, each approved as soon as it is there."""
    server = here.servers[0]
    token = (await asyncio.to_thread(server.agent))["token"]
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=headers, trust_env=False) as http,
        server.reviewer() as dana,
    ):
        for number in range(QUICK):
            body = {"tool": "issue_refund", "arguments": {"amount": 120, "reason": "Late"}, "customer": f"c-{number}"}
            sent = await http.post("/requests", json=body, headers={"Idempotency-Key": f"key-{number}"})
            await dana.approve(sent.raise_for_status().json()["id"])


@pytest.mark.timeout(240)
async def test_only_the_risk_owner_s_own_digest_says_who_was_in_a_hurry(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        await here.start('[{name: weekly, kind: friction, cron: "0 0 1 1 *", to: [channel, risk_owner]}]')
        await approved_in_seconds(here)
        await asyncio.to_thread(here.servers[0].command, "digest", "refunds", "--send")

        def in_slack() -> list[tuple[bool, str]]:
            """Whether it stands in the team's channel, and what it says."""
            return [
                (channel is here.channel, words_of(each))
                for workspace in here.slack.world.workspaces.values()
                for channel in workspace.channels.values()
                for each in here.slack.messages(channel)
                if "Friction: Refunds" in words_of(each)
            ]

        def in_teams() -> list[str]:
            return [str(each.card) for each in here.teams.messages(here.thread) if "Friction: Ref" in str(each.card)]

        await here.slack.until(lambda: len(in_slack()) == 2, SECONDS)
        await here.teams.until(in_teams, SECONDS)
        told = in_slack()
        assert all(f"Overridden: 0% (0 of {QUICK})" in words for _, words in told)
        assert [MARK in words for _, words in told] == [not in_channel for in_channel, _ in told]
        assert {in_channel for in_channel, _ in told} == {True, False}
        (card,) = in_teams()
        assert MARK not in card
