"""The rules of deciding, pure: a request, a command and who gives it make events or a refusal that says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from bot.deciding.commands import MAX_NOTE, Approve, ApproveWithEdits, Ask, Command, Reject, Reveal, Revoke, Unclaim
from bot.domain import events as e
from bot.domain import people
from bot.domain.jsontext import digest
from bot.domain.money import Money
from bot.domain.people import Actor, ActorKind, Person
from bot.domain.requests import Context, Decision, DecisionKind, Grant, GrantStatus, Request
from bot.domain.spelling import spelled
from bot.domain.verdicts import Reservation
from bot.editing import EditRefused, check_arguments
from bot.errors import AlreadyDecided, BadInput, Conflict, NotAllowed
from bot.policy.document import Policy
from bot.policy.paths import amount_of, customer_of


@dataclass(frozen=True, slots=True)
class Standing:
    """Who commands, where, when, under which policy, and what the caps look like to them."""

    person: Person
    surface: str
    now: datetime
    policy: Policy
    reserve: Callable[[dict[str, Any] | None], tuple[Reservation, ...]]
    """What the edited arguments would hold of the caps; None: the proposed ones, which keep what they hold.

    Raises ``NotAllowed`` when they do not fit, naming the cap.
    """
    random_id: Callable[[], str]

    @property
    def actor(self) -> Actor:
        """The person as an author."""
        return people.person(self.person.id, self.surface)


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
    if isinstance(command, Ask):
        return [e.Asked(standing.random_id(), _text(command.text, "question"))]
    return _claim(request, command, standing)


def display_name(actor: Actor, policy: Policy | None) -> str:
    """What people call an author."""
    if actor.kind is ActorKind.PERSON:
        found = policy.people.get(actor.id) if policy is not None else None
        return found.name if found is not None else actor.id
    names = {ActorKind.POLICY: "the policy", ActorKind.CLOCK: "the clock", ActorKind.AGENT: "the agent"}
    return names.get(actor.kind, actor.id)


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


def require_approver(request: Request, standing: Standing) -> None:
    """Refuse whoever may not decide this request.

    Raises:
        NotAllowed: saying who may.
    """
    person = standing.person
    names = ", ".join(_names(request, standing.policy)) or "nobody any more; ask the accountable executive"
    if person.id not in approvers_now(request, standing.policy):
        raise NotAllowed(f"{person.name} is not among its approvers", remedy=f"ask {names}")
    behalf = request.assessment.context.on_behalf_of
    if behalf is not None and _is(person, behalf):
        raise NotAllowed("nobody decides a request made on their own behalf", remedy=f"ask another of {names}")


def _is(person: Person, said: str) -> bool:
    """Whether a text that an agent sent means this person, in whichever of the usual ways it is written."""
    known = {spelled(name) for name in (person.id, person.name, person.email, person.slack, person.teams) if name}
    text = spelled(said)
    address = text.rpartition("<")[2].partition(">")[0].strip().removeprefix("mailto:").rstrip(".")
    user, at, host = address.partition("@")
    return not known.isdisjoint({text, address, text.lstrip("@"), user.partition("+")[0] + at + host})


def approvers_now(request: Request, policy: Policy) -> tuple[str, ...]:
    """Who may still decide: the approvers that it opened with, without those whom the policy no longer names as such.

    A request keeps its promise of who is asked, but nobody keeps a right that was taken away since.
    """
    owner = policy.owners.get(request.routing.owner)
    kept = policy.people.keys() & (request.routing.approvers if owner is None else owner.approvers)
    return tuple(id_ for id_ in request.routing.approvers if id_ in kept)


def _names(request: Request, policy: Policy) -> list[str]:
    return [policy.people[id_].name for id_ in approvers_now(request, policy)]


def _require_limit(request: Request, amount: Money | None, standing: Standing) -> None:
    """A person with a limit signs no amount above it, and none that can't be read."""
    limit = standing.person.limit
    if limit is None:
        return
    action = standing.policy.actions.get(request.assessment.action_type)
    if amount is None:
        if action is None or action.amount:
            raise NotAllowed(
                "its amount can't be read, so it can't be held against your limit", remedy="edit or reject it"
            )
        return
    if amount.currency != standing.policy.currency:
        raise NotAllowed(f"your limit is in {standing.policy.currency}, this is in {amount.currency}")
    if amount.amount > limit:
        able = [
            person.name
            for person in map(standing.policy.people.__getitem__, approvers_now(request, standing.policy))
            if person.limit is None or person.limit >= amount.amount
        ]
        raise NotAllowed(
            f"{amount} is above your limit of {limit} {standing.policy.currency}",
            remedy="ask " + (", ".join(able) or "the accountable executive to raise a limit"),
        )


def _approve(request: Request, command: Approve, standing: Standing) -> list[e.Event]:
    _require_limit(request, request.assessment.amount, standing)
    if any(actor.id == standing.person.id for actor in request.signatures):
        raise Conflict("you have signed it already; another person has to sign as well", code="already_signed")
    note = _optional_text(command.note, "note")
    signatures = (*request.signatures, standing.actor)
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
    _require_limit(request, amount_in(request, command.arguments, standing.policy), standing)
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
