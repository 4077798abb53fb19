"""What automation costs, for machines: the signals of a period with their definitions, as JSON or as a sheet."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from adapters.agents.answers import tagged
from adapters.agents.counter import Counter
from adapters.agents.readers import require_reader
from adapters.agents.v1_summaries import wants_csv
from bot.answering.asking import find_owner
from bot.errors import BadInput
from bot.friction import Frictions, csv_of, object_of
from bot.policy.document import Policy

_TAKES = ("owner", "period")


class FrictionRoutes:
    """``GET /friction``."""

    def __init__(self, counter: Counter, frictions: Frictions, policy: Callable[[], Policy]) -> None:
        self._counter = counter
        self._frictions = frictions
        self._policy = policy

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve it."""
        router.add_get("/friction", self.read, allow_head=False)

    async def read(self, request: web.Request) -> web.Response:
        """The signals of ``owner`` (without it, of all) in ``period``, for a token that may read that.

        What is for risk owners alone is for people: no token reads it.
        """
        caller = await self._counter.admit(request)
        for name in request.query:
            if name not in _TAKES:
                raise BadInput("is no parameter here", field=name[:100], remedy="the parameters are owner and period")
        owner = request.query.get("owner")
        require_reader(caller, None if owner is None else find_owner(owner, self._policy()).id)
        friction = (await self._frictions.measured(owner, request.query.get("period"))).friction
        if not wants_csv(request.headers.get("Accept", "")):
            return tagged(request, object_of(friction))
        headers = {
            "Content-Type": "text/csv; charset=utf-8; header=present",
            "Content-Disposition": 'attachment; filename="friction.csv"',
            "Cache-Control": "no-store",
            "Vary": "Accept",
        }
        return web.Response(body=csv_of(friction).encode(), headers=headers)
