"""What can be paused, by whom, whom it concerns, and when a pause ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.pauses import EVERYTHING
from bot.domain.people import Person
from bot.errors import BadInput, NotAllowed
from bot.policy.document import Policy

MAX_REASON = 1000
"""Characters."""
_ENDS = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "1d": timedelta(days=1)}
END_CHOICES = (("", "Until somebody resumes it"), ("1h", "In 1 hour"), ("4h", "In 4 hours"), ("1d", "In 1 day"))
"""When a pause ends by itself, as every surface's form offers it: values and titles."""
FREEZE = "freeze"
FREEZE_CHOICES = (("", "It can still be decided, and run"), (FREEZE, "Freeze it: nothing is approved, nothing runs"))
"""What becomes of what is held or approved already, as every surface's form offers it: values and titles."""


def may_pause(person: Person, scope: str, policy: Policy) -> bool:
    """Accountable executives and risk owners stop and resume what is theirs; an agent or everything, any of them."""
    kind, _, id_ = scope.partition(":")
    if kind == "action":
        owners = [policy.owners[name] for name in _owners_of(policy, id_)] if id_ in policy.actions else []
    elif kind == "owner":
        owners = [policy.owners[id_]] if id_ in policy.owners else []
    else:
        owners = list(policy.owners.values())
    return any(person.id in {owner.accountable, owner.risk_owner} for owner in owners)


def _owners_of(policy: Policy, action_id: str) -> list[str]:
    action = policy.actions[action_id]
    return [action.owner, *(rule.owner for rule in action.routes)]


def pausable(person: Person, policy: Policy, agents: Iterable[str]) -> list[str]:
    """The scopes that this person may stop, the widest first; ``agents`` are the ids of those that there are."""
    known = [EVERYTHING, *(f"owner:{id_}" for id_ in policy.owners), *(f"action:{id_}" for id_ in policy.actions)]
    known += [f"agent:{id_}" for id_ in agents]
    return [scope for scope in known if may_pause(person, scope, policy)]


def concerns(scope: str, person: Person, policy: Policy) -> bool:
    """Whether what is stopped would come to an owner of theirs: as approver, accountable executive or risk owner."""
    mine = {owner.id for owner in policy.owners_of(person.id)}
    kind, _, id_ = scope.partition(":")
    if kind == "owner":
        return id_ in mine
    if kind == "action" and id_ in policy.actions:
        return not mine.isdisjoint(_owners_of(policy, id_))
    return bool(mine)


def who_may(scope: str, policy: Policy) -> list[str]:
    """The names of those who may stop and resume it."""
    return [person.name for person in policy.people.values() if may_pause(person, scope, policy)]


def end_of(choice: str, now: datetime) -> datetime | None:
    """When a pause ends that is made now with one of ``END_CHOICES``; None: when somebody resumes it.

    Raises:
        BadInput: naming ``end``, when it is none of them.
    """
    if not choice:
        return None
    if choice not in _ENDS:
        raise BadInput("is none of the choices", field="end", remedy="choose one of them")
    return now + _ENDS[choice]


def freezes(choice: str) -> bool:
    """Whether what is held is frozen, by one of ``FREEZE_CHOICES``.

    Raises:
        BadInput: naming ``freeze``, when it is none of them.
    """
    if choice not in {"", FREEZE}:
        raise BadInput("is none of the choices", field="freeze", remedy="choose one of them")
    return choice == FREEZE


def sayable(scope: str, reason: str, policy: Policy) -> str:
    """The reason without space around it, once it is clear that there is such a thing to stop or resume.

    Raises:
        BadInput: naming ``scope`` or ``reason``.
    """
    reason = reason.strip()
    kind, _, id_ = scope.partition(":")
    known = id_ in policy.actions if kind == "action" else id_ in policy.owners if kind == "owner" else bool(id_)
    if scope != EVERYTHING and not (known and kind in {"action", "owner", "agent"}):
        remedy = "write everything, action:<id>, agent:<id> or owner:<id>"
        raise BadInput(f"{scope[:60]!r} is nothing that can be paused", field="scope", remedy=remedy)
    if not reason or len(reason) > MAX_REASON:
        remedy = "write a sentence; it goes to agents and on record"
        raise BadInput(f"has to be 1 to {MAX_REASON} characters long", field="reason", remedy=remedy)
    return reason


def allowed(scope: str, reason: str, person: Person, policy: Policy) -> str:
    """As ``sayable``, once it is clear that this person may stop or resume it.

    Raises:
        BadInput: as ``sayable`` says.
        NotAllowed: saying who may.
    """
    reason = sayable(scope, reason, policy)
    if not may_pause(person, scope, policy):
        names = ", ".join(who_may(scope, policy)) or "nobody"
        raise NotAllowed(f"{person.name} may not pause or resume this", remedy=f"ask {names}")
    return reason
