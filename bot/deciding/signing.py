"""Signing: what one signature makes of a request, stage by stage, and what is still missing after it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.deciding.entitling import Standing, approvers_now, covers, require_limit
from bot.domain import events as e
from bot.domain.people import Actor
from bot.domain.requests import Request
from bot.errors import Conflict
from bot.policy.document import Policy
from bot.policy.promise import next_stage


class Missing(msgspec.Struct, frozen=True):
    """What a request lacks before it is approved."""

    stage: str
    """The title of the stage that it is in; empty where one is all."""
    text: str
    """What those who sign in it are asked to look at."""
    signatures: int
    """How many are lacking in it, at least."""
    covering: bool
    """Whether one of them has to be of somebody whose limit covers the amount."""
    later: tuple[str, ...] = ()
    """The titles of the stages after it."""


def missing(request: Request, policy: Policy) -> Missing:
    """What a pending request still lacks."""
    routing, valid = request.routing, current_signatures(request, policy)
    lacking = max(routing.approvals_needed - len(valid), 0)
    uncovered = not any(_covered_by(request, actor.id, policy) for actor in valid)
    stage = routing.stages[request.stage] if routing.stages else None
    return Missing(
        stage="" if stage is None else stage.title,
        text="" if stage is None else stage.text,
        signatures=max(lacking, 1 if valid and uncovered else lacking),
        covering=bool(valid) and uncovered,
        later=tuple(later.title for later in routing.stages[request.stage + 1 :]),
    )


def current_signatures(request: Request, policy: Policy) -> tuple[Actor, ...]:
    """Those of the stage that it is in that count: of people who may still sign."""
    kept = approvers_now(request, policy)
    return tuple(actor for actor in request.stage_signatures if actor.id in kept)


def signatures_in(request: Request, stage: int, policy: Policy) -> tuple[Actor, ...]:
    """Those of one stage that count: of one before it, or of the one that it is in."""
    return current_signatures(request, policy) if stage == request.stage else _of_stage(request, stage, policy)


def valid_signatures(request: Request, policy: Policy) -> tuple[Actor, ...]:
    """Every signature that counts, of every stage, in order."""
    earlier = (actor for stage in range(request.stage) for actor in _of_stage(request, stage, policy))
    return (*earlier, *current_signatures(request, policy))


def sign(request: Request, note: str | None, standing: Standing) -> tuple[list[e.Event], tuple[Actor, ...] | None]:
    """The events of this person's signature, and, when it is the last that was missing, all signatures that count.

    A signature of an earlier stage that counts no longer sends it back to that stage, and nothing is signed.

    Raises:
        NotAllowed: when the amount is above their limit and signatures above it are not taken.
        Conflict: ``already_signed``, in this stage or an earlier one.
    """
    require_limit(request, request.assessment.amount, standing)
    if any(actor.id == standing.person.id for actor in request.signatures):
        raise Conflict("you have signed it already; another person has to sign as well", code="already_signed")
    broken = _broken_stage(request, standing.policy)
    if broken is not None:
        kept = [_of_stage(request, stage, standing.policy) for stage in range(broken + 1)]
        before = tuple(actor for signed in kept[:-1] for actor in signed)
        return [_begin(request, broken, before, kept[-1], standing.now)], None
    signatures = (*valid_signatures(request, standing.policy), standing.actor)
    here = (*current_signatures(request, standing.policy), standing.actor)
    if not _complete(request, request.routing.approvals_needed, here, standing.policy):
        return [e.Signed(note)], None
    if request.stage + 1 < len(request.routing.stages):
        return [e.Signed(note), _begin(request, request.stage + 1, signatures, (), standing.now)], None
    return [], signatures


def withdraw(request: Request, note: str | None, standing: Standing) -> list[e.Event]:
    """The events of taking one's signature back; out of an earlier stage, it goes back to that stage.

    Raises:
        Conflict: ``not_signed``.
    """
    places = [place for place, actor in enumerate(request.signatures) if actor.id == standing.person.id]
    if not places:
        raise Conflict("you have not signed it", code="not_signed")
    stage = max(number for number, start in enumerate(request.stage_starts) if start <= places[0])
    taken_back: list[e.Event] = [e.Withdrawn(note)]
    if stage == request.stage:
        return taken_back
    begins, ends = request.stage_starts[stage : stage + 2]
    others = tuple(actor for actor in request.signatures[begins:ends] if actor.id != standing.person.id)
    return [*taken_back, _begin(request, stage, request.signatures[:begins], others, standing.now)]


def _begin(
    request: Request, stage: int, before: tuple[Actor, ...], here: tuple[Actor, ...], now: datetime
) -> e.StageBegan:
    """That a stage begins: with the signatures of the stages before it, and those that it has."""
    begun, times = request.routing.stages[stage], next_stage(request.routing, stage, now)
    return e.StageBegan(
        stage,
        begun.approvers,
        begun.approvals_needed,
        times.due_at,
        times.remind_at,
        times.escalation,
        (*before, *here),
        len(before),
    )


def _complete(request: Request, needed: int, signatures: tuple[Actor, ...], policy: Policy) -> bool:
    enough = len(signatures) >= needed
    return enough and any(_covered_by(request, actor.id, policy) for actor in signatures)


def _covered_by(request: Request, person_id: str, policy: Policy) -> bool:
    person = policy.people.get(person_id)
    return person is not None and covers(request, person, policy)


def _broken_stage(request: Request, policy: Policy) -> int | None:
    """The first stage before this one whose signatures are no longer enough."""
    for number in range(request.stage):
        needed = request.routing.stages[number].approvals_needed
        if not _complete(request, needed, _of_stage(request, number, policy), policy):
            return number
    return None


def _of_stage(request: Request, number: int, policy: Policy) -> tuple[Actor, ...]:
    """The signatures of an earlier stage that still count.

    Whoever signed as its approver has to be one of the policy yet; whom an escalation let decide, one of its people.
    """
    routing = request.routing
    ends = request.stage_starts[number + 1] if number + 1 < len(request.stage_starts) else len(request.signatures)
    named = policy.signers_of(routing.owner, request.assessment.action_type)
    if routing.owner not in policy.owners:
        named = frozenset(policy.people)
    asked = routing.stages[number].approvers
    return tuple(
        actor
        for actor in request.signatures[request.stage_starts[number] : ends]
        if actor.id in policy.people and (actor.id in named or actor.id not in asked)
    )
