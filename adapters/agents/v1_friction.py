"""What automation costs, for machines: the signals of a period with their definitions, as JSON or as a sheet."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from adapters.agents.answers import tagged
from adapters.agents.counter import Counter
from adapters.agents.figures import asked_for, sheet, wants_csv
from bot.friction import Frictions, csv_of, object_of
from bot.policy.document import Policy


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
        owner, period = asked_for(request, caller, self._policy())
        friction = (await self._frictions.measured(owner, period)).friction
        if not wants_csv(request.headers.get("Accept", "")):
            return tagged(request, object_of(friction))
        return sheet(csv_of(friction), "friction.csv")
