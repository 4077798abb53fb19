"""Two workspaces that installed the app by its own pages; what happens in one is nothing to the other."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.slack import Channel, User, Workspace
from tests.rigs.slack_server import POLICY, Town, eventually, staffed, town, words

pytestmark = pytest.mark.asyncio(loop_scope="module")
TWO = POLICY.replace("[C0NOWHERE, C0SECOND]", "T0GLOBEX/C0CASES")


class Two:
    """A server, and the two workspaces; ``tool`` ``issue_refund`` belongs to Acme, ``refund_stray`` to Globex."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.globex: Workspace
        self.people: dict[str, User]
        self.globex, self.people = staffed(town.slack, "Globex", id="T0GLOBEX", scopes=None)
        self.cases: Channel = self.globex.channel("cases", self.people.values(), id="C0CASES")

    async def install(self, by: User) -> None:
        back = await self.town.slack.install(f"{self.town.server.url}/slack/install", by=by)
        assert back.status == 200, back.text


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    allowed = "T0ACME,T0GLOBEX,T0INITECH"
    async with town(tmp_path_factory.mktemp("two"), policy=TWO, mode="oauth", slack_workspaces=allowed) as found:
        both = Two(found)
        await both.install(found.users["vera"])
        await both.install(both.people["vera"])
        yield both
        await found.require_sound()


async def test_each_has_the_cards_of_its_channels(two: Two) -> None:
    acme, _ = await two.town.held()
    globex, card = await two.town.held(130, tool="refund_stray")
    assert card.channel is two.cases
    await two.town.slack.click(two.people["dana"], card, "approve")
    await two.town.says(globex, "Approved", "by Dana on Slack")
    assert (await two.town.agent.aap.get(acme)).status == "pending"


async def test_a_button_of_another_workspace_is_refused(two: Two) -> None:
    slack, acme_dana, globex_dana = two.town.slack, two.town.users["dana"], two.people["dana"]
    mine, _ = await two.town.held()
    _, card = await two.town.held(130, tool="refund_stray")
    ack = await slack.click(globex_dana, card, "details")
    forged = {**ack.payload, "trigger_id": slack.trigger(globex_dana)}
    forged["actions"] = [{**forged["actions"][0], "action_id": "approve", "value": mine}]
    assert (await slack.interact(forged)).ok
    await two.town.told(globex_dana, "not of one of its cards")
    assert (await two.town.agent.seen(mine))["status"] == "pending"
    shown = await slack.command(globex_dana, two.cases, "/signoff", f"show {mine}")
    assert shown.ok
    await two.town.told(globex_dana, "no such request")
    assert acme_dana.id not in str(forged)


@pytest.mark.parametrize("how", ["uninstall", "revoke"])
async def test_removed_from_one_it_goes_on_in_the_other_until_it_is_back(two: Two, how: str) -> None:
    slack, town_ = two.town.slack, two.town
    mine, card = await town_.held(210)
    other, theirs = await town_.held(220, tool="refund_stray")
    before = town_.log.count("T0GLOBEX is suspended")
    await (slack.uninstall(two.globex) if how == "uninstall" else slack.revoke(two.globex))

    async def suspended() -> bool:
        return town_.log.count("T0GLOBEX is suspended") > before

    await eventually(suspended, "suspended")
    await slack.click(town_.users["dana"], card, "approve")
    await town_.says(mine, "Approved", "by Dana on Slack")
    async with town_.server.reviewer("dana") as dana:
        await dana.approve(other)
    assert "Approved" not in words(theirs), "nothing can be changed there"
    away = await town_.agent.propose(230, tool="refund_stray")
    (elsewhere,) = await town_.says(away.id, "230.00")
    assert elsewhere in slack.dms(town_.users["vera"]), "with whoever is accountable, where she can be reached"

    await two.install(two.people["vera"])
    await town_.says(other, "Approved", "by Dana on desk")
    again, back = await town_.held(240, tool="refund_stray")
    assert back.channel is two.cases
    await slack.click(two.people["lee"], back, "approve")
    await town_.says(again, "Approved", "by Lee on Slack")


async def test_a_state_is_good_once_and_in_time(two: Two) -> None:
    slack, install = two.town.slack, f"{two.town.server.url}/slack/install"
    _, users = staffed(slack, "Initech", id="T0INITECH", scopes=None)
    vera = users["vera"]
    consent = await slack.visit(install, vera)
    assert (await slack.consent(consent, state="made-up")).status >= 400
    assert (await slack.consent(consent, cookie="")).status >= 400
    denied = await slack.consent(await slack.visit(install, vera), deny=True)
    assert "T0INITECH" not in denied.text
    late = await slack.visit(install, vera)
    await asyncio.to_thread(make_late, two.town)
    assert (await slack.consent(late)).status >= 400
    assert "T0INITECH has installed" not in two.town.log
    once = await slack.visit(install, vera)
    assert (await slack.consent(once)).status == 200
    assert (await slack.consent(once)).status >= 400
    await slack.open_home(vera)
    await two.town.until(lambda: slack.home(vera), "Home")


async def test_a_workspace_that_is_not_named_may_not(two: Two) -> None:
    _, users = staffed(two.town.slack, "Hooli", id="T0HOOLI", scopes=None)
    back = await two.town.slack.install(f"{two.town.server.url}/slack/install", by=users["vera"])
    assert back.status == 403


def make_late(town_: Town) -> None:
    """Let the states that were given out be over, as they are after ten minutes."""
    with sqlite3.connect(town_.folder / "signoff.db", timeout=10) as database:
        changed = database.execute("UPDATE shelf SET expires_at = 1 WHERE room = 'slack.states'")
        assert changed.rowcount > 0
    database.close()
