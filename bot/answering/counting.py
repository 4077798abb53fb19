"""Counting: requests go in one by one, figures come out; what is kept does not grow with how many went in."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.answering.figures import Decisions, Figures, Late, Overrides, Promise, Reviewer, Runs, Times, Volumes
from bot.answering.grouping import EDITED, Grouped
from bot.answering.lessons import Lessons
from bot.answering.purses import Purses
from bot.answering.spreading import Hours, Spread
from bot.cards.plaintext import words
from bot.deciding import display_name
from bot.domain.people import ActorKind
from bot.domain.requests import Decision, DecisionKind, Grant, GrantStatus, OutcomeStatus, Request
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


class _Reviewing:
    """What one person decided so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.spread = Spread()
        self.overrides = 0
        self.too_fast = 0
        self.hours = Hours()


class Counting:
    """Counts one span of time. ``at`` is when it is asked: what is open is open as of then.

    ``agents`` names agents by id. Amounts of edits are read as ``policy`` reads them now. Hours are those of ``zone``.
    """

    def __init__(self, policy: Policy, at: datetime, agents: Mapping[str, str], zone: ZoneInfo) -> None:
        self._policy = policy
        self._at = at
        self._agents = agents
        self._zone = zone
        self._hours = Hours()
        self._lessons = Lessons(at)
        self._volumes: Counter[str] = Counter()
        self._decisions: Counter[str] = Counter()
        self._promise: Counter[str] = Counter()
        self._late: list[tuple[int, str, str, str, datetime]] = []
        self._asked: Counter[str] = Counter()
        self._spread = Spread()
        self._reviewers: dict[str, _Reviewing] = {}
        self._by = {name: Grouped() for name in ("action", "agent", "build", "reason")}
        self._overrides: Counter[str] = Counter()
        self._purses = Purses(policy)
        self._runs: dict[str, Counter[str]] = {"signed": Counter(), "allowed": Counter()}

    def add(self, request: Request) -> None:
        """Count one request; the caller gives each one once."""
        followed = request.decision is not None and request.decision.origin is not None
        verdict = "followed" if followed else _VERDICTS[request.assessment.verdict.kind]
        self._volumes[verdict] += 1
        self._lessons.add(request)
        if verdict == "held":
            self._add_held(request)
        elif verdict != "followed":
            self._purses.add(request, verdict)
        if request.grant is not None:
            by = "allowed" if verdict == "allowed" else "signed"
            self._runs[by][_ran(request, request.grant, self._at)] += 1

    def _add_held(self, request: Request) -> None:
        decision = request.decision
        if decision is not None:
            state = _KINDS[decision.kind]
        else:
            state = "expired" if request.deadline_at <= self._at else "waiting"
        self._decisions[state] += 1
        self._asked["reminded"] += request.reminded > 0
        self._asked["escalated"] += request.escalated > 0
        self._purses.add(request, state)
        self._add_promise(request, state)
        if decision is not None and decision.by.kind is ActorKind.PERSON:
            self._add_decision(request, decision, state)

    def _add_promise(self, request: Request, state: str) -> None:
        promised, decision = request.routing.due_at, request.decision
        by = request.deadline_at if state == "expired" else self._at if decision is None else decision.at
        if state != "expired" and by <= promised:
            self._promise["kept"] += state not in {"waiting", "cancelled"}
            return
        self._promise["expired" if state == "expired" else "late"] += 1
        self._promise["late_waiting"] += state == "waiting"
        late = (by - promised) // timedelta(seconds=1)
        one = (late, request.id, request.assessment.action_type, state, request.opened_at)
        if len(self._late) < MOST_LATE:
            heapq.heappush(self._late, one)
        else:
            heapq.heappushpop(self._late, one)

    def _add_decision(self, request: Request, decision: Decision, state: str) -> None:
        took = decision.at - request.opened_at
        fast = took < TOO_FAST
        override = state in {"edited", "rejected"}
        self._spread.add(took)
        self._asked["too_fast"] += fast
        who = decision.by.id
        reviewer = self._reviewers.setdefault(who, _Reviewing(display_name(decision.by, self._policy)))
        reviewer.spread.add(took)
        reviewer.overrides += override
        reviewer.too_fast += fast
        local = decision.at.astimezone(self._zone)
        self._hours.add(local)
        reviewer.hours.add(local)
        self._by["action"].add(request.assessment.action_type, hit=override)
        self._by["agent"].add(request.agent_id, hit=override)
        self._by["build"].add(request.assessment.context.build, hit=override)
        if override:
            self._overrides[state] += 1
            if state == "edited" and decision.reason_code is None:
                self._by["reason"].count(EDITED, hit=True)
            else:
                self._by["reason"].add(decision.reason_code, hit=True)

    def figures(self) -> Figures:
        """What was counted so far."""
        spread = self._spread
        return Figures(
            volumes=Volumes(opened=self._volumes.total(), **self._volumes),
            decisions=Decisions(**self._decisions),
            times=Times(spread.count, spread.percentile(50), spread.percentile(90)),
            promise=Promise(**self._promise),
            latest=tuple(
                Late(id_, self._title_of(action), seconds, state, opened_at)
                for seconds, id_, action, state, opened_at in sorted(self._late, reverse=True)
            ),
            reminded=self._asked["reminded"],
            escalated=self._asked["escalated"],
            overrides=self._overridden(),
            amounts=self._purses.amounts(),
            without_amount=self._purses.without_amount,
            reviewers=self._reviewed(),
            too_fast=self._asked["too_fast"],
            signed=_runs(self._runs["signed"]),
            allowed=_runs(self._runs["allowed"]),
            feedback=self._lessons.figures(),
            hours=self._hours.of_day,
        )

    def _overridden(self) -> Overrides:
        return Overrides(
            decided=self._spread.count,
            edited=self._overrides["edited"],
            rejected=self._overrides["rejected"],
            by_action=self._by["action"].parts(self._title_of),
            by_agent=self._by["agent"].parts(lambda id_: self._agents.get(id_, id_)),
            by_build=self._by["build"].parts(str),
            by_reason=self._by["reason"].parts(words, of=self._overrides.total()),
        )

    def _reviewed(self) -> tuple[Reviewer, ...]:
        found = (
            Reviewer(
                who,
                one.name,
                one.spread.count,
                one.overrides,
                one.spread.percentile(50) or 0,
                one.too_fast,
                one.hours.busiest,
                one.hours.of_day,
            )
            for who, one in self._reviewers.items()
        )
        return tuple(sorted(found, key=lambda one: (-one.decisions, one.person)))

    def _title_of(self, action_type: str) -> str:
        action = self._policy.actions.get(action_type)
        return words(action_type) if action is None else action.title


def _ran(request: Request, grant: Grant, at: datetime) -> str:
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


def _runs(counts: Counter[str]) -> Runs:
    return Runs(granted=counts.total(), **counts)
