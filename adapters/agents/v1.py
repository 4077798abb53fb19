"""Our own API over HTTP: what the Agent Approval Protocol says, and what it lacks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from adapters.agents.aap_wire import instance_object
from adapters.agents.answers import answer, require_match, tagged
from adapters.agents.bodies import id_in, idempotency_key, strict, text_of
from adapters.agents.callers import require_instance
from adapters.agents.counter import Counter
from adapters.agents.limits import MAX_NOTE
from adapters.agents.record_answers import EVENTS, FORMS, answer_events, answer_file, form_wanted, readable
from adapters.agents.requesting import Requesting, owned
from adapters.agents.v1_bodies import digest_in, query_of, v1_proposal
from adapters.agents.v1_wire import agent_view, request_view
from bot.domain.requests import Request
from bot.errors import NotFound
from bot.filing import Filing
from bot.policy.document import Policy
from bot.ports import Clock, Store
from bot.recording import timestamp
from bot.waiting import Waiting

_QUESTION = re.compile(r"[0-9a-f]{1,64}")


class V1Routes(Requesting):
    """Handlers below ``/api/v1`` but for instances, events and the document."""

    def __init__(
        self,
        counter: Counter,
        store: Store,
        clock: Clock,
        policy: Callable[[], Policy],
        waiting: Waiting,
        *,
        filing: Filing,
    ) -> None:
        super().__init__(counter, store, clock, policy, waiting)
        self._filing = filing

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve them."""
        router.add_post("/requests", self.create)
        router.add_get("/requests", self.list, allow_head=False)
        router.add_get("/requests/{id}", self.read, allow_head=False)
        router.add_delete("/requests/{id}", self.cancel)
        router.add_post("/requests/{id}/redeem", self.redeem)
        router.add_post("/requests/{id}/outcome", self.report)
        router.add_post("/requests/{id}/questions/{question}/answer", self.answer)
        router.add_get("/requests/{id}/record", self.record, allow_head=False)
        router.add_get("/me", self.me, allow_head=False)
        router.add_get("/policy/version", self.policy_version, allow_head=False)

    async def create(self, request: web.Request) -> web.Response:
        """201 with the request, perhaps decided already; 200 when an earlier call with the same key opened it."""
        opened, status = await self._opened(request, v1_proposal)
        return tagged(request, self._view(opened), status)

    async def list(self, request: web.Request) -> web.Response:
        """A page of this instance's requests."""
        agent, instance_id = await self._instance(request)
        found = await self._store.requests(query_of(request, agent_id=agent.id, instance_id=instance_id))
        page: dict[str, Any] = {"requests": [self._view(one) for one in found.items]}
        if found.next is not None:
            page["next"] = found.next
        return tagged(request, page)

    async def read(self, request: web.Request) -> web.Response:
        """The request as it is; with ``wait``, once it is decided or the wait is over."""
        return tagged(request, self._view(await self._awaited(request)))

    async def cancel(self, request: web.Request) -> web.Response:
        """The withdrawn request, again and again; If-Match is honoured."""
        agent, instance_id = await self._instance(request)
        id_ = id_in(request)
        if "If-Match" in request.headers:
            require_match(request, self._view(owned(await self._store.request(id_), agent, instance_id)))
        return tagged(request, self._view(await self._redeeming.cancel(id_, agent=agent, instance_id=instance_id)))

    async def redeem(self, request: web.Request) -> web.Response:
        """The request with its grant spent: these arguments run now, once."""
        agent, instance_id = await self._instance(request)
        id_, key = id_in(request), idempotency_key(request)
        digest = digest_in(await self._body(request))
        found = await self._redeeming.redeem(id_, agent=agent, instance_id=instance_id, key=key, digest=digest)
        return tagged(request, self._view(found))

    async def report(self, request: web.Request) -> web.Response:
        """The request with its outcome."""
        return tagged(request, self._view(await self._reported(request)))

    async def answer(self, request: web.Request) -> web.Response:
        """The request with a reviewer's question answered."""
        agent, instance_id = await self._instance(request)
        id_, question = id_in(request), request.match_info["question"]
        if not _QUESTION.fullmatch(question):
            raise NotFound("there is no such question")
        body = await self._body(request)
        strict(body, ("answer",), ("answer",))
        text = text_of(body["answer"], "answer", MAX_NOTE)
        found = await self._redeeming.answer(id_, question, text, agent=agent, instance_id=instance_id)
        return tagged(request, self._view(found))

    async def record(self, request: web.Request) -> web.Response:
        """The audit events of a request, with digests and chain; or the file of its decision, in some form."""
        caller = await self._counter.admit(request)
        require_instance(caller)
        form = form_wanted(request)
        found, sight = readable(await self._store.request(id_in(request)), caller, form)
        if form == EVENTS:
            return await answer_events(request, self._store, found)
        return await answer_file(self._filing, found, sight, caller, FORMS[form])

    async def me(self, request: web.Request) -> web.Response:
        """Who the token is."""
        caller = await self._counter.admit(request)
        credential = caller.credential
        found: dict[str, Any] = {
            "agent": agent_view(caller.agent, self._policy()),
            "credential": {
                "kind": credential.kind.value,
                "prefix": credential.prefix,
                "issued_at": timestamp(credential.issued_at),
            },
        }
        if credential.expires_at is not None:
            found["credential"]["expires_at"] = timestamp(credential.expires_at)
        if caller.instance is not None:
            found["instance"] = instance_object(caller.instance)
        return tagged(request, found)

    async def policy_version(self, request: web.Request) -> web.Response:
        """Which policy judges now."""
        await self._counter.admit(request)
        return answer({"version": self._policy().version})

    def _view(self, found: Request) -> dict[str, Any]:
        return request_view(found, self._policy())
