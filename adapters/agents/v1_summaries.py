"""What happened in a period, for machines: every figure of a summary with its definition, as JSON or as a sheet."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from adapters.agents.answers import tagged
from adapters.agents.counter import Counter
from adapters.agents.readers import require_reader
from bot.answering import Answering, csv_of, json_of, sheet_name
from bot.answering.asking import find_owner
from bot.errors import BadInput
from bot.policy.document import Policy

_TAKES = ("owner", "period")
_CSV = "text/csv"


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
        for name in request.query:
            if name not in _TAKES:
                raise BadInput("is no parameter here", field=name[:100], remedy="the parameters are owner and period")
        owner = request.query.get("owner")
        require_reader(caller, None if owner is None else find_owner(owner, self._policy()).id)
        summary = await self._answering.summary(owner, request.query.get("period"))
        if not wants_csv(request.headers.get("Accept", "")):
            return tagged(request, json_of(summary))
        headers = {
            "Content-Type": f"{_CSV}; charset=utf-8; header=present",
            "Content-Disposition": f'attachment; filename="{sheet_name(summary)}"',
            "Cache-Control": "no-store",
            "Vary": "Accept",
        }
        return web.Response(body=csv_of(summary).encode(), headers=headers)


def wants_csv(accept: str) -> bool:
    """Whether a sheet is asked for by name, and JSON is not asked for before it."""
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return next((kind == _CSV for kind in kinds if kind in {_CSV, "application/json", "*/*"}), False)
