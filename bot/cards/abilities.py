"""What a viewer may do with a request, asked of the very rules that will answer when they do it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.cards.shape import Ability
from bot.deciding import (
    Approve,
    ApproveWithEdits,
    Ask,
    ChangeFeedback,
    Claim,
    Command,
    GradeSample,
    Reassign,
    Reject,
    Reveal,
    Revoke,
    Snooze,
    Standing,
    Unclaim,
    Withdraw,
    approvers_now,
    decide,
    graders,
    teachers,
)
from bot.domain.lessons import FeedbackItem, FeedbackState, Grade
from bot.domain.people import Person
from bot.domain.requests import GrantStatus, Request
from bot.editing import EditRefused, editable_fields
from bot.errors import SignoffError
from bot.policy.document import Policy

_SAMPLE = "a note"
SOON = timedelta(seconds=30)
"""Nothing is put off to later than this before its deadline."""


def abilities(
    request: Request, policy: Policy, viewer: Person | None, now: datetime, hidden: frozenset[str]
) -> tuple[Ability, ...]:
    """What this viewer may do, and why not; without a viewer, what anybody may.

    Whether the caps still have room for an approval is settled when it is given, and not said here.
    """
    people = [viewer] if viewer is not None else _anybody(request, policy)
    return tuple(
        _best([_ability(request, policy, person, now, name, title, command) for person in people])
        for name, title, command in _commands(request, policy, viewer, hidden)
        if people
    )


def _anybody(request: Request, policy: Policy) -> list[Person]:
    routing = request.routing
    signed = (actor.id for actor in request.signatures)
    learning = () if request.feedback is None else teachers(request, policy)
    looking = () if request.sample is None else graders(request, policy)
    asked = (*routing.approvers, *approvers_now(request, policy), *signed, *learning, *looking)
    ids = dict.fromkeys((*asked, routing.accountable, routing.risk_owner))
    return [person for id_ in ids if (person := policy.people.get(id_)) is not None]


def _best(found: list[Ability]) -> Ability:
    return next((ability for ability in found if ability.allowed), found[0])


def _other_approver(request: Request, policy: Policy, viewer: Person | None) -> str | None:
    """Somebody else who may decide, to try out on whether it could be handed on."""
    held = None if request.claim is None else request.claim.by.id
    others = [id_ for id_ in approvers_now(request, policy) if id_ != held and (viewer is None or id_ != viewer.id)]
    return next(iter(others), None)


def _commands(
    request: Request, policy: Policy, viewer: Person | None, hidden: frozenset[str]
) -> list[tuple[str, str, Command]]:
    reasons = request.routing.reject_reasons
    claim = request.claim
    mine = claim is not None and viewer is not None and claim.by.id == viewer.id
    found: list[tuple[str, str, Command]] = [
        ("approve", "Approve", Approve()),
        ("edit", "Edit", ApproveWithEdits(request.proposal.arguments)),
        ("reject", "Reject", Reject(reasons[0] if reasons else "", _SAMPLE)),
        ("release", "Let it go", Unclaim()) if mine else ("claim", "Take over" if claim else "Claim", Claim()),
        ("ask", "Ask the agent", Ask(_SAMPLE)),
    ]
    if (other := _other_approver(request, policy, viewer)) is not None:
        found.append(("reassign", "Reassign", Reassign(other)))
    found.append(("snooze", "Snooze", Snooze(request.deadline_at - SOON)))
    masked = sorted(name for name in hidden if name in request.arguments or name in request.proposal.arguments)
    if masked:
        found.append(("reveal", "Show", Reveal(masked[0])))
    if request.signatures and request.pending:
        found.append(("withdraw", "Take my signature back", Withdraw()))
    if request.grant is not None and request.grant.status is GrantStatus.WAITING:
        found.append(("revoke", "Revoke", Revoke(_SAMPLE)))
    if request.sample is not None and request.sample.grade is None:
        found.append(("grade_good", "Good", GradeSample(Grade.GOOD)))
        found.append(("needs_work", "Needs work", GradeSample(Grade.NEEDS_WORK, _SAMPLE)))
    return found if request.feedback is None else [*found, *_learning(request.feedback)]


def _learning(item: FeedbackItem) -> list[tuple[str, str, Command]]:
    """What can be done with its feedback item; one that was ended can be opened again."""
    change: tuple[str, str, Command] = ("change_item", "Change the feedback item", ChangeFeedback(note=_SAMPLE))
    if not item.state.unfinished:
        return [change]
    accept: tuple[str, str, Command] = ("accept_item", "Accept", ChangeFeedback(FeedbackState.ACCEPTED))
    return [
        *([accept] if item.state is FeedbackState.OPEN else []),
        ("finish_item", "Done", ChangeFeedback(FeedbackState.DONE)),
        ("decline_item", "Decline", ChangeFeedback(FeedbackState.DECLINED, note=_SAMPLE)),
        change,
    ]


def _ability(
    request: Request, policy: Policy, person: Person, now: datetime, name: str, title: str, command: Command
) -> Ability:
    try:
        try_out(request, command, person, policy, now)
    except EditRefused:  # "nothing was changed" is as far as arguments that are not edited yet can come
        if not editable_fields(request):
            return Ability(name, title, allowed=False, why="the policy lets nobody edit its arguments")
    except SignoffError as refusal:
        return Ability(name, title, allowed=False, why=refusal.message, remedy=refusal.remedy)
    return Ability(name, title, allowed=True)


def try_out(request: Request, command: Command, person: Person, policy: Policy, now: datetime) -> None:
    """Ask the rules what they would say of a command, without doing anything; the caps are not looked at.

    Raises:
        SignoffError: what ``decide`` would raise.
    """
    standing = Standing(
        person=person, surface="", now=now, policy=policy, reserve=lambda _: (), random_id=lambda: "question"
    )
    decide(request, command, standing)
