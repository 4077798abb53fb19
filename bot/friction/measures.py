"""Measures: facts go in one by one, in any order; a signal comes out."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.domain.spelling import spelled
from bot.friction.facts import Fact
from bot.friction.signals import (
    COMES_BACK,
    LEAST_ANSWERS,
    LEAST_DECISIONS,
    QUESTIONS,
    Contradicting,
    Load,
    Loads,
    Overriding,
    Part,
    Returning,
    Share,
    Stances,
)
from bot.friction.span import Span


class Overrides:
    """How often people correct what was held."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._now: Counter[bool] = Counter()
        self._before: Counter[bool] = Counter()
        self._builds: defaultdict[tuple[str, str | None], Counter[bool]] = defaultdict(Counter)

    def add(self, fact: Fact) -> None:
        """Count one."""
        if not fact.held or fact.decided_by is None:
            return
        if self._span.holds(fact.opened_at):
            self._now[fact.overridden] += 1
            self._builds[(fact.agent, fact.build)][fact.overridden] += 1
        elif self._span.held_before(fact.opened_at):
            self._before[fact.overridden] += 1

    def signal(self) -> Overriding:
        """What it comes to."""
        parts = [Part(agent, build, _share(counted)) for (agent, build), counted in self._builds.items()]
        parts.sort(key=lambda part: (-part.share.sample, part.agent, part.build or ""))
        return Overriding(_share(self._now), _share(self._before), tuple(parts))


def _share(counted: Counter[bool]) -> Share:
    return Share(counted[True], counted.total())


class Returns:
    """How often customers come back after an action."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._executed: list[tuple[str, datetime, bool]] = []
        self._open = self._nameless = 0

    def add(self, fact: Fact) -> None:
        """Count one."""
        now = self._span.holds(fact.opened_at)
        if fact.executed_at is None or not (now or self._span.held_before(fact.opened_at)):
            return
        if fact.customer is None:
            self._nameless += now
        elif not self._span.followed(fact.executed_at):
            self._open += now
        else:
            self._executed.append((fact.customer, fact.executed_at, now))

    def times(self) -> tuple[datetime, datetime] | None:
        """From when until when contacts are needed; None when nothing was executed."""
        times = [executed_at for _, executed_at, _ in self._executed]
        return (min(times), max(times) + COMES_BACK) if times else None

    def signal(self, contacts: Mapping[str, Sequence[datetime]]) -> Returning:
        """What it comes to. ``contacts`` has their times in order, by customer as spelled."""
        now, before = Counter[bool](), Counter[bool]()
        for customer, executed_at, in_period in self._executed:
            (now if in_period else before)[came_back(contacts.get(customer, ()), executed_at)] += 1
        told = sum(map(len, contacts.values()))
        return Returning(_share(now), _share(before), self._open, self._nameless, told)


def came_back(times: Sequence[datetime], executed_at: datetime) -> bool:
    """Whether a contact came after it, the 48th hour included; what came at that very moment was before it."""
    first = bisect_right(times, executed_at)
    return first < len(times) and times[first] <= executed_at + COMES_BACK


class Answers:
    """How often the answers to the same question, under the same version of the policy, contradict each other."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._questions: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))

    def add(self, fact: Fact) -> None:
        """Count one."""
        if fact.question is not None and fact.stance is not None and self._span.holds(fact.opened_at):
            self._questions[fact.question][fact.answered_by or ""][fact.stance] += 1

    def signal(self) -> Contradicting:
        """What it comes to."""
        found = [_stances(question, versions) for question, versions in self._questions.items()]
        found.sort(key=lambda one: (-one.share.sample, one.question))
        top = found[:QUESTIONS]
        hits, sample = (sum(getattr(one.share, name) for one in top) for name in ("hits", "sample"))
        return Contradicting(Share(hits, sample), tuple(top), len(found) - len(top))


def _stances(question: str, versions: Mapping[str, Counter[str]]) -> Stances:
    sample = sum(counted.total() for counted in versions.values())
    agreeing = sum(max(counted.values()) for counted in versions.values())
    share = Share(sample - agreeing, sample, LEAST_ANSWERS)
    if not share.enough:
        return Stances(question, share)
    listed = sorted(versions.items(), key=lambda one: (-one[1].total(), one[0]))
    return Stances(question, share, tuple((version, _commonest(counted)) for version, counted in listed))


def _commonest(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


class Reviews:
    """What each person decided and signed, and in how many hours."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._hours: defaultdict[str, Counter[datetime]] = defaultdict(Counter)
        self._signed: Counter[str] = Counter()

    def add(self, fact: Fact) -> None:
        """Count one."""
        if not fact.held or not self._span.holds(fact.opened_at):
            return
        self._signed.update(fact.signed_by)
        if fact.decided_by is not None and fact.decided_at is not None:
            self._hours[fact.decided_by][fact.decided_at.replace(minute=0, second=0, microsecond=0)] += 1

    def signal(self) -> Loads:
        """What it comes to."""
        total = sum(hours.total() for hours in self._hours.values())
        everybody = {*self._hours, *self._signed}
        loads = [self._load(person, total) for person in everybody]
        told = [load for load in loads if load.decisions >= LEAST_DECISIONS]
        others = [load for load in loads if load.decisions < LEAST_DECISIONS]
        told.sort(key=lambda load: (-load.decisions, load.person))
        return Loads(total, tuple(told), len(others), sum(load.decisions for load in others))

    def _load(self, person: str, total: int) -> Load:
        hours = self._hours.get(person, Counter())
        decisions = hours.total()
        share = decisions / total if total else 0.0
        return Load(person, decisions, self._signed[person], len(hours), max(hours.values(), default=0), share)


def contact_book(times: Iterable[tuple[str, datetime]]) -> dict[str, list[datetime]]:
    """Times by customer as ``spelled``, in order: what ``Returns`` takes."""
    book: defaultdict[str, list[datetime]] = defaultdict(list)
    for customer, at in times:
        book[spelled(customer)].append(at)
    for listed in book.values():
        listed.sort()
    return dict(book)
