"""What happened in a period, for machines: every figure of a summary with its definition, as JSON or as a sheet."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from adapters.agents.answers import tagged
from adapters.agents.counter import Counter
from adapters.agents.figures import asked_for, sheet, wants_csv
from bot.answering import Answering, csv_of, json_of, sheet_name
from bot.policy.document import Policy


class SummaryRoutes:
    """``GET /summaries``."""

    def __init__(self, counter: Counter, answering: Answering, policy: Callable[[], Policy]) -> None:
        self._counter = counter
        self._answering = answering
        self._policy = policy

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve it."""
        router.add_get("/summaries", self.read, allow_head=False)

    async def read(self, request: web.Request) -> web.Response:
        """The summary of ``owner`` (without it, of all) in ``period``, for a token that may read that."""
        caller = await self._counter.admit(request)
        owner, period = asked_for(request, caller, self._policy())
        summary = await self._answering.summary(owner, period)
        if not wants_csv(request.headers.get("Accept", "")):
            return tagged(request, json_of(summary))
        return sheet(csv_of(summary), sheet_name(summary))
