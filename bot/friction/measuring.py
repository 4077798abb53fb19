"""Measuring: facts, contacts and releases become the signals of a period. Pure; the order of the facts is nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.answering.periods import Period
from bot.answering.summarising import EVERYBODY
from bot.domain.agents import Agent
from bot.domain.events import Released
from bot.friction.drifting import Drifts
from bot.friction.facts import Fact
from bot.friction.hurrying import Hurries
from bot.friction.measures import Answers, Overrides, Returns, Reviews, contact_book
from bot.friction.releasing import Releases
from bot.friction.signals import Friction, Hints
from bot.friction.span import Span, span_of
from bot.policy.document import Policy


class Measuring:
    """Takes the facts of an owner (an id; None is everybody) from ``span.since`` until ``span.end``, each once."""

    def __init__(
        self,
        policy: Policy,
        owner: str | None,
        period: Period,
        *,
        agents: Sequence[Agent],
        releases: Sequence[Released],
    ) -> None:
        self.span: Span = span_of(period)
        self._policy = policy
        self._owner = owner
        self._period = period
        self._agents = {agent.id: agent.name for agent in agents}
        self._opened = 0
        self._overrides = Overrides(self.span)
        self._returns = Returns(self.span)
        self._releases = Releases(self.span, releases)
        self._answers = Answers(self.span)
        self._reviews = Reviews(self.span)
        self._drifts = Drifts(self.span, {agent.id: agent.created_at for agent in agents})
        self._hurries = Hurries(self.span)

    def add(self, fact: Fact) -> None:
        """Count one; what is another owner's is left out."""
        if self._owner not in {None, fact.owner}:
            return
        self._drifts.add(fact)
        self._releases.add(fact)
        now = self.span.holds(fact.opened_at)
        if now or self.span.held_before(fact.opened_at):
            self._overrides.add(fact)
            self._returns.add(fact)
        if now:
            self._opened += 1
            self._answers.add(fact)
            self._reviews.add(fact)
            self._hurries.add(fact)

    def contact_times(self) -> tuple[datetime, datetime] | None:
        """From when until when contacts are needed, once all facts are in; None for none at all."""
        return self._returns.times()

    def friction(self, contacts: Iterable[tuple[str, datetime]]) -> Friction:
        """All signals but those for risk owners; ``contacts`` are customers and times, in any order."""
        policy, owner = self._policy, self._owner
        loads = self._reviews.signal()
        people = {load.person: _called(load.person, policy) for load in loads.people}
        return Friction(
            owner=owner,
            owner_title=EVERYBODY if owner is None else _title(owner, policy),
            period=self._period,
            policy_version=policy.version,
            opened=self._opened,
            overriding=self._overrides.signal(),
            returning=self._returns.signal(contact_book(contacts)),
            releases=self._releases.signal(),
            contradicting=self._answers.signal(),
            loads=loads,
            drifts=self._drifts.signal(),
            names=self._agents | people,
        )

    def hints(self, reader: str) -> Hints | None:
        """What is for risk owners alone; None when ``reader`` (a person's id) is not the risk owner of any of these."""
        policy = self._policy
        own = [
            owner for owner in policy.owners.values() if owner.risk_owner == reader and self._owner in {None, owner.id}
        ]
        if not own:
            return None
        hurried, judged = self._hurries.signal(frozenset(owner.id for owner in own))
        return Hints(reader, tuple(owner.title for owner in own), hurried, judged)


def measure(
    facts: Iterable[Fact],
    contacts: Iterable[tuple[str, datetime]],
    releases: Sequence[Released],
    policy: Policy,
    *,
    owner: str | None,
    period: Period,
    agents: Sequence[Agent] = (),
) -> Friction:
    """The signals of a period, of facts that are all at hand; those opened too early for it do no harm."""
    measuring = Measuring(policy, owner, period, agents=agents, releases=releases)
    for fact in facts:
        measuring.add(fact)
    return measuring.friction(contacts)


def _title(owner: str, policy: Policy) -> str:
    return policy.owners[owner].title if owner in policy.owners else owner


def _called(person: str, policy: Policy) -> str:
    return policy.people[person].name if person in policy.people else person
