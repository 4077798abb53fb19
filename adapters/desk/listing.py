"""Lists of requests that a person may see, in pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from aiohttp import web
from msgspec.structs import replace

from adapters.desk.workroom import Workroom
from bot.cards import Card, card
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.policy.document import Policy
from bot.ports import Library, RequestQuery

PAGE = 50
SCANNED = 1000
"""Requests looked through for one page, so that a page of somebody who has few among very many still comes at once."""


class Listed(msgspec.Struct, frozen=True):
    """A part of a list: what was found, where to go on, and whether looking was given up before a page was full."""

    items: tuple[Request, ...]
    next: str | None
    cut: bool = False


class Item(msgspec.Struct, frozen=True):
    """One line of a list."""

    card: Card
    owner: str


async def list_requests(library: Library, query: RequestQuery, wanted: Callable[[Request], bool]) -> Listed:
    """The requests of a query that are wanted, in its order: a page of at least ``PAGE`` where there are so many."""
    found: list[Request] = []
    after = query.after
    for _ in range(SCANNED // PAGE):
        page = await library.requests(replace(query, limit=PAGE, after=after))
        found += filter(wanted, page.items)
        after = page.next
        if after is None or len(found) >= PAGE:
            return Listed(tuple(found), after)
    return Listed(tuple(found), after, cut=True)


def drawn(listed: Listed, policy: Policy, viewer: Person, now: datetime) -> list[Item]:
    """Each request as its card."""
    return [Item(card(request, policy, viewer=viewer, now=now), request.routing.owner) for request in listed.items]


def chosen(request: web.Request, room: Workroom) -> dict[str, str]:
    """The filters of an address that mean something; whatever else stands there is left out."""
    policy = room.policy()
    known = {"owner": {*policy.owners}, "action": {*policy.actions}, "by": {*policy.people}}
    return {name: value for name, values in known.items() if (value := request.query.get(name, "")) in values}


def address(path: str, *parts: dict[str, str]) -> str:
    """A path with a query made of what is not empty."""
    pairs = {name: value for part in parts for name, value in part.items() if value}
    return f"{path}?{urlencode(pairs)}" if pairs else path
