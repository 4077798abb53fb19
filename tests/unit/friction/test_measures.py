"""The edges of each signal, and what must change nothing."""

from __future__ import annotations

import dataclasses
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as replaced

from bot.answering.periods import Period
from bot.domain.events import Released
from bot.friction.facts import Plain as Fact
from bot.friction.measures import came_back
from bot.friction.measuring import Measuring, measure
from bot.friction.signals import Friction, Share
from bot.policy.document import Policy
from bot.policy.loading import load
from tests.rigs.six_weeks import POLICY

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
HOUSE: Policy = load(POLICY, "policy.yaml")
PERIOD = Period("week", "the last 7 days", AT - WEEK, AT, AT - 2 * WEEK, AT - WEEK, AT, "UTC")


def held(number: int, *, ago: timedelta = timedelta(days=1), **more: Any) -> Fact:
    told: dict[str, Any] = {"owner": "refunds", "agent": "a-1", "status": "approved", "held": True}
    if "decided_by" in more:
        told["decided_at"] = AT - ago + timedelta(seconds=more.pop("after", 60))
    return Fact(id=f"r-{number:05}", opened_at=AT - ago, **{**told, **more})


def measured(facts: list[Fact], contacts: list[tuple[str, datetime]] | None = None, **more: Any) -> Friction:
    return measure(facts, contacts or [], more.pop("releases", []), HOUSE, owner=more.pop("owner", None), period=PERIOD)


@pytest.mark.parametrize(
    ("hours", "wanted"), [(-1, False), (0, False), (0.001, True), (47.99, True), (48, True), (48.001, False)]
)
def test_back_within_48_hours(hours: float, wanted: bool) -> None:
    assert came_back([AT + timedelta(hours=hours)], AT) is wanted


def test_an_action_whose_48_hours_are_not_over_is_said_and_not_counted() -> None:
    def ran(number: int, hours: float) -> Fact:
        return held(number, ago=timedelta(hours=hours), customer="c", executed_at=AT - timedelta(hours=hours))

    found = measured([ran(1, 48), ran(2, 47.99), ran(3, 100)], [("C ", AT - timedelta(hours=1))]).returning
    assert (found.now, found.open, found.nameless) == (Share(1, 2), 1, 0)


def test_nothing_is_said_below_its_minimum() -> None:
    for count, said in ((19, None), (20, 0.5)):
        facts = [held(n, decided_by="dana", status="rejected" if n % 2 else "approved") for n in range(count)]
        share = measured(facts).overriding.now
        assert (share.sample, share.enough) == (count, said is not None)
        assert share.value == said
        assert (share.interval is None) == (said is None)


def test_windows_around_releases_share_nothing_with_another() -> None:
    releases = [Released("a-1", f"b{n}", AT - timedelta(days=days)) for n, days in enumerate((9, 5, 4))]
    found = measured([], releases=[*releases, Released("a-2", "x", AT - timedelta(days=4, hours=1))]).releases
    own = [one for one in found if one.agent == "a-1"]
    assert [(one.build, AT - one.since, AT - one.until) for one in own] == [
        ("b2", timedelta(days=5), timedelta(0)),
        ("b1", timedelta(days=9), timedelta(days=4)),
        # b0 went live nine days ago: the time after it ended four days ago at b1, within the period
        ("b0", timedelta(days=16), timedelta(days=5)),
    ]


def test_a_release_that_let_escalations_rise_is_found_and_one_that_did_not_is_not() -> None:
    def escalated(agent: str, n: int) -> bool:
        return n % 3 == 0 if agent == "a-2" else n % 40 > 20 and n % 3 > 0

    def ago(n: int) -> timedelta:
        return timedelta(days=4) + timedelta(hours=n % 40 - 20, minutes=1)

    facts = [
        held(n, agent=agent, ago=ago(n), escalated=escalated(agent, n)) for agent in ("a-1", "a-2") for n in range(400)
    ]
    releases = [Released(agent, "b2", AT - timedelta(days=4)) for agent in ("a-1", "a-2")]
    found = {one.agent: one for one in measured(facts, releases=releases).releases}
    assert found["a-1"].significant != found["a-2"].significant
    assert found["a-1"].significant
    assert found["a-1"].effect is not None
    assert found["a-1"].effect[1] < 0  # fewer escalate after it: those opened earlier did
    assert found["a-1"].corrected >= found["a-1"].p  # type: ignore[operator]  # both are there: the samples suffice


def test_the_same_question_under_another_version_is_no_contradiction() -> None:
    facts = [held(n, held=False, question="q", answered_by=f"v{n % 2}", stance=("no", "yes")[n % 2]) for n in range(20)]
    found = measured(facts).contradicting
    assert (found.now, found.questions[0].share) == (Share(0, 20), Share(0, 20, 10))
    assert found.questions[0].versions == (("v0", (("no", 10),)), ("v1", (("yes", 10),)))
    one_version = [
        held(n, held=False, question="q", answered_by="v", stance=("no", "yes")[n % 4 == 0]) for n in range(20)
    ]
    assert measured(one_version).contradicting.now == Share(5, 20)


def hurried(facts: list[Fact], reader: str = "rosa", owner: str | None = None) -> Any:
    measuring = Measuring(HOUSE, owner, PERIOD, agents=[], releases=[])
    for fact in facts:
        measuring.add(fact)
    return measuring.hints(reader)


def test_who_approves_everything_in_seconds_is_told_to_the_risk_owner_alone() -> None:
    quick = [held(n, ago=timedelta(minutes=n + 1), decided_by="dana", after=4) for n in range(30)]
    hints = hurried(quick)
    (one,) = hints.hurried
    assert (one.person, one.decisions, one.approved, one.median_seconds) == ("dana", 30, 30, 4)
    assert hints.owners == ("Refunds",)
    assert hurried(quick, "vera") is None
    assert hurried(quick, "dana") is None
    assert hurried(quick, "omar").hurried == ()  # omar answers for Words, and these are of Refunds
    assert hurried(quick, "rosa", "words") is None
    assert hurried(quick[:29]).hurried == ()
    assert hurried(quick[:29]).reviewers == 0
    slow = [held(n, ago=timedelta(minutes=n + 1), decided_by="dana", after=11) for n in range(30)]
    assert hurried(slow).hurried == ()
    careful = [*quick, *(held(99 + n, ago=timedelta(hours=9), decided_by="dana", status="rejected") for n in range(2))]
    assert hurried(careful).hurried == ()


def test_a_queue_signed_one_after_the_other_is_read_for_seconds_each_however_long_it_waited() -> None:
    """All opened at noon and signed from five on, every six seconds: six seconds each is what they had."""
    batch = [held(n, ago=timedelta(hours=9), decided_by="dana", after=5 * 3600 + 6 * n) for n in range(40)]
    (one,) = hurried(batch).hurried
    assert one.median_seconds == 6


def test_an_agent_that_has_just_come_has_no_normal_volume() -> None:
    facts = [held(n, ago=timedelta(hours=1 + n)) for n in range(300)]
    measuring = Measuring(HOUSE, None, PERIOD, agents=[], releases=[])
    for fact in facts:
        measuring.add(fact)
    (volume,) = [one for one in measuring.friction([]).drifts if one.what == "volume"]
    assert (volume.size, volume.normal_size, volume.drifted) == (168, 132, True)


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    count = draw(st.integers(0, 150))
    chance = random.Random(draw(st.integers(0, 2**32)))
    return [
        held(
            number,
            ago=timedelta(minutes=chance.randrange(1, 40 * 24 * 60)),
            agent=chance.choice(["a-1", "a-2"]),
            build=chance.choice(["x", "y", "z"]),
            owner=chance.choice(["refunds", "words"]),
            status=chance.choice(["approved", "rejected", "approved_with_edits", "pending", "expired"]),
            decided_by=chance.choice(["dana", "lee", None]),
            escalated=chance.random() < 0.3,
            customer=chance.choice(["c", "d", None]),
            executed_at=chance.choice([None, AT - timedelta(hours=chance.randrange(200))]),
            amount=chance.choice([None, Decimal(chance.randrange(9))]),
            currency="USD",
            confidence=chance.choice([None, chance.random()]),
            question=chance.choice([None, "q", "r"]),
            stance=chance.choice(["no", "yes"]),
            answered_by="v",
        )
        for number in range(count)
    ]


CONTACTS = [("c", AT - timedelta(hours=hours)) for hours in range(0, 300, 50)]
RELEASES = [Released("a-1", "y", AT - timedelta(days=3)), Released("a-2", "z", AT - timedelta(days=12))]


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_facts_changes_nothing(facts: list[Fact], chance: random.Random) -> None:
    before = measured(facts, CONTACTS, releases=RELEASES)
    chance.shuffle(facts)
    contacts, releases = CONTACTS[::-1], RELEASES[::-1]
    assert measured(facts, contacts, releases=releases) == before


@given(histories())
@settings(max_examples=60, deadline=None)
def test_other_names_of_builds_change_nothing_but_names(facts: list[Fact]) -> None:
    new = {"x": "m", "y": "l", "z": "k"}
    before = measured(facts, CONTACTS, releases=RELEASES)
    renamed = [dataclasses.replace(fact, build=new[fact.build or "x"]) for fact in facts]
    after = measured(renamed, CONTACTS, releases=[replaced(one, build=new[one.build]) for one in RELEASES])

    def plain(found: Friction, names: dict[str, str]) -> Any:
        builds = {(part.agent, names.get(part.build or "", part.build)): part.share for part in found.overriding.builds}
        drifts = {
            (one.what, one.agent, names.get(one.build or "", one.build)): replaced(one, build=None)
            for one in found.drifts
        }
        releases = {
            (one.agent, names[one.build] if names else one.build): replaced(one, build="") for one in found.releases
        }
        return builds, drifts, releases

    assert plain(after, {}) == plain(before, new)
    kept = ("opened", "returning", "contradicting", "loads")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert (after.overriding.now, after.overriding.before) == (before.overriding.now, before.overriding.before)


@given(histories())
@settings(max_examples=60, deadline=None)
def test_no_value_is_said_of_too_small_a_sample(facts: list[Fact]) -> None:
    found = measured(facts, CONTACTS, releases=RELEASES)
    for share in (found.overriding.now, found.returning.now, found.contradicting.now):
        assert (share.value is None) == (share.sample < share.least)
    for release in found.releases:
        assert (release.p is None) == (min(release.before.sample, release.after.sample) < 20)
    for question in found.contradicting.questions:
        assert bool(question.versions) == (question.share.sample >= 10)
    for drift in found.drifts:
        assert (drift.p is None) == (not drift.enough)
        assert drift.enough or (drift.now, drift.normal, drift.drifted) == (None, None, False)
    assert all(load.decisions >= 10 for load in found.loads.people)


@given(histories())
@settings(max_examples=40, deadline=None)
def test_owners_add_up_to_everybody(facts: list[Fact]) -> None:
    whole = measured(facts, CONTACTS)
    parts = [measured(facts, CONTACTS, owner=owner) for owner in ("refunds", "words")]
    for name in ("hits", "sample"):
        assert getattr(whole.overriding.now, name) == sum(getattr(one.overriding.now, name) for one in parts)
        assert getattr(whole.returning.now, name) == sum(getattr(one.returning.now, name) for one in parts)
    assert whole.opened == sum(one.opened for one in parts)
