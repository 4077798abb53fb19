"""Drifting: whether amounts, confidence and volume lie as they lay in the four weeks before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.friction.facts import Fact
from bot.friction.signals import A_DAY, FAR, MANY_TIMES, SIGNIFICANT, Drift
from bot.friction.span import Span
from bot.friction.weighing import distance, holm, rates_differ, samples_differ

_Kind = tuple[str, str, str]
"""What, agent, unit."""
DAY = timedelta(days=1)
YOUNGEST = timedelta(days=7)
"""An agent that is younger has no normal volume."""


class Drifts:
    """Compares each agent's build with what all builds of that agent did in the four weeks before.

    ``since`` says from when each agent was there: before that it had no volume.
    """

    def __init__(self, span: Span, since: Mapping[str, datetime]) -> None:
        self._span = span
        self._since = since
        self._now: defaultdict[tuple[_Kind, str | None], Counter[float]] = defaultdict(Counter)
        self._normal: defaultdict[_Kind, Counter[float]] = defaultdict(Counter)
        self._volume: Counter[str] = Counter()
        self._normal_volume: Counter[str] = Counter()

    def add(self, fact: Fact) -> None:
        """Count one."""
        if self._span.holds(fact.opened_at):
            self._volume[fact.agent] += 1
            for kind, value in _values(fact):
                self._now[(kind, fact.build)][value] += 1
        elif self._span.normal(fact.opened_at):
            self._normal_volume[fact.agent] += 1
            for kind, value in _values(fact):
                self._normal[kind][value] += 1

    def signal(self) -> tuple[Drift, ...]:
        """What it comes to: what drifted first; p-values are corrected for how many comparisons there were."""
        found = [*self._volumes(), *self._distributions()]
        tested = [(place, one.p) for place, one in enumerate(found) if one.p is not None]
        for (place, _), corrected in zip(tested, holm([p for _, p in tested]), strict=True):
            one = replace(found[place], corrected=corrected)
            found[place] = replace(one, drifted=corrected < SIGNIFICANT and _large(one))
        return tuple(sorted(found, key=_order))

    def _volumes(self) -> Iterator[Drift]:
        days = (self._span.end - self._span.start) / DAY
        for agent in {*self._volume, *self._normal_volume}:
            since = max(self._span.normal_start, self._since.get(agent, self._span.normal_start))
            lasted = self._span.start - since
            size, before = self._volume[agent], self._normal_volume[agent]
            known = lasted >= YOUNGEST and days > 0
            found = Drift("volume", agent, None, A_DAY, size, before if known else 0)
            if not found.enough:
                yield found
                continue
            now, normal = size / days, before / (lasted / DAY)
            p = rates_differ(size, days, before, lasted / DAY)
            yield replace(found, now=now, normal=normal, distance=now / normal, p=p)

    def _distributions(self) -> Iterator[Drift]:
        for (kind, build), now in self._now.items():
            what, agent, unit = kind
            normal = self._normal.get(kind, Counter())
            found = Drift(what, agent, build, unit, now.total(), normal.total())
            if not found.enough:
                yield found
                continue
            apart = distance(now, normal)
            p = samples_differ(apart, found.size, found.normal_size)
            yield replace(found, now=median(now), normal=median(normal), distance=apart, p=p)


def _values(fact: Fact) -> Iterator[tuple[_Kind, float]]:
    if fact.amount is not None:
        yield ("amount", fact.agent, fact.currency or ""), float(fact.amount)
    if fact.confidence is not None:
        yield ("confidence", fact.agent, ""), fact.confidence


def _large(drift: Drift) -> bool:
    if drift.distance is None:
        return False
    if drift.what == "volume":
        return drift.distance >= MANY_TIMES or drift.distance * MANY_TIMES <= 1
    return drift.distance >= FAR


def _order(drift: Drift) -> tuple[bool, bool, str, str, str, str]:
    enough = drift.distance is not None
    return not drift.drifted, not enough, drift.agent, drift.build or "", drift.what, drift.unit


def median(counted: Counter[float]) -> float:
    """The middle value, the lower of two."""
    rank = (counted.total() + 1) // 2
    for value in sorted(counted):
        rank -= counted[value]
        if rank <= 0:
            return value
    raise ValueError("there is no middle of nothing")
