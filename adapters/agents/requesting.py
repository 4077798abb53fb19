"""What both APIs do with the requests of an instance, whose words each answers in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from adapters.agents.bodies import id_in, idempotency_key, read_object, strict, text_of, wait_of
from adapters.agents.callers import require_instance
from adapters.agents.counter import Counter
from adapters.agents.limits import MAX_NOTE
from bot.domain.agents import Agent
from bot.domain.requests import OutcomeStatus, Proposal, Request
from bot.errors import BadInput, NotFound
from bot.opening import open_request
from bot.policy.document import Policy
from bot.ports import Clock, Store
from bot.redeeming import Redeeming
from bot.waiting import Waiting


class Requesting:
    """Reads what an instance asks and does it; the caller is known before its body is read."""

    def __init__(
        self, counter: Counter, store: Store, clock: Clock, policy: Callable[[], Policy], waiting: Waiting
    ) -> None:
        self._counter = counter
        self._store = store
        self._clock = clock
        self._policy = policy
        self._waiting = waiting
        self._redeeming = Redeeming(store, policy)

    async def _opened(
        self, request: web.Request, proposal_of: Callable[[dict[str, Any]], Proposal]
    ) -> tuple[Request, int]:
        """A new request and 201, perhaps decided already; with 200 the one that an earlier call with the key opened."""
        agent, instance_id = await self._instance(request)
        key = idempotency_key(request)
        proposal = proposal_of(await self._body(request))
        opened = await open_request(
            self._store,
            self._clock,
            self._policy(),
            agent=agent,
            instance_id=instance_id,
            proposal=proposal,
            key=key,
            random=self._counter.chance(10),
            situation=self._counter.situation(),
        )
        return opened.request, 200 if opened.replayed else 201

    async def _awaited(self, request: web.Request) -> Request:
        """The request as it is; with ``wait``, once it is decided or the wait is over."""
        agent, instance_id = await self._instance(request)
        id_, seconds = id_in(request), wait_of(request)
        found = owned(await self._store.request(id_), agent, instance_id)
        if seconds and found.pending:
            found = owned(await self._waiting.until_decided(id_, seconds), agent, instance_id)
        return found

    async def _reported(self, request: web.Request) -> Request:
        """The request with its outcome."""
        agent, instance_id = await self._instance(request)
        id_ = id_in(request)
        status, note = outcome_in(await self._body(request))
        return await self._redeeming.report(id_, agent=agent, instance_id=instance_id, status=status, note=note)

    async def _instance(self, request: web.Request) -> tuple[Agent, str]:
        caller = await self._counter.admit(request)
        return caller.agent, require_instance(caller).id

    async def _body(self, request: web.Request) -> dict[str, Any]:
        return await read_object(request, self._counter.limits.max_body_bytes)


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
