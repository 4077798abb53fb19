"""What leaves the decision open: claiming, handing on, putting off, asking."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

from bot.deciding.commands import Ask, Command, Reassign, Snooze, Unclaim
from bot.deciding.entitling import Standing, require_approver, require_limit
from bot.deciding.notes import optional_text, text
from bot.domain import events as e
from bot.domain.requests import Request
from bot.errors import BadInput, NotAllowed


def attend(request: Request, command: Command, standing: Standing) -> list[e.Event]:
    """The events of a command that decides nothing."""
    if isinstance(command, Ask):
        return [e.Asked(standing.random_id(), text(command.text, "question"))]
    if isinstance(command, Reassign):
        return _reassign(request, command, standing)
    if isinstance(command, Snooze):
        return _snooze(request, command, standing)
    return _claim(request, command, standing)


def claimed_until(request: Request, now: datetime) -> datetime | None:
    """How long somebody has it who gets it now; None: until it is decided."""
    seconds = request.routing.claim_seconds
    return None if seconds is None else now + timedelta(seconds=seconds)


def _claim(request: Request, command: Command, standing: Standing) -> list[e.Event]:
    held = request.claim
    mine = held is not None and held.by.id == standing.person.id
    if isinstance(command, Unclaim):
        return [e.Unclaimed()] if mine else []
    if mine:
        return []
    return [e.Claimed(claimed_until(request, standing.now))]


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
    note = optional_text(command.note, "note")
    return [e.Reassigned(person.id, note, claimed_until(request, standing.now))]


def _snooze(request: Request, command: Snooze, standing: Standing) -> list[e.Event]:
    if command.until <= standing.now:
        raise BadInput("is over already", field="until", remedy="choose a later time")
    if command.until >= request.deadline_at:
        raise BadInput("is not before its deadline", field="until", remedy="choose an earlier time: it expires then")
    return [e.Snoozed(command.until)]
