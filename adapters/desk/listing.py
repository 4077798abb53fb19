"""Lists of requests as pages show them: their cards, filters and addresses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from adapters.desk.workroom import Workroom
from bot.cards import Card, card
from bot.domain.pauses import Pause
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.policy.document import Policy


class Item(msgspec.Struct, frozen=True):
    """One line of a list."""

    card: Card
    owner: str


def drawn(
    requests: Iterable[Request], policy: Policy, viewer: Person, now: datetime, pauses: Sequence[Pause]
) -> list[Item]:
    """Each request as its card, while these pauses stand."""
    return [
        Item(card(request, policy, viewer=viewer, now=now, pauses=pauses), request.routing.owner)
        for request in requests
    ]


def chosen(request: web.Request, room: Workroom) -> dict[str, str]:
    """The filters of an address that mean something; whatever else stands there is left out."""
    policy = room.policy()
    known = {"owner": {*policy.owners}, "action": {*policy.actions}, "by": {*policy.people}}
    return {name: value for name, values in known.items() if (value := request.query.get(name, "")) in values}


def address(path: str, *parts: dict[str, str]) -> str:
    """A path with a query made of what is not empty."""
    pairs = {name: value for part in parts for name, value in part.items() if value}
    return f"{path}?{urlencode(pairs)}" if pairs else path
