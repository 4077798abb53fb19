"""How a request stands, from its state and the time alone."""

from __future__ import annotations

from datetime import datetime

from bot.cards.masking import Masker
from bot.cards.plaintext import words
from bot.cards.shape import Status
from bot.deciding import display_name
from bot.domain.people import CLOCK, Actor, ActorKind
from bot.domain.requests import Decision, DecisionKind, GrantStatus, OutcomeStatus, Request
from bot.policy.document import Policy

_DECIDED = {
    DecisionKind.APPROVED: ("Approved", "good"),
    DecisionKind.APPROVED_WITH_EDITS: ("Approved with edits", "good"),
    DecisionKind.REJECTED: ("Rejected", "bad"),
    DecisionKind.EXPIRED: ("Expired, not run", "quiet"),
    DecisionKind.CANCELLED: ("Cancelled by the agent", "quiet"),
}
_SURFACES = {"desk": "desk", "slack": "Slack", "teams": "Teams", "api": "API", "cli": "command line"}


def where(surface: str) -> str | None:
    """A surface as people call it."""
    return _SURFACES.get(surface, surface) or None


def decision_status(request: Request, policy: Policy, masker: Masker, now: datetime) -> Status | None:
    """How it was decided: by whom, where, when and why. A request whose time is over counts as expired at once."""
    decision = request.decision
    if decision is None:
        if request.deadline_at > now:
            return None
        decision = Decision(DecisionKind.EXPIRED, CLOCK, request.deadline_at)
    label, tone = _DECIDED[decision.kind]
    if decision.by.kind is ActorKind.POLICY:
        label = {"Approved": "Allowed by the policy", "Rejected": "Blocked by the policy"}.get(label, label)
    elif decision.kind is DecisionKind.CANCELLED and decision.by.kind is not ActorKind.AGENT:
        label = "Cancelled"
    return Status(
        state=decision.kind.value,
        label=label,
        tone=tone,
        who=_who(decision.by, policy),
        where=where(decision.by.surface),
        at=decision.at,
        note=masker.optional(decision.note),
        reason=words(decision.reason_code) if decision.reason_code else None,
    )


def status_of(request: Request, policy: Policy, masker: Masker, now: datetime) -> Status:
    """How it stands now."""
    decided = decision_status(request, policy, masker, now)
    if decided is None:
        return _open(request, policy)
    return _followed(request, decided, masker, now)


def _open(request: Request, policy: Policy) -> Status:
    if request.claim is None:
        return Status("pending", "Waiting for a decision", "waiting", at=request.opened_at, until=request.deadline_at)
    by = request.claim.by
    return Status(
        "claimed",
        f"Claimed by {display_name(by, policy)}",
        "waiting",
        who=_who(by, policy),
        where=where(by.surface),
        at=request.claim.at,
        until=request.deadline_at,
    )


def _followed(request: Request, decided: Status, masker: Masker, now: datetime) -> Status:
    grant, outcome = request.grant, request.outcome
    if grant is None:
        return decided
    if outcome is not None:
        ran = outcome.status is OutcomeStatus.SUCCEEDED
        label = "Ran" if ran else "Ran and failed"
        state = "ran" if ran else "failed"
        return Status(
            state, label, "good" if ran else "bad", "the agent", at=outcome.at, note=masker.optional(outcome.note)
        )
    if grant.status is GrantStatus.REVOKED:
        return Status("revoked", "Approval revoked, not run", "bad", at=grant.ended_at)
    if grant.status in {GrantStatus.REDEEMED, GrantStatus.MOVED}:
        label = "Being run by the agent" if grant.status is GrantStatus.REDEEMED else "Taken up by the agent as edited"
        return Status("redeemed", label, "good", "the agent", at=grant.ended_at)
    if grant.status is GrantStatus.LAPSED or grant.expires_at <= now:
        return Status(
            "not_run", f"{decided.label}, never run", "quiet", decided.who, at=grant.ended_at or grant.expires_at
        )
    return Status(
        decided.state,
        decided.label,
        decided.tone,
        decided.who,
        decided.where,
        decided.at,
        decided.note,
        grant.expires_at,
        decided.reason,
    )


def _who(actor: Actor, policy: Policy) -> str:
    return display_name(actor, policy)
