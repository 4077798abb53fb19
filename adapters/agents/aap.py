"""The Agent Approval Protocol over HTTP: propose, wait, withdraw, consume, report."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from adapters.agents.aap_wire import request_object
from adapters.agents.answers import answer
from adapters.agents.bodies import (
    id_in,
    idempotency_key,
    proposal_of,
    read_bytes,
    read_object,
    strict,
    text_of,
    wait_of,
)
from adapters.agents.callers import require_instance
from adapters.agents.counter import Counter
from adapters.agents.limits import MAX_NOTE
from bot.domain.agents import Agent
from bot.domain.requests import OutcomeStatus, Request
from bot.errors import BadInput, NotFound
from bot.opening import open_request
from bot.policy.document import Policy
from bot.ports import Clock, Store
from bot.redeeming import Redeeming
from bot.waiting import Waiting


class RequestRoutes:
    """Handlers below ``/v1/requests``."""

    def __init__(
        self, counter: Counter, store: Store, clock: Clock, policy: Callable[[], Policy], waiting: Waiting
    ) -> None:
        self._counter = counter
        self._store = store
        self._clock = clock
        self._policy = policy
        self._waiting = waiting
        self._redeeming = Redeeming(store, policy)
        self._chance = counter.chance

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve them."""
        router.add_post("/v1/requests", self.create)
        router.add_get("/v1/requests/{id}", self.read, allow_head=False)
        router.add_delete("/v1/requests/{id}", self.cancel)
        router.add_post("/v1/requests/{id}/consume", self.consume)
        router.add_post("/v1/requests/{id}/outcome", self.report)

    async def create(self, request: web.Request) -> web.Response:
        """201 with the request, perhaps decided already; 200 when an earlier call with the same key opened it."""
        agent, instance_id = await self._instance(request)
        key = idempotency_key(request)
        proposal = proposal_of(await read_object(request, self._counter.limits.max_body_bytes))
        opened = await open_request(
            self._store,
            self._clock,
            self._policy(),
            agent=agent,
            instance_id=instance_id,
            proposal=proposal,
            key=key,
            random=self._chance(10),
            situation=self._counter.situation(),
        )
        return self._answer(opened.request, 200 if opened.replayed else 201)

    async def read(self, request: web.Request) -> web.Response:
        """The request as it is; with ``wait``, once it is decided or the wait is over."""
        agent, instance_id = await self._instance(request)
        id_, seconds = id_in(request), wait_of(request)
        found = owned(await self._store.request(id_), agent, instance_id)
        if seconds and found.pending:
            found = owned(await self._waiting.until_decided(id_, seconds), agent, instance_id)
        return self._answer(found)

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
        agent, instance_id = await self._instance(request)
        id_ = id_in(request)
        status, note = outcome_in(await read_object(request, self._counter.limits.max_body_bytes))
        found = await self._redeeming.report(id_, agent=agent, instance_id=instance_id, status=status, note=note)
        return self._answer(found)

    def _answer(self, found: Request, status: int = 200) -> web.Response:
        return answer(request_object(found, self._policy()), status)

    async def _instance(self, request: web.Request) -> tuple[Agent, str]:
        caller = await self._counter.admit(request)
        return caller.agent, require_instance(caller).id

    async def _require_no_body(self, request: web.Request) -> None:
        if request.body_exists and await read_bytes(request, self._counter.limits.max_body_bytes) not in {b"", b"{}"}:
            raise BadInput("is not expected", field="body", remedy="send none")


def owned(found: Request | None, agent: Agent, instance_id: str) -> Request:
    """A request that this instance opened.

    Raises:
        NotFound: when there is none, or it is another's.
    """
    if found is None or found.instance_id != instance_id or found.agent_id != agent.id:
        raise NotFound("there is no such request for this instance")
    return found


def outcome_in(body: dict[str, object]) -> tuple[OutcomeStatus, str | None]:
    """The status and note of an outcome.

    Raises:
        BadInput: naming the field that can't be used.
    """
    strict(body, ("status", "note"), ("status",))
    status = body["status"]
    if not isinstance(status, str) or status not in {known.value for known in OutcomeStatus}:
        raise BadInput("is neither succeeded nor failed", field="status", remedy="send one of them")
    note = body.get("note")
    return OutcomeStatus(status), None if note is None else text_of(note, "note", MAX_NOTE)
