"""The Agent Approval Protocol over HTTP: propose, wait, withdraw, consume, report."""

from __future__ import annotations

from aiohttp import web

from adapters.agents.aap_wire import request_object
from adapters.agents.answers import answer
from adapters.agents.bodies import (
    id_in,
    idempotency_key,
    proposal_of,
    read_bytes,
)
from adapters.agents.requesting import Requesting
from bot.domain.requests import Request
from bot.errors import BadInput


class RequestRoutes(Requesting):
    """Handlers below ``/v1/requests``."""

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve them."""
        router.add_post("/v1/requests", self.create)
        router.add_get("/v1/requests/{id}", self.read, allow_head=False)
        router.add_delete("/v1/requests/{id}", self.cancel)
        router.add_post("/v1/requests/{id}/consume", self.consume)
        router.add_post("/v1/requests/{id}/outcome", self.report)

    async def create(self, request: web.Request) -> web.Response:
        """201 with the request, perhaps decided already; 200 when an earlier call with the same key opened it."""
        return self._answer(*await self._opened(request, proposal_of))

    async def read(self, request: web.Request) -> web.Response:
        """The request as it is; with ``wait``, once it is decided or the wait is over."""
        return self._answer(await self._awaited(request))

    async def cancel(self, request: web.Request) -> web.Response:
        """The withdrawn request, again and again."""
        agent, instance_id = await self._instance(request)
        return self._answer(await self._redeeming.cancel(id_in(request), agent=agent, instance_id=instance_id))

    async def consume(self, request: web.Request) -> web.Response:
        """The request with its consumption: the approval is spent, the call may run now."""
        agent, instance_id = await self._instance(request)
        id_, key = id_in(request), idempotency_key(request)
        await self._require_no_body(request)
        return self._answer(await self._redeeming.redeem(id_, agent=agent, instance_id=instance_id, key=key))

    async def report(self, request: web.Request) -> web.Response:
        """The request with its outcome."""
        return self._answer(await self._reported(request))

    def _answer(self, found: Request, status: int = 200) -> web.Response:
        return answer(request_object(found, self._policy()), status)

    async def _require_no_body(self, request: web.Request) -> None:
        if request.body_exists and await read_bytes(request, self._counter.limits.max_body_bytes) not in {b"", b"{}"}:
            raise BadInput("is not expected", field="body", remedy="send none")
