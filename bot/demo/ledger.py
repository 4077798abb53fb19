"""What the record says of the demonstration: a row for each proposal, the totals, and what is not as it has to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cards.amounts import amount_text
from bot.deciding import display_name
from bot.domain.people import ActorKind
from bot.domain.requests import DecisionKind, GrantStatus, OutcomeStatus, Request
from bot.domain.verdicts import VerdictKind
from bot.policy.document import Policy
from bot.ports import Library, RequestQuery

_STATUSES = {
    DecisionKind.APPROVED: "approved",
    DecisionKind.APPROVED_WITH_EDITS: "edited",
    DecisionKind.REJECTED: "rejected",
    DecisionKind.EXPIRED: "expired",
    DecisionKind.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One proposal: the request that was opened, and the one that asked again for what a human signed instead."""

    request: Request
    again: Request | None = None

    @property
    def key(self) -> str:
        """The agent's own name for its call."""
        return str((self.request.proposal.context or {}).get("call_id", ""))

    @property
    def status(self) -> str:
        """``waiting``, or how it ended: ``allowed`` and ``blocked`` by the policy, else what became of it."""
        decision = self.request.decision
        if decision is None:
            return "waiting"
        if decision.by.kind is ActorKind.POLICY:
            return "allowed" if decision.kind is DecisionKind.APPROVED else "blocked"
        return _STATUSES[decision.kind]

    @property
    def last(self) -> Request:
        """The request whose grant is or would be spent."""
        return self.again or self.request

    @property
    def ran(self) -> bool:
        """Whether the agent redeemed a grant."""
        return self.last.grant is not None and self.last.grant.status is GrantStatus.REDEEMED

    @property
    def outcome(self) -> str:
        """``succeeded`` or ``failed`` as the agent reported; empty before."""
        return self.last.outcome.status.value if self.last.outcome else ""

    @property
    def effect(self) -> str:
        """What the agent reported of it, in its words."""
        return (self.last.outcome.note or "") if self.last.outcome else ""

    @property
    def customer(self) -> str:
        """The customer's name, or number."""
        context = self.request.assessment.context
        return context.customer_name or context.customer or ""

    @property
    def amount(self) -> str:
        """The amount that was proposed, with its currency; empty where none moves."""
        money = self.request.assessment.amount
        return amount_text(money.amount, money.currency) if money else ""

    @property
    def rules(self) -> list[str]:
        """The rules that made the verdict."""
        verdict = self.request.assessment.verdict
        return [reason.rule for reason in verdict.reasons if reason.kind is verdict.kind]

    def deciders(self, policy: Policy) -> str:
        """Who decided, all signatures included; empty while nobody has."""
        decision = self.request.decision
        if decision is None:
            return ", ".join(display_name(actor, policy) for actor in self.request.signatures)
        if decision.by.kind is ActorKind.POLICY:
            return "policy"
        names = [display_name(actor, policy) for actor in (*decision.signatures, decision.by)]
        return ", ".join(dict.fromkeys(names))

    def waited(self, now: datetime) -> float:
        """Seconds from the proposal to its decision, or until now."""
        decision = self.request.decision
        return max(0.0, ((decision.at if decision else now) - self.request.opened_at).total_seconds())


async def read_rows(library: Library, agent_id: str) -> list[Row]:
    """Every proposal of an agent on record, in the order in which they were opened."""
    found: list[Request] = []
    after: str | None = None
    while True:
        page = await library.requests(RequestQuery(agent_id=agent_id, limit=100, after=after))
        found.extend(page.items)
        if (after := page.next) is None:
            break
    return rows_of(found)


def rows_of(requests: Iterable[Request]) -> list[Row]:
    """The same from requests in any order."""
    found = sorted(requests, key=lambda request: (request.opened_at, request.id))
    again = {origin: request for request in found if request.decision and (origin := request.decision.origin)}
    return [
        Row(request, again.get(request.id)) for request in found if not (request.decision and request.decision.origin)
    ]


def totals(rows: Sequence[Row]) -> dict[str, int]:
    """How many were proposed, how many ended in each way, how many ran and how many of those failed."""
    counted = Counter(row.status for row in rows)
    ended = {name: counted[name] for name in ("allowed", "approved", "edited", "rejected", "blocked")}
    others = {name: counted[name] for name in ("waiting", "expired", "cancelled") if counted[name]}
    return {
        "proposed": len(rows),
        **ended,
        **others,
        "ran": sum(row.ran for row in rows),
        "failed": sum(row.outcome == OutcomeStatus.FAILED for row in rows),
    }


def problems_of(rows: Sequence[Row], changes: Sequence[str]) -> list[str]:
    """What is not as it has to be; ``changes`` is what the customer system says was done.

    Nothing runs without a decision, a held action not without a named person's; what was let through has run and has
    its outcome; and the customer system has changed exactly what the record says.
    """
    found = [f"{row.key or row.request.id}: {problem}" for row in rows for problem in _problems(row)]
    reported = sorted(row.effect for row in rows if row.outcome == OutcomeStatus.SUCCEEDED)
    if reported != sorted(changes):
        found.append(f"the record has {len(reported)} successful outcomes, the customer system {len(changes)} changes")
    return found


def _problems(row: Row) -> list[str]:
    found = []
    decision = row.request.decision
    held = row.request.assessment.verdict.kind is VerdictKind.HOLD
    if decision is None:
        found.append("was never decided")
    elif held and decision.by.kind is not ActorKind.PERSON:
        found.append(f"was held and is {row.status} without a person")
    let_through = decision is not None and row.status in {"allowed", "approved", "edited"}
    if row.ran and not let_through:
        found.append(f"ran though it is {row.status}")
    revoked = row.last.grant is not None and row.last.grant.status is GrantStatus.REVOKED
    if let_through and not row.ran and not revoked:
        found.append(f"is {row.status} and never ran")
    if row.ran and not row.outcome:
        found.append("ran and has no outcome")
    return found
