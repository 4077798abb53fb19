"""Stepping: to whom a step of an escalation comes when its time has come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

import msgspec

from bot.deciding import approvers_now, covers
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.domain.routing import ASSIGNEE, MANAGER, ON_CALL, Step
from bot.rostering.on_call import Roster, who_is_on_call
from bot.rostering.standing_in import stand_in


class Told(msgspec.Struct, frozen=True):
    """Whom a step comes to (person ids), as ``Escalated`` says it."""

    to: tuple[str, ...] = ()
    instead_of: dict[str, str] = {}
    on_call: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()


def told_by(roster: Roster, request: Request, step: Step, at: datetime) -> Told:
    """Who that is: people, whoever is on call, has it, or is a manager, each stood in for while they are away."""
    to, instead_of, on_call, nobody = dict[str, None](), dict[str, str](), dict[str, None](), list[str]()
    for name in step.to:
        named = [id_ for id_ in _named(roster, request, name, at) if id_ in roster.policy.people]
        if not named:
            nobody.append(name)
        for id_ in named:
            signs = step.widen or id_ in approvers_now(request, roster.policy)
            holder = stand_in(roster, id_, at, partial(_able, roster, request, signs))
            to[holder] = None
            if holder != id_:
                instead_of[holder] = id_
            if name.startswith(ON_CALL):
                on_call[holder] = None
    return Told(tuple(to), instead_of, tuple(on_call), tuple(nobody))


def _named(roster: Roster, request: Request, name: str, at: datetime) -> Iterator[str]:
    if name.startswith(ON_CALL):
        found = who_is_on_call(roster, name.removeprefix(ON_CALL), at)
        yield from () if found is None else (found,)
    elif name == ASSIGNEE:
        yield from () if request.claim is None else (request.claim.by.id,)
    elif name == MANAGER:
        below = approvers_now(request, roster.policy) if request.claim is None else (request.claim.by.id,)
        people = (roster.policy.people.get(id_) for id_ in below)
        yield from (person.manager for person in people if person is not None and person.manager is not None)
    else:
        yield name


def _able(roster: Roster, request: Request, signs: bool, person: Person) -> bool:  # noqa: FBT001 - bound in advance
    """Whether somebody could do what is asked of whom they stand in for: sign it, or only be told of it."""
    if not signs:
        return True
    policy = roster.policy
    named = policy.signers_of(request.routing.owner, request.assessment.action_type)
    may = person.id in {*approvers_now(request, policy), *named} and person.id not in request.routing.barred
    return may and covers(request, person, policy)
