"""Releasing: escalations before and after each build that went live, and whether they differ by more than chance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from bot.domain.events import Released
from bot.friction.facts import Fact
from bot.friction.signals import AROUND_RELEASE, Release, Share
from bot.friction.span import Span
from bot.friction.weighing import difference, fisher, holm


@dataclass(slots=True)
class _Around:
    """A release and what was counted around it."""

    release: Released
    since: datetime
    until: datetime
    before: Counter[bool] = field(default_factory=Counter)
    after: Counter[bool] = field(default_factory=Counter)
    waiting: int = 0

    def add(self, fact: Fact) -> None:
        if not self.since <= fact.opened_at < self.until or not fact.held:
            return
        if fact.status == "pending":
            self.waiting += 1
        else:
            (self.after if fact.opened_at >= self.release.released_at else self.before)[fact.escalated] += 1

    def signal(self) -> Release:
        before, after = (Share(counted[True], counted.total()) for counted in (self.before, self.after))
        one = self.release
        found = Release(one.agent_id, one.build, one.released_at, self.since, self.until, before, after, self.waiting)
        if not (before.enough and after.enough):
            return found
        table = (after.hits, after.sample, before.hits, before.sample)
        return replace(found, p=fisher(*table), effect=difference(*table))


class Releases:
    """Counts around each release whose time after it reaches into the period.

    That time ends at the agent's next release and no later than the period; the time before it starts at the agent's
    last one: neither holds anything of another build's.
    """

    def __init__(self, span: Span, releases: Sequence[Released]) -> None:
        self._around: defaultdict[str, list[_Around]] = defaultdict(list)
        by_agent: defaultdict[str, list[Released]] = defaultdict(list)
        for release in sorted(releases, key=lambda one: (one.released_at, one.build)):
            by_agent[release.agent_id].append(release)
        for agent, own in by_agent.items():
            times = [one.released_at for one in own]
            for number, release in enumerate(own):
                at = release.released_at
                since = max([at - AROUND_RELEASE, *times[:number][-1:]])
                until = min([at + AROUND_RELEASE, span.end, *times[number + 1 : number + 2]])
                if at < span.end and at + AROUND_RELEASE > span.start:
                    self._around[agent].append(_Around(release, since, max(at, until)))

    def add(self, fact: Fact) -> None:
        """Count one."""
        if self._around:
            for around in self._around.get(fact.agent, ()):
                around.add(fact)

    def signal(self) -> tuple[Release, ...]:
        """What it comes to, the newest release first; p-values are corrected for how many releases were tested."""
        found = [around.signal() for listed in self._around.values() for around in listed]
        tested = [(place, one.p) for place, one in enumerate(found) if one.p is not None]
        for (place, _), corrected in zip(tested, holm([p for _, p in tested]), strict=True):
            found[place] = replace(found[place], corrected=corrected)
        return tuple(sorted(found, key=lambda one: (one.released_at, one.agent, one.build), reverse=True))
