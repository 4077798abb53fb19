"""What is to be learned of corrections, for machines: feedback items, and the test cases that follow from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from adapters.agents.answers import require_match, tagged
from adapters.agents.bodies import id_in
from adapters.agents.callers import Caller, require_instance
from adapters.agents.counter import Counter
from adapters.agents.instances import page_size
from adapters.agents.readers import owners_read
from adapters.agents.v1_bodies import cursor_of
from bot.domain.lessons import FeedbackState
from bot.domain.requests import Request
from bot.errors import BadInput, NotFound
from bot.learning.cases import case_of
from bot.learning.telling import item_view
from bot.policy.document import Policy
from bot.ports import Clock, RequestQuery, Store

STATES = tuple(state.value for state in FeedbackState)
_TAKES = ("state", "owner", "limit", "after")


class FeedbackRoutes:
    """``GET /feedback`` and ``GET /feedback/{id}``.

    A token reads the items of the owners that it may read, and else those of its own agent's requests.
    """

    def __init__(self, counter: Counter, store: Store, clock: Clock, policy: Callable[[], Policy]) -> None:
        self._counter = counter
        self._store = store
        self._clock = clock
        self._policy = policy

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve them."""
        router.add_get("/feedback", self.list, allow_head=False)
        router.add_get("/feedback/{id}", self.read, allow_head=False)

    async def list(self, request: web.Request) -> web.Response:
        """A page of items, those of the newest requests first."""
        caller = await self._counter.admit(request)
        require_instance(caller)
        found = await self._store.requests(_query(request, caller))
        now, policy = self._clock.now(), self._policy()
        page: dict[str, Any] = {"items": [item_view(one, policy, now) for one in found.items]}
        if found.next is not None:
            page["next"] = found.next
        return tagged(request, page)

    async def read(self, request: web.Request) -> web.Response:
        """One item, with its case: masked, and without it where it was erased; If-Match is honoured."""
        caller = await self._counter.admit(request)
        require_instance(caller)
        found = await self._store.request(id_in(request))
        if found is None or found.feedback is None or not _may(caller, found):
            raise NotFound("there is no such feedback item that this token may read")
        view = item_view(found, self._policy(), self._clock.now())
        if not found.erased:
            agent = await self._store.agent(found.agent_id)
            view["case"] = case_of(found, None if agent is None else agent.name, clear=False)
        require_match(request, view)
        return tagged(request, view)


def _may(caller: Caller, found: Request) -> bool:
    owners = owners_read(caller)
    return owners is None or found.routing.owner in owners or found.agent_id == caller.agent.id


def _query(request: web.Request, caller: Caller) -> RequestQuery:
    for name in request.query:
        if name not in _TAKES:
            raise BadInput("is no parameter here", field=name[:100], remedy=f"the parameters are {', '.join(_TAKES)}")
    states = tuple(request.query.getall("state", ())) or STATES
    if unknown := set(states) - set(STATES):
        raise BadInput(f"{min(unknown)[:40]!r} is no state", field="state", remedy="send " + ", ".join(STATES))
    owners, asked = owners_read(caller), tuple(request.query.getall("owner", ())) or None
    if owners is not None and asked is not None:
        owners = tuple(owner for owner in asked if owner in owners)
    elif asked is not None:
        owners = asked
    own = not owners_read(caller) and owners_read(caller) is not None
    return RequestQuery(
        feedback=states,
        owners=asked if own else owners,
        agent_id=caller.agent.id if own else None,
        limit=page_size(request),
        after=cursor_of(request),
    )
