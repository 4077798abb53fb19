"""A customer with requests in every state is erased while a server serves Slack and Teams: no string of theirs is left
in a card, list, thread, table or file, nor in an export made later; and all of it still verifies."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from store import schema
from tests.fakes.slack import FakeSlack, User
from tests.rigs.house import POLICY
from tests.rigs.remains import remains
from tests.rigs.slack_server import eventually, staffed
from tests.rigs.teams_server import District, district

pytestmark = [pytest.mark.filterwarnings("default::ResourceWarning")]
MARK = "zqx"
"""In everything that is said of her, and in nothing else."""
ANN = "Cust_Zqx77"
SLA = "{respond_within: 3s, gather: 2s, escalate: [{after: 3s, to: [vera]}], expire_after: 1h}"
WATCHED = POLICY.replace("{respond_within: 15m, expire_after: 4h}", SLA)
Both = tuple[District, FakeSlack, str]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Both]:
    """One server on each database, connected to a Slack and a Teams with the same people."""
    url = f"sqlite:///{tmp_path / 'signoff.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("fresh_postgres_url")
    await asyncio.to_thread(schema.upgrade, url)
    async with FakeSlack() as slack:
        slack.rates.enabled = False
        acme, users = staffed(slack, "Acme", id="T0ACME")
        acme.channel("refunds", users.values(), id="C0REFUNDS")
        settings: dict[str, Any] = {
            "database": url,
            "slack_api_url": slack.api_url,
            "slack_message_seconds": 0.0,
            "slack_bot_token": acme.token,
            "slack_signing_secret": slack.app.signing_secret,
        }
        placed = "{{slack: C0REFUNDS, teams: '{teams}'}}"
        async with district(tmp_path, policy=WATCHED, channels=placed, **settings) as here:
            slack.connect(here.server.url)
            yield here, slack, url
            assert slack.complaints == []
            await here.require_sound()


def in_slack(slack: FakeSlack) -> list[str]:
    """What stands in every channel, conversation, thread and Home now."""
    found = []
    for space in slack.world.workspaces.values():
        for channel in space.channels.values():
            found += [repr(one.versions[-1]) for one in channel.messages.values() if not one.deleted]
        found += [repr(home) for home in space.homes.values()]
    return found


def in_teams(here: District) -> list[str]:
    """The same in Teams, with the cards that one person was answered with."""
    found = []
    for tenant in here.teams.world.tenants.values():
        places: list[Any] = [
            *tenant.chats.values(),
            *(channel for team in tenant.teams.values() for channel in team.channels.values()),
        ]
        for place in places:
            for one in place.messages.values():
                if one.deleted:
                    continue
                newest = len(one.versions) - 1
                found.append(repr(one.versions[-1]))
                found += [repr(view.card) for view in one.views.values() if view.version == newest]
    return found


def marked(said: list[str]) -> list[str]:
    return [text[:300] for text in said if MARK in text.lower()]


async def propose(here: District, amount: float, customer: str = ANN, **arguments: Any) -> str:
    context = {
        "customer": customer,
        "customer_name": "Ann Zqxlee",
        "session": f"zqx-{uuid.uuid4()}",
        "transcript": ["I lost my zqxphone"],
    }
    submission = {
        "tool": "issue_refund",
        "arguments": {"amount": amount, "reason": "zqxreason", "card": "zqxcard", **arguments},
        "timeout": "30m",
        "context": context,
        "agent_reasoning": "zqxanna is owed it.",
    }
    opened = await here.agent.aap.create(submission, f"zqx-{uuid.uuid4()}")
    return opened.id


async def write(both: Both) -> list[str]:
    """Her requests: run with a question, rejected, edited, cancelled by the agent, and four that wait."""
    here, slack, _ = both
    asked, rejected, edited, dropped = [await propose(here, amount) for amount in (120, 130, 140, 150)]
    card = (await here.until(lambda: here.cards(asked) or None, "a card"))[0]
    dialog = await here.opens(here.users["dana"], card, "ask")
    assert (await here.teams.submit(dialog, {"text": "Is it zqxanna?"})).closed
    await here.says(card, "Is it zqxanna?")
    await here.agent.answer(asked, "Yes, zqxanna.")
    await here.agent.aap.cancel(dropped)
    async with here.server.reviewer("dana") as dana:
        await dana.approve(asked, "Spoke to zqxanna.")
        await dana.reject(rejected, "wrong_amount", "The invoice of zqxanna says 80.")
        await dana.edit(edited, {"reason": "zqxlate", "amount": "80"}, "less, zqx")
    assert (await here.agent.redeem(asked, "run-zqx")).status_code == 200
    assert (await here.agent.report(asked, "succeeded", "Paid zqxanna")).status_code == 200
    waiting = [await propose(here, amount, " cust_ZQX77") for amount in (160, 170, 175, 178)]
    told = {"customer": ANN, "at": datetime.now(UTC).isoformat(), "topic": "zqxtopic", "channel": "phone"}
    reported = await here.agent.v1.post("/contacts", json={"contacts": [told]}, headers={"Idempotency-Key": "c"})
    assert reported.status_code in {200, 201}, reported.text
    for name in ("dana", "vera"):
        await slack.open_home(next(one for one in slack_people(slack) if one.email == f"{name}@acme.test"))
    await slack.until(lambda: any(MARK in repr(slack.home(one)).lower() for one in slack_people(slack)) or None, 20)
    await here.until(lambda: any(MARK in text for text in chats_of_vera(here)) or None, "an escalation")
    await slack.until(lambda: marked(in_slack(slack)), 20)
    return [asked, rejected, edited, dropped, *waiting]


def slack_people(slack: FakeSlack) -> list[User]:
    return [user for space in slack.world.workspaces.values() for user in space.users.values()]


def chats_of_vera(here: District) -> list[str]:
    return [repr(one.versions[-1]).lower() for one in here.teams.chat(here.users["vera"])]


async def quiet(both: Both) -> None:
    """Until nothing waits to be sent any more."""
    here, _, _ = both

    async def sent() -> bool:
        metrics = (await here.agent.v1.get(f"{here.server.url}/metrics")).text
        lines = [line for line in metrics.splitlines() if line.startswith("signoff_outbox") and "waiting" in line]
        return bool(lines) and all(float(line.rsplit(" ", 1)[1]) == 0 for line in lines)

    await eventually(sent, "everything to be sent")


async def test_no_string_of_hers_is_left_anywhere(both: Both, tmp_path: Path) -> None:
    here, slack, url = both
    ids = await write(both)
    other = await here.agent.propose(180, reason="somebody else's")
    assert marked(in_teams(here))
    await gathered(url)
    assert await remains(url, [MARK])
    dry = json.loads(await here.command("erase", "customer", ANN, "--reason", "x", "--cancel", "--dry-run", "--json"))
    assert (dry["requests"], dry["contacts"], dry["erased"]) == (len(ids), 1, False)
    erase = ("erase", "customer", ANN, "--reason", "asked for it", "--cancel", "--yes", "--json")
    done = json.loads(await here.command(*erase))
    assert (done["requests"], done["contacts"]) == (len(ids), 1)
    assert done["cards"] > len(ids)

    async def gone() -> bool:
        return not marked(in_slack(slack)) and not marked(in_teams(here))

    try:
        await eventually(gone, "chat without her")
    except AssertionError:
        raise AssertionError(f"still there: {marked(in_slack(slack))} {marked(in_teams(here))}") from None
    assert json.loads(await here.command(*erase))["requests"] == 0, "nothing is left"
    await quiet(both)
    assert not marked(in_slack(slack))
    assert not marked(in_teams(here))
    for id_ in ids:
        found = await here.record(id_)
        assert found["status"] != "pending"
        assert MARK not in json.dumps(found).lower()
    assert MARK not in here.log.lower()
    await exported(here, tmp_path)
    assert (await here.agent.aap.get(other.id)).status == "pending"
    await here.command("audit", "verify")
    await here.command("db", "vacuum", "--full")
    assert await remains(url, [MARK]) == []
    assert await remains(url, ["somebody else"])


async def gathered(url: str) -> None:
    """Cards, lines in threads and a list of several requests stand, on record."""
    kinds = [f'"kind":"{kind}"' for kind in ("card", "lines", "gathered")]

    async def stand() -> bool:
        return len({kind for kind in kinds for found in await remains(url, [kind]) if found}) == len(kinds)

    await eventually(stand, "every kind of message")


async def exported(here: District, folder: Path) -> None:
    """What leaves the house from now on holds nothing of hers, and proves."""
    out = folder / "record.jsonl"
    await here.command("audit", "export", "--out", str(out))
    assert MARK.encode() not in out.read_bytes().lower()
    key = folder / "key.txt"
    key.write_text(await here.command("audit", "public-key"), encoding="utf-8")
    await here.command("audit", "verify", "--file", str(out), "--public-key", str(key))
