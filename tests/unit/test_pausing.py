"""Stopping automation, and letting it go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.deciding import Approve
from bot.domain.people import Person
from bot.domain.verdicts import VerdictKind
from bot.errors import BadInput, Conflict, NotAllowed, Unavailable
from bot.pausing import END_CHOICES, Pausing, concerns, end_of, pausable
from tests.rigs.house import House, new_house


@pytest.fixture
async def house() -> House:
    return await new_house()


@pytest.fixture
async def pausing(house: House) -> AsyncIterator[Pausing]:
    made = Pausing(house.store, house.clock, lambda: house.policy)
    await made.start()
    yield made
    await made.close()


async def paused(house: House, pausing: Pausing, scope: str, **more: object) -> None:
    await pausing.pause(scope, "wrong refunds", house.person("vera"), "slack", **more)  # type: ignore[arg-type]  # passed on


def scopes(house: House) -> list[str]:
    return ["everything", "action:refund", f"agent:{house.issued.agent.id}", "owner:refunds"]


async def test_nothing_is_paused_to_begin_with(pausing: Pausing) -> None:
    assert pausing.now() == ()


@pytest.mark.parametrize("number", range(4))
async def test_what_is_paused_is_blocked_and_says_by_whom_and_why(house: House, pausing: Pausing, number: int) -> None:
    await paused(house, pausing, scopes(house)[number])
    for amount in (10, 120):  # one that would run at once, one that would be held
        opened = (await house.propose(amount)).request
        assert opened.assessment.verdict.kind is VerdictKind.BLOCK
        assert opened.status == "rejected"
        assert opened.decision is not None
        assert "paused by Vera" in (opened.decision.note or "")
        assert "wrong refunds" in (opened.decision.note or "")
    assert (await house.total("amounts"))[0] == 0  # what was never judged moves no median


async def test_what_is_paused_stops_nothing_else(house: House, pausing: Pausing) -> None:
    await paused(house, pausing, "action:payout_change")
    await paused(house, pausing, "agent:another")
    assert (await house.propose(10)).request.status == "approved"


async def test_what_was_held_before_stays_decidable(house: House, pausing: Pausing) -> None:
    held = await house.held()
    await paused(house, pausing, "everything")
    assert (await house.say(held, Approve())).status == "approved"


async def test_resuming_lets_it_go_on(house: House, pausing: Pausing) -> None:
    await paused(house, pausing, "action:refund")
    ended = await pausing.resume("action:refund", "mended", house.person("rosa"), "desk")
    assert (ended.by, ended.reason) == ("vera", "wrong refunds")
    assert (await house.propose(10)).request.status == "approved"
    with pytest.raises(Conflict, match="not paused"):
        await pausing.resume("action:refund", "again", house.person("rosa"), "desk")


async def test_a_pause_ends_by_itself(house: House, pausing: Pausing) -> None:
    await paused(house, pausing, "everything", until=house.clock.now() + timedelta(hours=1))
    house.clock.move(minutes=59)
    assert len(pausing.now()) == 1
    house.clock.move(minutes=1)
    assert pausing.now() == ()
    assert (await house.propose(10)).request.status == "approved"


async def test_another_process_follows(house: House, pausing: Pausing) -> None:
    other = Pausing(house.store, house.clock, lambda: house.policy)
    await other.start()
    await pausing.pause("everything", "stop", house.person("vera"), "slack")
    await other.close()
    assert [pause.scope for pause in other.now()] == ["everything"]


async def test_the_same_pause_again_is_one(house: House, pausing: Pausing) -> None:
    for _ in range(2):
        await pausing.pause("everything", " stop ", house.person("vera"), "slack")
    assert len(await house.store.events("ledger:pauses")) == 1


@pytest.mark.parametrize("who", ["lee", "dana"])
async def test_only_those_who_answer_for_it_may(house: House, pausing: Pausing, who: str) -> None:
    for attempt in (pausing.pause, pausing.resume):
        with pytest.raises(NotAllowed, match="may not pause") as refused:
            await attempt("everything", "because", house.person(who), "slack")
        assert refused.value.remedy == "ask Rosa, Vera"
    assert await house.store.events("ledger:pauses") == ()


@pytest.mark.parametrize(
    ("scope", "reason", "field"),
    [
        ("action:nothing", "why", "scope"),
        ("owner:nobody", "why", "scope"),
        ("agent:", "why", "scope"),
        ("", "why", "scope"),
        ("all", "why", "scope"),
        ("everything", "  ", "reason"),
        ("everything", "x" * 1001, "reason"),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    house: House, pausing: Pausing, scope: str, reason: str, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        await pausing.pause(scope, reason, house.person("vera"), "slack")
    assert refused.value.field == field
    with pytest.raises(BadInput, match="over already"):
        await pausing.pause("everything", "why", house.person("vera"), "slack", until=house.clock.now())


async def test_who_answers_for_it_is_offered_what_they_may_stop(house: House) -> None:
    agent = house.issued.agent.id
    assert pausable(house.person("vera"), house.policy, [agent]) == [
        "everything", "owner:refunds", "action:refund", "action:payout_change", f"agent:{agent}",
    ]  # fmt: skip
    assert pausable(house.person("dana"), house.policy, [agent]) == []


async def test_a_pause_concerns_those_to_whom_the_requests_would_come(house: House) -> None:
    stranger = Person("nobody", "nobody@acme.test", "Nobody")
    for scope in scopes(house):
        assert concerns(scope, house.person("dana"), house.policy)
        assert not concerns(scope, stranger, house.policy)
    assert not concerns("owner:others", house.person("dana"), house.policy)


async def test_an_end_is_one_of_those_that_are_offered(house: House) -> None:
    now = house.clock.now()
    assert [end_of(value, now) for value, _ in END_CHOICES] == [
        None, now + timedelta(hours=1), now + timedelta(hours=4), now + timedelta(days=1),
    ]  # fmt: skip
    with pytest.raises(BadInput) as refused:
        end_of("2 years", now)
    assert refused.value.field == "end"


class Reads:
    """A store whose reads of events wait for ``gates``, one each, or fail as long as ``gone`` is set."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.gates: list[asyncio.Event] = []
        self.gone = False
        self.heard: list[Callable[[Any], None]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def subscribe(self, listener: Callable[[Any], None]) -> Callable[[], None]:
        self.heard.append(listener)
        return lambda: None

    async def events(self, stream: str) -> Any:
        if self.gone:
            raise Unavailable("the database is gone")
        found = await self._inner.events(stream)
        if self.gates:
            await self.gates.pop(0).wait()
        return found


async def test_a_slow_read_never_undoes_a_newer_one(house: House) -> None:
    """What one read saw before a pause must not come back after another read has seen the pause."""
    reads, gate = Reads(house.store), asyncio.Event()
    here = Pausing(reads, house.clock, lambda: house.policy)
    await here.start()
    reads.gates = [gate]
    slow = asyncio.create_task(here.standing())
    await asyncio.sleep(0)
    await here.pause("everything", "stop", house.person("vera"), "slack")
    gate.set()
    await slow
    assert [pause.scope for pause in here.now()] == ["everything"]
    await here.close()


async def test_while_it_is_unknown_what_is_paused_nothing_opens(house: House) -> None:
    """A commit was heard and could not be read: that may have been a pause."""
    reads = Reads(house.store)
    here = Pausing(reads, house.clock, lambda: house.policy, again_seconds=0.01)
    await here.start()
    other = Pausing(house.store, house.clock, lambda: house.policy)
    await other.pause("everything", "stop", house.person("vera"), "slack")
    reads.gone = True
    reads.heard[0](None)
    async with asyncio.timeout(5):
        while True:
            try:
                here.now()
            except Unavailable:
                break
            await asyncio.sleep(0)
        reads.gone = False
        while True:
            try:
                assert [pause.scope for pause in here.now()] == ["everything"]
            except Unavailable:
                await asyncio.sleep(0.01)
            else:
                break
    await here.close()


async def test_it_closes_while_what_is_paused_can_not_be_read(house: House) -> None:
    reads = Reads(house.store)
    here = Pausing(reads, house.clock, lambda: house.policy)
    await here.start()
    reads.gone = True
    reads.heard[0](None)
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await here.close()
