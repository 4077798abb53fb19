"""The rules of deciding, pure: a request, a command and who gives it make events or a refusal that says why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from bot.deciding.commands import (
    Approve,
    ApproveWithEdits,
    ChangeFeedback,
    Command,
    GradeSample,
    Reject,
    Reveal,
    Revoke,
    Withdraw,
)
from bot.deciding.entitling import Standing, approvers_now, require_approver, require_limit
from bot.deciding.grading import grade
from bot.deciding.notes import optional_text, text
from bot.deciding.signing import sign, withdraw
from bot.deciding.teaching import change
from bot.deciding.waiting import attend
from bot.domain import events as e
from bot.domain import people
from bot.domain.jsontext import digest
from bot.domain.money import Money
from bot.domain.people import Actor, ActorKind
from bot.domain.requests import Context, Decision, DecisionKind, Grant, GrantStatus, Request
from bot.editing import EditRefused, check_arguments
from bot.errors import AlreadyDecided, BadInput, Conflict, NotAllowed
from bot.policy.document import Policy
from bot.policy.paths import amount_of, customer_of

_NAMES = {
    ActorKind.POLICY: "the policy",
    ActorKind.CLOCK: "the clock",
    ActorKind.AGENT: "the agent",
    ActorKind.SERVICE: "Signoff",
}


def decide(request: Request, command: Command, standing: Standing) -> list[e.Event]:
    """The events that a command makes of a request.

    Raises:
        NotAllowed: when this person may not; the message names who may.
        AlreadyDecided: when the request was decided, has expired or was cancelled.
        BadInput: when a note, a code or an edited field can't be used.
    """
    if isinstance(command, Revoke):
        return _revoke(request, command, standing)
    if isinstance(command, Reveal):
        return _reveal(request, command, standing)
    if isinstance(command, ChangeFeedback):
        return change(request, command, standing.actor, standing.policy, standing.now)
    if isinstance(command, GradeSample):
        return grade(request, command, standing.actor, standing.policy)
    require_pending(request, standing.policy, standing.now)
    if isinstance(command, Withdraw):
        return withdraw(request, optional_text(command.note, "note"), standing)
    require_approver(request, standing)
    return _decide_pending(request, command, standing)


def _decide_pending(request: Request, command: Command, standing: Standing) -> list[e.Event]:
    if isinstance(command, Approve):
        return _approve(request, command, standing)
    if isinstance(command, ApproveWithEdits):
        return _approve_with_edits(request, command, standing)
    if isinstance(command, Reject):
        return _reject(request, command, standing)
    return attend(request, command, standing)


def display_name(actor: Actor, policy: Policy | None) -> str:
    """What people call an author."""
    if actor.kind is ActorKind.PERSON:
        found = policy.people.get(actor.id) if policy is not None else None
        return found.name if found is not None else actor.id
    return _NAMES.get(actor.kind, actor.id)


def already_decided(decision: Decision, policy: Policy | None) -> AlreadyDecided:
    """The refusal that tells the loser of a race who decided, what and when."""
    name = display_name(decision.by, policy)
    verb = decision.kind.value.replace("_", " ")
    when = decision.at.strftime("%Y-%m-%d %H:%M:%S UTC")
    return AlreadyDecided(
        f"already {verb} by {name} at {when}", decided_by=name, decided_at=decision.at, kind=decision.kind.value
    )


def require_pending(request: Request, policy: Policy | None, now: datetime) -> None:
    """Refuse what has its decision, or has run out of time though the clock has not said so yet.

    Raises:
        AlreadyDecided: with who and when.
    """
    if request.decision is not None:
        raise already_decided(request.decision, policy)
    if request.deadline_at <= now:
        raise already_decided(Decision(DecisionKind.EXPIRED, people.CLOCK, request.deadline_at), policy)


def _approve(request: Request, command: Approve, standing: Standing) -> list[e.Event]:
    events, signatures = sign(request, optional_text(command.note, "note"), standing)
    if signatures is None:
        return events
    reserved = standing.reserve(None)
    note = optional_text(command.note, "note")
    decision = Decision(DecisionKind.APPROVED, standing.actor, standing.now, note=note, signatures=signatures)
    return [e.Decided(decision, _grant(request, request.digest, standing.now), reserved)]


def _approve_with_edits(request: Request, command: ApproveWithEdits, standing: Standing) -> list[e.Event]:
    if request.routing.approvals_needed > 1 or request.routing.stages:
        raise NotAllowed(
            "several people have to sign the same arguments",
            remedy="reject it with a note that says what to propose instead",
        )
    check_arguments(request, command.arguments)
    reserved = standing.reserve(command.arguments)
    require_limit(request, amount_in(request, command.arguments, standing.policy), standing, alone=True)
    decision = Decision(
        DecisionKind.APPROVED_WITH_EDITS,
        standing.actor,
        standing.now,
        note=optional_text(command.note, "note"),
        arguments=command.arguments,
        signatures=(standing.actor,),
        lesson=command.lesson,
    )
    return [e.Decided(decision, _grant(request, digest(command.arguments), standing.now), reserved)]


def amount_in(request: Request, arguments: dict[str, Any], policy: Policy) -> Money | None:
    """What edited arguments move, as the policy reads it; None when the action moves no money.

    Raises:
        EditRefused: when it can't be read from them.
    """
    action = policy.actions.get(request.assessment.action_type)
    try:
        return amount_of(action, arguments, request.assessment.context, request.proposal.context)
    except BadInput as error:
        name = (error.field or "amount").removeprefix("arguments.").partition(".")[0]
        raise EditRefused({name: error.message}) from error


def _context_of(request: Request, arguments: dict[str, Any], policy: Policy) -> Context:
    """The request's context, with the customer that the arguments name."""
    context = request.assessment.context
    action = policy.actions.get(request.assessment.action_type)
    if action is None or action.customer is None:
        return context
    try:
        customer = customer_of(action, arguments, replace(context, customer=None), request.proposal.context)
    except BadInput as error:
        raise EditRefused({(error.field or "customer").removeprefix("arguments."): error.message}) from error
    return replace(context, customer=customer)


def _moved(request: Request, edited: dict[str, Any] | None, policy: Policy) -> tuple[Money | None, Context]:
    if edited is None:
        return request.assessment.amount, request.assessment.context
    return amount_in(request, edited, policy), _context_of(request, edited, policy)


def _grant(request: Request, digest_: str, now: datetime) -> Grant:
    return Grant(digest_, now + timedelta(seconds=request.routing.grant_seconds))


def _reject(request: Request, command: Reject, standing: Standing) -> list[e.Event]:
    codes = request.routing.reject_reasons
    if command.reason_code not in codes:
        raise BadInput("is none of " + ", ".join(codes), field="reason_code", remedy="choose one of them")
    decision = Decision(
        DecisionKind.REJECTED,
        standing.actor,
        standing.now,
        reason_code=command.reason_code,
        note=text(command.note, "note"),
        signatures=request.signatures,
        lesson=command.lesson,
    )
    return [e.Decided(decision)]


def _reveal(request: Request, command: Reveal, standing: Standing) -> list[e.Event]:
    routing = request.routing
    if standing.person.id not in {*approvers_now(request, standing.policy), routing.accountable, routing.risk_owner}:
        raise NotAllowed("masked fields are shown to its approvers only")
    if command.field not in {field.name for field in routing.fields if field.sensitive}:
        raise BadInput("is no masked field of this request", field="field")
    return [e.Revealed(command.field)]


def _revoke(request: Request, command: Revoke, standing: Standing) -> list[e.Event]:
    routing = request.routing
    if standing.person.id not in {*routing.approvers, routing.accountable, routing.risk_owner}:
        raise NotAllowed("an approval is revoked by its approvers, the accountable executive or the risk owner")
    grant = request.grant
    if grant is None:
        raise Conflict("there is no approval to revoke", code="no_grant")
    if grant.status is not GrantStatus.WAITING:
        raise Conflict(f"too late: the approval is {grant.status.value}", code=f"grant_{grant.status.value}")
    return [e.Revoked(text(command.note, "note"))]
