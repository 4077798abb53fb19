"""Summaries: from counts that are kept they are what counting every request one by one gives, whatever changes."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import fields, replace

from bot.answering import Answering, Summary, read_period, summarise
from bot.answering.counting import settled
from bot.domain import events as e
from bot.domain import facts
from bot.domain.lessons import FeedbackState, Lesson
from bot.domain.money import Money
from bot.domain.people import agent, person
from bot.domain.requests import Assessment, Context, Decision, DecisionKind, Grant, Outcome, OutcomeStatus, Request
from bot.domain.routing import Routing
from bot.domain.verdicts import Verdict
from bot.erasing import erase_request
from bot.policy.loading import load
from bot.ports import RequestQuery, Store
from bot.recording import Needs, View
from tests.contract.flows import (
    AGENT,
    INSTANCE,
    OPERATOR,
    Flow,
    SettableClock,
    deciding,
    ending,
    enrolling,
    opened_event,
)
from tests.rigs.house import POLICY

HOUSE = load(POLICY, "policy.yaml")
OWNERS = (*list(HOUSE.owners)[:1], "others")
PERIODS = ("week", "month", "30h", "today", "yesterday")


def opened(number: int, chance: random.Random) -> tuple[Needs, Flow]:
    id_ = f"r-{number}"
    build, owner = chance.choice(["b1", "b2", None]), chance.choice(OWNERS)
    amount = chance.choice([None, Money(Decimal(number), "USD"), Money(Decimal(number) / 8, "EUR")])

    def flow(view: View) -> None:
        event = opened_event(view, id_)
        context = replace(event.assessment.context, build=build, customer=f"c-{number % 5}")
        event = replace(
            event,
            assessment=replace(event.assessment, context=context, amount=amount),
            routing=replace(event.routing, owner=owner),
        )
        view.record("request", id_, event, agent(AGENT))

    return Needs(agents=(AGENT,), instances=(INSTANCE,), tallies=("seen:refund",), keys=((INSTANCE, id_),)), flow


def recording(id_: str, event: Callable[[datetime], e.Event]) -> tuple[Needs, Flow]:
    def flow(view: View) -> None:
        view.record("request", id_, event(view.now), person("ada", "desk"))

    return Needs(requests=(id_,)), flow


async def one_change(store: Store, request: Request, chance: random.Random) -> None:
    """Something that may happen to a request next, however late."""
    id_, grant = request.id, request.grant
    if chance.random() < 0.2 and not request.erased and settled(request):
        await erase_request(store, id_, by=OPERATOR, reason="asked for it")
    elif request.decision is None:
        kind = chance.choice(list(DecisionKind))
        edited = {"amount": "0.5"} if kind is DecisionKind.APPROVED_WITH_EDITS else None
        await store.transact(*deciding(id_, chance.choice(["ada", "bob", "carl"]), kind, edited))
    elif grant is not None and grant.status == "waiting":
        ends: list[e.Event] = [e.Redeemed("k"), e.Lapsed(), e.Revoked("no")]
        await store.transact(*ending(id_, chance.choice(ends)))
    elif grant is not None and grant.status == "redeemed" and request.outcome is None:
        await store.transact(*recording(id_, lambda _: e.OutcomeReported(chance.choice(list(OutcomeStatus)))))
    elif request.feedback is None and request.decision.kind is DecisionKind.REJECTED:
        lesson = chance.choice(list(Lesson))
        await store.transact(*recording(id_, lambda now: e.FeedbackOpened(lesson, lesson, "default", now)))
    elif request.feedback is not None:
        state = chance.choice(list(FeedbackState))
        await store.transact(*recording(id_, lambda _: e.FeedbackChanged(state=state)))


async def every(store: Store) -> list[Request]:
    found: list[Request] = []
    after: str | None = None
    while True:
        page = await store.requests(RequestQuery(limit=1000, after=after))
        found += page.items
        if (after := page.next) is None:
            return found


async def require_same(store: Store, clock: SettableClock, answering: Answering) -> None:
    requests = await every(store)
    names = {one.id: one.name for one in await store.agents()}
    for owner in (None, OWNERS[0]):
        for period in PERIODS:
            asked: Summary = await answering.summary(owner, period)
            assert asked.cut is None
            when = read_period(period, clock.now(), ZoneInfo(asked.period.zone))
            wanted = summarise(requests, HOUSE, owner=owner, period=when, before=requests, agents=names)
            assert asked == wanted, (owner, period)


@pytest.mark.parametrize("seed", range(2))
async def test_kept_counts_are_those_of_the_requests_as_they_are(store: Store, clock: SettableClock, seed: int) -> None:
    chance = random.Random(seed)
    await store.transact(*enrolling())
    answering = Answering(store, clock, lambda: HOUSE, page=7)
    for number in range(60):
        clock.pass_(hours=chance.choice([0, 0.2, 3, 30]))
        await store.transact(*opened(number, chance))
        if number % 3 == 0:
            await one_change(store, chance.choice(await every(store)), chance)
    await require_same(store, clock, answering)
    for _ in range(12):
        for _ in range(chance.randrange(1, 4)):
            await one_change(store, chance.choice(await every(store)), chance)
        clock.pass_(minutes=chance.choice([0, 1, 200]))
        await require_same(store, clock, answering)
    await require_same(store, clock, Answering(store, clock, lambda: HOUSE))  # what others left on the shelf


async def test_a_cut_summary_counts_the_newest(store: Store, clock: SettableClock) -> None:
    chance = random.Random(7)
    await store.transact(*enrolling())
    for number in range(30):
        clock.pass_(hours=2)
        await store.transact(*opened(number, chance))
    clock.pass_(minutes=1)  # a period ends before now
    requests = await every(store)
    for most in (1, 5, 11, 29, 30):
        summary = await Answering(store, clock, lambda: HOUSE, most=most, page=3).summary(None, "week")
        assert summary.figures.volumes.opened == most
        if most == 30:
            assert summary.cut is None
        else:
            assert summary.cut is not None
            assert (summary.cut.counted, summary.cut.since) == (most, requests[most - 1].opened_at)


async def test_extents_tell_of_every_change(store: Store, clock: SettableClock) -> None:
    chance = random.Random(3)
    begun = clock.now()
    await store.transact(*enrolling())
    for number in range(4):
        clock.pass_(minutes=30)
        await store.transact(*opened(number, chance))
    hours = [(begun + timedelta(hours=n), begun + timedelta(hours=n + 1)) for n in range(3)]
    assert await store.extents(hours) == [(1, 1), (2, 2), (1, 1)]
    await store.transact(*deciding("r-1", "ada"))
    assert await store.extents(hours) == [(1, 1), (2, 3), (1, 1)]
    own = await store.extents(hours, OWNERS[0])
    assert [events for _, events in own] == [1, 3, 1]
    assert sum(count for count, _ in own) == sum(one.routing.owner == OWNERS[0] for one in await every(store))
    assert await store.extents([]) == []


async def test_facts_come_in_pages_and_say_what_the_states_say(store: Store, clock: SettableClock) -> None:
    chance = random.Random(5)
    begun = clock.now()
    await store.transact(*enrolling())
    for number in range(9):
        clock.pass_(minutes=number % 2)
        await store.transact(*opened(number, chance))
    await store.transact(*deciding("r-3", "ada", DecisionKind.APPROVED_WITH_EDITS, {"amount": "0.5"}))
    found: list[facts.Counted] = []
    after: str | None = None
    while True:
        page = await store.facts(begun, clock.now() + timedelta(seconds=1), limit=2, after=after)
        found += page.items
        if (after := page.next) is None:
            break
    requests = await every(store)
    assert [one.id for one in found] == [one.id for one in requests]
    for fact, request in zip(found, requests, strict=True):
        assert isinstance(fact, Request) == (request.id == "r-3")
        assert fact.routing.due_at == request.routing.due_at
        assert fact.assessment.amount == request.assessment.amount
        assert settled(fact) == settled(request)


@pytest.mark.parametrize(
    ("narrow", "whole"),
    [
        (facts.Facts, Request),
        (facts.AssessmentFacts, Assessment),
        (facts.VerdictFacts, Verdict),
        (facts.ContextFacts, Context),
        (facts.RoutingFacts, Routing),
        (facts.DecisionFacts, Decision),
        (facts.GrantFacts, Grant),
        (facts.OutcomeFacts, Outcome),
    ],
)
def test_facts_have_the_fields_of_their_namesakes(narrow: type, whole: type) -> None:
    there = {one.name: one for one in fields(whole)}
    for one in fields(narrow):
        assert one.name in there
        own = one.type
        if not str(own).startswith("<class 'bot.domain.facts") and "facts." not in str(own):
            assert own == there[one.name].type, one.name
