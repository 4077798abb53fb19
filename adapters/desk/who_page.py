"""Who answers for what agents do, and who may sign it up to which amount."""

from __future__ import annotations

import msgspec
from aiohttp import web

from adapters.desk.workroom import VISITOR, WORKROOM
from bot.cards import plain
from bot.cards.amounts import limit_text
from bot.policy.document import Owner, Policy


class Team(msgspec.Struct, frozen=True):
    """One owner: names as they are shown, and the actions that come to it."""

    id: str
    title: str
    accountable: str
    risk_owner: str
    signers: tuple[tuple[str, str], ...]
    """Names, and up to which amount each may sign."""
    actions: tuple[str, ...]


async def who(request: web.Request) -> web.StreamResponse:
    """``GET /desk/who``: every team of the policy, one's own first."""
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy = room.policy()
    mine = policy.owners_of(visitor.person.id)
    others = [owner for owner in policy.owners.values() if owner not in mine]
    return room.pages.show(
        "who.html",
        now=room.clock.now(),
        zone=policy.zone,
        visitor=visitor,
        mine=[_team(owner, policy) for owner in mine],
        others=[_team(owner, policy) for owner in others],
    )


def _team(owner: Owner, policy: Policy) -> Team:
    people = [policy.people[id_] for id_ in owner.approvers if id_ in policy.people]
    routed = [one for one in policy.actions.values() if owner.id in {one.owner, *(rule.owner for rule in one.routes)}]
    return Team(
        id=owner.id,
        title=plain(owner.title),
        accountable=_name(owner.accountable, policy),
        risk_owner=_name(owner.risk_owner, policy),
        signers=tuple((plain(person.name), limit_text(person.limit, policy.currency)) for person in people),
        actions=tuple(plain(one.title) for one in routed),
    )


def _name(id_: str, policy: Policy) -> str:
    person = policy.people.get(id_)
    return plain(id_ if person is None else person.name)
