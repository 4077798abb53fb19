"""The rules of deciding, pure: a request, a command and who gives it make events or a refusal that says why."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from bot.deciding.commands import (
    MAX_NOTE,
    Approve,
    ApproveWithEdits,
    Ask,
    Command,
    Reassign,
    Reject,
    Reveal,
    Revoke,
    Snooze,
    Unclaim,
)
from bot.deciding.entitling import Standing, approvers_now, require_approver, require_limit, valid_signatures
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
    require_pending(request, standing.policy, standing.now)
    require_approver(request, standing)
    return _decide_pending(request, command, standing)


def _decide_pending(request: Request, command: Command, standing: Standing) -> list[e.Event]:
    if isinstance(command, Approve):
        return _approve(request, command, standing)
    if isinstance(command, ApproveWithEdits):
        return _approve_with_edits(request, command, standing)
    if isinstance(command, Reject):
        return _reject(request, command, standing)
    return _attend(request, command, standing)


def _attend(request: Request, command: Command, standing: Standing) -> list[e.Event]:
    """What leaves the decision open."""
    if isinstance(command, Ask):
        return [e.Asked(standing.random_id(), _text(command.text, "question"))]
    if isinstance(command, Reassign):
        return _reassign(request, command, standing)
    if isinstance(command, Snooze):
        return _snooze(request, command, standing)
    return _claim(request, command, standing)


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
    require_limit(request, request.assessment.amount, standing)
    if any(actor.id == standing.person.id for actor in request.signatures):
        raise Conflict("you have signed it already; another person has to sign as well", code="already_signed")
    note = _optional_text(command.note, "note")
    signatures = (*valid_signatures(request, standing.policy), standing.actor)
    if len(signatures) < request.routing.approvals_needed:
        return [e.Signed(note)]
    reserved = standing.reserve(None)
    decision = Decision(DecisionKind.APPROVED, standing.actor, standing.now, note=note, signatures=signatures)
    return [e.Decided(decision, _grant(request, request.digest, standing.now), reserved)]


def _approve_with_edits(request: Request, command: ApproveWithEdits, standing: Standing) -> list[e.Event]:
    if request.routing.approvals_needed > 1:
        raise NotAllowed(
            f"{request.routing.approvals_needed} people have to sign the same arguments",
            remedy="reject it with a note that says what to propose instead",
        )
    check_arguments(request, command.arguments)
    reserved = standing.reserve(command.arguments)
    require_limit(request, amount_in(request, command.arguments, standing.policy), standing)
    decision = Decision(
        DecisionKind.APPROVED_WITH_EDITS,
        standing.actor,
        standing.now,
        note=_optional_text(command.note, "note"),
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
        note=_text(command.note, "note"),
        signatures=request.signatures,
        lesson=command.lesson,
    )
    return [e.Decided(decision)]


def _claim(request: Request, command: Command, standing: Standing) -> list[e.Event]:
    held = request.claim
    mine = held is not None and held.by.id == standing.person.id
    if isinstance(command, Unclaim):
        return [e.Unclaimed()] if mine else []
    if mine:
        return []
    return [e.Claimed()]


def _reassign(request: Request, command: Reassign, standing: Standing) -> list[e.Event]:
    """Hand it on, never to somebody who could not sign it."""
    person = standing.policy.people.get(command.to)
    if person is None:
        raise BadInput("is nobody of the policy", field="to", remedy="choose one of its approvers")
    other = dataclasses.replace(standing, person=person)
    try:
        require_approver(request, other)
        require_limit(request, request.assessment.amount, other)
    except NotAllowed as refusal:
        raise BadInput(f"could not sign it: {refusal.message}", field="to", remedy=refusal.remedy) from refusal
    if request.claim is not None and request.claim.by.id == person.id:
        return []
    return [e.Reassigned(person.id, _optional_text(command.note, "note"))]


def _snooze(request: Request, command: Snooze, standing: Standing) -> list[e.Event]:
    if command.until <= standing.now:
        raise BadInput("is over already", field="until", remedy="choose a later time")
    if command.until >= request.deadline_at:
        raise BadInput("is not before its deadline", field="until", remedy="choose an earlier time: it expires then")
    return [e.Snoozed(command.until)]


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
    return [e.Revoked(_text(command.note, "note"))]


def _text(text: str, name: str) -> str:
    text = text.strip()
    if not text:
        raise BadInput("is needed", field=name, remedy="write a sentence; it reaches the agent and stays on record")
    if len(text) > MAX_NOTE:
        raise BadInput(f"is longer than {MAX_NOTE} characters", field=name, remedy="shorten it")
    return text


def _optional_text(text: str | None, name: str) -> str | None:
    return _text(text, name) if text and text.strip() else None
