"""Home: one's own queue, refreshed when it changes, and never more often than Slack takes it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping

import pytest

from adapters.slack.app.homes import Shown
from bot.deciding import Approve, Claim
from bot.domain.events import Noted
from bot.domain.people import Actor, ActorKind
from bot.recording import Needs
from tests.fakes.slack import Fault, User
from tests.rigs.office import DESK
from tests.rigs.slack_office import Office, installed, opened, staffed

BY = Actor(ActorKind.OPERATOR, "test", "test")


@pytest.fixture
async def following() -> AsyncIterator[Office]:
    """An office whose Home follows what is committed, gathered for a twentieth of a second."""
    async with opened(running=True, home_seconds=0.05) as here:
        yield here


def shown(office: Office, user: User) -> str:
    home = office.slack.home(user)
    return "" if home is None else json.dumps(home.blocks, ensure_ascii=False)


class Turns:
    """Counts how often Home has looked at whose page is stale, and has published what it found due."""

    def __init__(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done = 0
        self._office = office
        self._refresh = office.app._homes._refresh
        monkeypatch.setattr(office.app._homes, "_refresh", self._counted)

    async def _counted(self, keys: set[str], viewers: Mapping[str, Shown]) -> set[str]:
        left = await self._refresh(keys, viewers)
        self.done += 1
        return left

    async def more(self, count: int) -> None:
        """Until there were so many more."""
        until = self.done + count
        async with asyncio.timeout(20):
            while self.done < until:  # noqa: ASYNC110 - another task takes them
                await asyncio.sleep(0)

    async def over_all(self) -> None:
        """Until a turn has ended that began after everything that is committed by now: commits begin turns."""
        store = self._office.house.store
        for _ in range(2):  # the first may have been under way
            await store.transact(
                Needs(ledgers=("seen",)), lambda view: view.record("ledger", "seen", Noted("seen"), BY)
            )
            await self.more(1)


async def test_home_shows_what_waits_what_was_decided_what_is_paused_and_the_desk(office: Office) -> None:
    await office.held(context={"customer": "cust_77"})
    other, _ = await office.held(80, context={"customer": "cust_88"})
    await office.house.say(other, Approve(), "dana")
    await office.pausing.pause("action:refund", "Refunded twice", office.person("vera"), "desk")
    await office.slack.open_home(office.dana)
    await office.quiet()
    text = shown(office, office.dana)
    for part in ("1 request waits for you", "cust_77", "Decided by you today", "cust_88", "Refunded twice", DESK):
        assert part in text
    assert office.slack.complaints == []


async def test_its_buttons_decide(office: Office) -> None:
    request, _ = await office.held()
    await office.slack.open_home(office.dana)
    await office.quiet()
    home = office.slack.home(office.dana)
    assert home is not None
    await office.slack.click(office.dana, home, "approve")
    assert (await office.decided(request)).status == "approved"


async def test_a_form_opens_from_home_and_what_may_not_be_done_is_told_in_a_direct_message(office: Office) -> None:
    request, _ = await office.held()
    await office.slack.open_home(office.dana)
    await office.quiet()
    home = office.slack.home(office.dana)
    assert home is not None
    await office.slack.click(office.dana, home, "reject")
    await office.quiet()
    view = office.slack.views(office.dana)[-1]
    await office.slack.close(view)
    await office.house.say(request, Approve(), "lee")
    await office.slack.click(office.dana, home, "approve")
    await office.quiet()
    assert "approved by Lee" in office.slack.dms(office.dana)[-1].text


async def test_a_hash_conflict_is_tried_again_with_the_fresh_view(office: Office) -> None:
    await office.slack.open_home(office.dana)
    await office.quiet()
    await office.held(context={"customer": "cust_77"})
    office.slack.faults.next("views.publish", Fault.REFUSED, error="hash_conflict")
    await office.slack.open_home(office.dana)
    await office.quiet()
    assert "cust_77" in shown(office, office.dana)
    assert len(office.slack.calls("views.publish")) == 3


async def test_where_home_is_not_enabled_nothing_is_tried_again(office: Office) -> None:
    office.acme.home_enabled = False
    await office.slack.open_home(office.dana)
    await office.quiet()
    assert len(office.slack.calls("views.publish")) == 1
    assert office.slack.complaints == []


async def test_a_stranger_is_told_whom_to_ask(office: Office) -> None:
    eve = office.acme.user("eve", email="eve@else.test")
    await office.held(context={"customer": "cust_77"})
    await office.slack.open_home(eve)
    await office.quiet()
    assert "Vera" in shown(office, eve)
    assert "cust_77" not in shown(office, eve)


async def test_it_follows_what_is_committed_for_those_whom_it_concerns(
    following: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, turns = following, Turns(following, monkeypatch)
    for name in ("dana", "lee", "rosa"):
        await office.slack.open_home(office.users[name])
    await office.quiet()
    before = len(office.slack.calls("views.publish"))
    request, _ = await office.held(context={"customer": "cust_77"})
    await office.slack.until(lambda: "cust_77" in shown(office, office.lee) and "cust_77" in shown(office, office.dana))
    await office.house.say(request, Approve(), "lee")
    await office.slack.until(lambda: "Decided by you today" in shown(office, office.lee))
    await office.slack.until(lambda: "cust_77" not in shown(office, office.dana))
    await turns.over_all()
    published = office.slack.calls("views.publish")[before:]
    assert {call.args["user_id"] for call in published} == {office.dana.id, office.lee.id}
    assert office.slack.complaints == []


async def test_pauses_refresh_it(following: Office) -> None:
    await following.slack.open_home(following.dana)
    await following.quiet()
    await following.pausing.pause("everything", "Too many at once", following.person("vera"), "desk")
    await following.slack.until(lambda: "Too many at once" in shown(following, following.dana))
    await following.pausing.resume("everything", "Mended", following.person("vera"), "desk")
    await following.slack.until(lambda: "Too many at once" not in shown(following, following.dana))


async def test_a_burst_of_commits_is_gathered_and_what_looks_the_same_is_not_published(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with opened(running=True, home_seconds=0.5) as office:
        turns = Turns(office, monkeypatch)
        await office.slack.open_home(office.dana)
        await office.quiet()
        before = len(office.slack.calls("views.publish"))
        requests = [  # each due later than the one before, so that the first is among those that Home lists
            await office.house.held(30 + n, within=f"{10 + n}m", context={"customer": f"cust_{n}"}) for n in range(20)
        ]
        await office.slack.until(lambda: "20 requests wait for you" in shown(office, office.dana))
        assert len(office.slack.calls("views.publish")) - before <= 3
        await office.house.say(requests[0], Claim(), "lee")
        await office.slack.until(lambda: "Lee" in shown(office, office.dana))
        seen = len(office.slack.calls("views.publish"))
        await office.post(requests[1])
        await turns.over_all()
        assert len(office.slack.calls("views.publish")) == seen


async def test_a_rate_limit_delays_it_and_loses_nothing(following: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(following, monkeypatch)
    await following.slack.open_home(following.dana)
    await following.quiet()
    following.slack.faults.next("views.publish", Fault.RATE_LIMITED, retry_after=1)
    await following.house.held(context={"customer": "cust_77"})
    await following.slack.until(lambda: len(following.slack.calls("views.publish")) > 1)
    await turns.more(3)  # the refusal is read, and the next turns come too early
    assert len(following.slack.calls("views.publish")) == 2
    following.house.clock.move(seconds=2)
    await following.slack.until(lambda: "cust_77" in shown(following, following.dana))


async def test_viewers_are_forgotten_after_a_month(following: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(following, monkeypatch)
    await following.slack.open_home(following.dana)
    await following.quiet()
    following.house.clock.move(days=31)
    await following.house.held(context={"customer": "cust_77"})
    await turns.over_all()
    assert len(following.slack.calls("views.publish")) == 1


async def test_home_shows_no_request_of_another_workspace() -> None:
    async with opened(oauth=True) as office:
        await office.held(context={"customer": "cust_77"})
        beta, users = staffed(office.slack, "Beta", id="T0BETA")
        assert office.app._oauth is not None
        await office.app._oauth.installations.async_save(installed(beta))
        await office.slack.open_home(users["dana"])
        await office.slack.open_home(office.dana)
        await office.quiet()
        assert "cust_77" in shown(office, office.dana)
        assert "cust_77" not in shown(office, users["dana"])
        assert office.slack.home(users["dana"]) is not None
