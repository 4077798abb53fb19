"""Searching the record through the API: for tokens that may read an owner's."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from adapters.agents.answers import tagged
from adapters.agents.callers import require_instance
from adapters.agents.counter import Counter
from adapters.agents.instances import page_size
from adapters.agents.readers import owners_read, require_reader
from adapters.agents.v1_bodies import cursor_of
from bot.answering.finding import ASKED, found_line, read_finding
from bot.errors import BadInput
from bot.ports import Store

_TAKES = (*ASKED, "status", "owner", "limit", "after")


class SearchRoutes:
    """``GET /search``: requests of the owners that a token may read, whoever proposed them."""

    def __init__(self, counter: Counter, store: Store) -> None:
        self._counter = counter
        self._store = store

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve it."""
        router.add_get("/search", self.search, allow_head=False)

    async def search(self, request: web.Request) -> web.Response:
        """A page of what is found, the newest first."""
        caller = await self._counter.admit(request)
        require_instance(caller)
        asked = tuple(request.query.getall("owner", ())) or None
        for owner in asked or (() if owners_read(caller) else (None,)):
            require_reader(caller, owner)
        for name in request.query:
            if name not in _TAKES:
                raise BadInput(
                    "is no parameter here", field=name[:100], remedy=f"the parameters are {', '.join(_TAKES)}"
                )
        query = read_finding(
            {name: request.query.get(name) for name in ASKED},
            statuses=tuple(request.query.getall("status", ())),
            owners=owners_read(caller) if asked is None else asked,
            limit=page_size(request),
            after=cursor_of(request),
        )
        found = await self._store.requests(query)
        page: dict[str, Any] = {"requests": [found_line(one) for one in found.items]}
        if found.next is not None:
            page["next"] = found.next
        return tagged(request, page)
