"""Counting: requests go in one by one, figures come out; what is kept does not grow with how many went in.

What was counted of one span can be kept and taken into the count of a longer one. So whatever is counted stands in
``Counts``, in fields that ``merge`` can add; and what depends on when it is asked is ``settled`` no sooner than that
can't change any more.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from bot.answering.figures import Decisions, Figures, Late, Overrides, Promise, Reviewer, Runs, Times, Volumes
from bot.answering.grouping import EDITED, Grouped
from bot.answering.lessons import Lessons, feedback_of
from bot.answering.merging import merge
from bot.answering.purses import Purses, Sums
from bot.answering.spreading import Hours, Spread
from bot.cards.plaintext import words
from bot.deciding import display_name
from bot.domain.facts import Counted, DecisionFacts, GrantFacts
from bot.domain.people import ActorKind, person
from bot.domain.requests import Decision, DecisionKind, Grant, GrantStatus, OutcomeStatus
from bot.domain.verdicts import VerdictKind
from bot.policy.document import Policy

TOO_FAST = timedelta(seconds=5)
"""Sooner than this after the opening nobody has read a card: it has to be posted, seen and understood first."""
MOST_LATE = 3
"""Late requests that are named."""
_KINDS = {
    DecisionKind.APPROVED: "approved",
    DecisionKind.APPROVED_WITH_EDITS: "edited",
    DecisionKind.REJECTED: "rejected",
    DecisionKind.EXPIRED: "expired",
    DecisionKind.CANCELLED: "cancelled",
}
_VERDICTS = {VerdictKind.ALLOW: "allowed", VerdictKind.HOLD: "held", VerdictKind.BLOCK: "blocked"}


class Reviewing(msgspec.Struct):
    """What one person decided so far."""

    spread: Spread = msgspec.field(default_factory=Spread)
    overrides: int = 0
    too_fast: int = 0
    hours: Hours = msgspec.field(default_factory=Hours)


class Groups(msgspec.Struct):
    """Overrides by what they have in common."""

    action: Grouped = msgspec.field(default_factory=Grouped)
    agent: Grouped = msgspec.field(default_factory=Grouped)
    build: Grouped = msgspec.field(default_factory=Grouped)
    reason: Grouped = msgspec.field(default_factory=Grouped)


class Counts(msgspec.Struct):
    """Everything that was counted so far; every field is one that ``merge`` adds."""

    volumes: dict[str, int] = {}
    decisions: dict[str, int] = {}
    promise: dict[str, int] = {}
    late: list[tuple[int, str, str, str, datetime]] = []
    asked: dict[str, int] = {}
    spread: Spread = msgspec.field(default_factory=Spread)
    reviewers: dict[str, Reviewing] = {}
    by: Groups = msgspec.field(default_factory=Groups)
    overrides: dict[str, int] = {}
    purses: Sums = msgspec.field(default_factory=Sums)
    signed: dict[str, int] = {}
    allowed: dict[str, int] = {}
    lessons: dict[str, int] = {}
    hours: Hours = msgspec.field(default_factory=Hours)


def settled(request: Counted) -> bool:
    """Whether what a request counts as is the same whenever it is asked, until something happens to it."""
    open_grant = request.grant is not None and request.grant.status is GrantStatus.WAITING and request.outcome is None
    unfinished = request.feedback is not None and request.feedback.state.unfinished
    return request.decision is not None and not open_grant and not unfinished


class Counting:
    """Counts one span of time. ``at`` is when it is asked: what is open is open as of then.

    ``agents`` names agents by id. Amounts of edits are read as ``policy`` reads them now. Hours are those of ``zone``.
    """

    def __init__(self, policy: Policy, at: datetime, agents: Mapping[str, str], zone: ZoneInfo) -> None:
        self._policy = policy
        self.at = at
        self._agents = agents
        self._zone = zone
        self.counts = Counts()
        self._lessons = Lessons(at, self.counts.lessons)
        self._purses = Purses(policy, self.counts.purses)

    def take(self, counts: Counts) -> None:
        """Count what was counted of other requests, by the same policy and zone; the newest span goes in first."""
        merge(self.counts, counts)
        self.counts.late = heapq.nlargest(MOST_LATE, self.counts.late)

    def add(self, request: Counted) -> None:
        """Count one request; the caller gives each one once."""
        counts = self.counts
        followed = request.decision is not None and request.decision.origin is not None
        verdict = "followed" if followed else _VERDICTS[request.assessment.verdict.kind]
        _more(counts.volumes, verdict)
        self._lessons.add(request)
        if verdict == "held":
            self._add_held(request)
        elif verdict != "followed":
            self._purses.add(request, verdict)
        if request.grant is not None:
            _more(counts.allowed if verdict == "allowed" else counts.signed, _ran(request, request.grant, self.at))

    def _add_held(self, request: Counted) -> None:
        decision, asked = request.decision, self.counts.asked
        if decision is not None:
            state = _KINDS[decision.kind]
        else:
            state = "expired" if request.deadline_at <= self.at else "waiting"
        _more(self.counts.decisions, state)
        _more(asked, "reminded", request.reminded > 0)
        _more(asked, "escalated", request.escalated > 0)
        self._purses.add(request, state)
        self._add_promise(request, state)
        if decision is not None and decision.by.kind is ActorKind.PERSON:
            self._add_decision(request, decision, state)

    def _add_promise(self, request: Counted, state: str) -> None:
        promised, decision, counts = request.routing.due_at, request.decision, self.counts
        by = request.deadline_at if state == "expired" else self.at if decision is None else decision.at
        if state != "expired" and by <= promised:
            _more(counts.promise, "kept", state not in {"waiting", "cancelled"})
            return
        _more(counts.promise, "expired" if state == "expired" else "late")
        _more(counts.promise, "late_waiting", state == "waiting")
        late = (by - promised) // timedelta(seconds=1)
        one = (late, request.id, request.assessment.action_type, state, request.opened_at)
        if len(counts.late) < MOST_LATE or one > min(counts.late):
            counts.late = heapq.nlargest(MOST_LATE, [*counts.late, one])

    def _add_decision(self, request: Counted, decision: Decision | DecisionFacts, state: str) -> None:
        counts, took = self.counts, decision.at - request.opened_at
        fast = took < TOO_FAST
        override = state in {"edited", "rejected"}
        local = decision.at.astimezone(self._zone)
        counts.spread.add(took)
        counts.hours.add(local)
        _more(counts.asked, "too_fast", fast)
        reviewer = counts.reviewers.setdefault(decision.by.id, Reviewing())
        reviewer.spread.add(took)
        reviewer.overrides += override
        reviewer.too_fast += fast
        reviewer.hours.add(local)
        by = counts.by
        by.action.add(request.assessment.action_type, hit=override)
        by.agent.add(request.agent_id, hit=override)
        by.build.add(request.assessment.context.build, hit=override)
        if override:
            _more(counts.overrides, state)
            if state == "edited" and decision.reason_code is None:
                by.reason.count(EDITED, hit=True)
            else:
                by.reason.add(decision.reason_code, hit=True)

    def figures(self) -> Figures:
        """What was counted so far."""
        counts, spread, asked = self.counts, self.counts.spread, self.counts.asked
        return Figures(
            volumes=Volumes(opened=sum(counts.volumes.values()), **counts.volumes),
            decisions=Decisions(**counts.decisions),
            times=Times(spread.count, spread.percentile(50), spread.percentile(90)),
            promise=Promise(**counts.promise),
            latest=tuple(
                Late(id_, self._title_of(action), seconds, state, opened_at)
                for seconds, id_, action, state, opened_at in sorted(counts.late, reverse=True)
            ),
            reminded=asked.get("reminded", 0),
            escalated=asked.get("escalated", 0),
            overrides=self._overridden(),
            amounts=counts.purses.amounts(),
            without_amount=counts.purses.without_amount,
            reviewers=self._reviewed(),
            too_fast=asked.get("too_fast", 0),
            signed=_runs(counts.signed),
            allowed=_runs(counts.allowed),
            feedback=feedback_of(counts.lessons),
            hours=counts.hours.of_day,
        )

    def _overridden(self) -> Overrides:
        counts, by = self.counts.overrides, self.counts.by
        return Overrides(
            decided=self.counts.spread.count,
            edited=counts.get("edited", 0),
            rejected=counts.get("rejected", 0),
            by_action=by.action.parts(self._title_of),
            by_agent=by.agent.parts(lambda id_: self._agents.get(id_, id_)),
            by_build=by.build.parts(str),
            by_reason=by.reason.parts(words, of=sum(counts.values())),
        )

    def _reviewed(self) -> tuple[Reviewer, ...]:
        found = (
            Reviewer(
                who,
                display_name(person(who, ""), self._policy),
                one.spread.count,
                one.overrides,
                one.spread.percentile(50) or 0,
                one.too_fast,
                one.hours.busiest,
                one.hours.of_day,
            )
            for who, one in self.counts.reviewers.items()
        )
        return tuple(sorted(found, key=lambda one: (-one.decisions, one.person)))

    def _title_of(self, action_type: str) -> str:
        action = self._policy.actions.get(action_type)
        return words(action_type) if action is None else action.title


def _more(counts: dict[str, int], name: str, more: int = 1) -> None:
    counts[name] = counts.get(name, 0) + more


def _ran(request: Counted, grant: Grant | GrantFacts, at: datetime) -> str:
    """What became of a grant: a field's name of ``Runs``."""
    if request.outcome is not None:
        return "ran" if request.outcome.status is OutcomeStatus.SUCCEEDED else "failed"
    if grant.status is GrantStatus.WAITING:
        return "waiting" if grant.expires_at > at else "never_run"
    return {
        GrantStatus.REDEEMED: "unreported",
        GrantStatus.LAPSED: "never_run",
        GrantStatus.REVOKED: "revoked",
        GrantStatus.MOVED: "moved",
    }[grant.status]


def _runs(counts: dict[str, int]) -> Runs:
    return Runs(granted=sum(counts.values()), **counts)
