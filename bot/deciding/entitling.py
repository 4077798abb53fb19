"""Entitling: who may sign a request now, up to which amount, and whose signatures count."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain import people
from bot.domain.money import Money
from bot.domain.people import Actor, Person
from bot.domain.requests import Request
from bot.domain.routing import OverLimit
from bot.domain.spelling import spelled
from bot.domain.verdicts import Reservation
from bot.errors import NotAllowed
from bot.policy.document import Policy

_MENTION = re.compile(r"<@([a-z0-9]+)(?:\|[^<>]*)?>", re.ASCII)
"""How Slack's own texts name an account, case folded: ``<@U0DANA>`` or ``<@U0DANA|dana>``."""


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


def require_approver(request: Request, standing: Standing) -> None:
    """Refuse whoever may not decide this request.

    Raises:
        NotAllowed: saying who may.
    """
    person = standing.person
    names = ", ".join(_names(request, standing.policy)) or "nobody any more; ask the accountable executive"
    if person.id in request.routing.barred:
        raise NotAllowed("the owner of an agent signs nothing that it proposes", remedy=f"ask {names}")
    if person.id not in approvers_now(request, standing.policy):
        raise NotAllowed(f"{person.name} is not among its approvers", remedy=f"ask {names}")
    behalf = request.assessment.context.on_behalf_of
    if behalf is not None and _is(person, behalf):
        raise NotAllowed("nobody decides a request made on their own behalf", remedy=f"ask another of {names}")


def _is(person: Person, said: str) -> bool:
    """Whether a text that an agent sent means this person, in whichever of the usual ways it is written."""
    account = (person.slack or "").rpartition("/")[2]
    names = (person.id, person.name, person.email, person.slack, account, person.teams)
    known = {spelled(name) for name in names if name}
    text = spelled(said)
    if mentioned := _MENTION.fullmatch(text):
        text = mentioned[1]
    address = text.rpartition("<")[2].partition(">")[0].strip().removeprefix("mailto:").rstrip(".")
    user, at, host = address.partition("@")
    return not known.isdisjoint({text, address, text.lstrip("@"), user.partition("+")[0] + at + host})


def approvers_now(request: Request, policy: Policy) -> tuple[str, ...]:
    """Who may still decide: the approvers of its stage, and those whom its escalation let decide, but for the barred.

    A request keeps its promise of who is asked, but nobody keeps a right that was taken away since.
    """
    routing = request.routing
    if routing.owner in policy.owners:
        named = policy.signers_of(routing.owner, request.assessment.action_type)
        kept = [id_ for id_ in routing.approvers if id_ in named]
    else:
        kept = [*routing.approvers]
    ids = dict.fromkeys((*kept, *request.widened))
    return tuple(id_ for id_ in ids if id_ in policy.people and id_ not in routing.barred)


def _names(request: Request, policy: Policy) -> list[str]:
    return [policy.people[id_].name for id_ in approvers_now(request, policy)]


def covers(request: Request, person: Person, policy: Policy) -> bool:
    """Whether somebody's limit covers what it moves; an amount that can't be read is covered by no limit."""
    amount = request.assessment.amount
    if person.limit is None:
        return True
    if amount is None:
        action = policy.actions.get(request.assessment.action_type)
        return action is not None and action.amount is None
    return amount.currency == policy.currency and amount.amount <= person.limit


def require_limit(request: Request, amount: Money | None, standing: Standing, *, alone: bool = False) -> None:
    """A person with a limit signs no amount above it, and none that can't be read.

    Where another who covers it has to sign as well, theirs is taken above it too, unless they sign ``alone``.

    Raises:
        NotAllowed: naming those whose limit would do.
    """
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
    if amount.amount > limit and (alone or request.routing.over_limit is OverLimit.REFUSE):
        able = [
            person.name
            for person in map(standing.policy.people.__getitem__, approvers_now(request, standing.policy))
            if person.limit is None or person.limit >= amount.amount
        ]
        raise NotAllowed(
            f"{amount} is above your limit of {limit} {standing.policy.currency}",
            remedy="ask " + (", ".join(able) or "the accountable executive to raise a limit"),
        )
