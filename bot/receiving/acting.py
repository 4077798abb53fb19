"""Handing a person's command to the rules. That one's own deed came twice is no refusal: it is so already."""

from __future__ import annotations

from bot.deciding import SO_ALREADY, Approve, ApproveWithEdits, Command, Deciding, Reject, Withdraw
from bot.domain.people import ActorKind, Person
from bot.domain.requests import Decision, DecisionKind
from bot.errors import AlreadyDecided, Conflict
from bot.ports import Store

_OUTCOMES = {
    Approve: DecisionKind.APPROVED,
    ApproveWithEdits: DecisionKind.APPROVED_WITH_EDITS,
    Reject: DecisionKind.REJECTED,
}
_SO_ALREADY = {"already_signed", "grant_revoked", SO_ALREADY}


async def act(
    store: Store, deciding: Deciding, surface: str, request_id: str, command: Command, person: Person
) -> None:
    """Carry out a command. What follows from it shows on every card by itself.

    Raises:
        SignoffError: as ``Deciding.submit`` says.
    """
    try:
        await deciding.submit(request_id, command, person, surface)
    except AlreadyDecided:
        found = await store.request(request_id)
        decision = None if found is None else found.decision
        if decision is None or not _theirs(decision, command, person):
            raise
    except Conflict as error:
        if error.code not in _SO_ALREADY and not await _taken_back(store, request_id, command, person):
            raise


async def _taken_back(store: Store, request_id: str, command: Command, person: Person) -> bool:
    """Whether this person's signature is gone because they took it back before."""
    if not isinstance(command, Withdraw):
        return False
    author = f"{ActorKind.PERSON}:{person.id}"
    records = await store.events(f"request:{request_id}")
    return any(record.type == "request.withdrawn" and record.actor == author for record in records)


def _theirs(decision: Decision, command: Command, person: Person) -> bool:
    """Whether this very command of this person is what the decision is, or helped to make it."""
    if decision.kind is not _OUTCOMES.get(type(command)):
        return False
    if isinstance(command, ApproveWithEdits) and decision.arguments != command.arguments:
        return False
    signed = isinstance(command, Approve) and any(actor.id == person.id for actor in decision.signatures)
    return signed or decision.by.id == person.id
