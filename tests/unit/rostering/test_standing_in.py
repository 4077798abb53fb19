"""Chains and circles of delegations, whatever they are: it ends, and never with somebody who could not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.duties import Delegation, Duties
from bot.domain.people import Actor, ActorKind
from bot.errors import BadInput
from bot.policy.loading import load
from bot.rostering import Roster, away, stand_in
from bot.rostering.arranging import delegate
from bot.rostering.leave import able_to_stand_in, unable
from tests.rigs.rotas import ROTAS

POLICY = load(ROTAS, "policy.yaml")
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
PEOPLE = sorted(POLICY.people)
OPERATOR = Actor(ActorKind.OPERATOR, "root", "cli")
NAMES = st.sampled_from(PEOPLE)
HOURS = st.integers(0, 20)


@st.composite
def delegations(draw: st.DrawFn) -> tuple[Delegation, ...]:
    """Any at all: circles, oneself, people who are gone, and several at once."""
    made = []
    for number in range(draw(st.integers(0, 12))):
        since, lasts = draw(HOURS), draw(st.integers(1, 20))
        to = draw(st.sampled_from((*PEOPLE, "gone")))
        begins = NOW + timedelta(hours=since)
        made.append(Delegation(number + 1, draw(NAMES), to, begins, begins + timedelta(hours=lasts), "root"))
    return tuple(made)


@settings(max_examples=300, deadline=None)
@given(delegations(), NAMES, HOURS, st.sets(NAMES))
def test_it_ends_with_somebody_able_or_stays(made: tuple[Delegation, ...], who: str, hour: int, able: set[str]) -> None:
    roster, at = Roster(POLICY, Duties((), made)), NOW + timedelta(hours=hour)
    holder = stand_in(roster, who, at, lambda person: person.id in able)
    assert holder == who or holder in able
    if holder != who:
        assert away(roster, holder, at) is None  # nobody who is away themselves
        reached, seen = who, set[str]()
        while reached != holder and reached not in seen:
            seen.add(reached)
            found = away(roster, reached, at)
            assert found is not None
            reached = found.to
        assert reached == holder  # by the newest delegations, one after the other
    if away(roster, who, at) is None:
        assert holder == who


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES, HOURS, st.integers(1, 20)), max_size=12))
def test_what_is_taken_has_no_circle_and_nobody_unable(asked: list[tuple[str, str, int, int]]) -> None:
    made: tuple[Delegation, ...] = ()
    for person, to, since, lasts in asked:
        begins = NOW + timedelta(hours=since)
        roster = Roster(POLICY, Duties((), made))
        try:
            fact = delegate(roster, person, to, begins, begins + timedelta(hours=lasts), None, OPERATOR, NOW)
        except BadInput:
            continue
        if not isinstance(fact, Delegation):
            made = (*made, Delegation(len(made) + 1, fact.person, fact.to, fact.since, fact.until, "root"))
    roster = Roster(POLICY, Duties((), made))
    for hour in range(41):
        at = NOW + timedelta(hours=hour, minutes=30)
        for person in PEOPLE:
            chain = [person]
            while (found := away(roster, chain[-1], at)) is not None:
                assert found.to not in chain, "a circle was taken"
                assert unable(POLICY, POLICY.people[person], POLICY.people[found.to]) is None
                chain.append(found.to)
            assert stand_in(roster, person, at, lambda _: True) == chain[-1]


def test_whoever_could_stand_in_is_who_signs_everywhere_and_as_much() -> None:
    able = {id_: {other.id for other in able_to_stand_in(POLICY, POLICY.people[id_])} for id_ in PEOPLE}
    assert able["lee"] == {"dana", "omar"}
    assert able["omar"] == {"dana"}  # nobody is asked for more than the cap of 2,000
    assert able["dana"] == set()  # she signs in two places
    assert able["kim"] == {"dana"}  # no amount is signed there, whatever the limits
    assert able["vera"] == set(PEOPLE) - {"vera"}  # she signs nothing
