"""Proposing: a threshold item gets its change of the policy, tried on the record, after the decision was committed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from msgspec.structs import replace

from bot.domain.events import FeedbackChanged
from bot.domain.lessons import Lesson, Proposed
from bot.domain.people import Actor, ActorKind
from bot.domain.requests import Request
from bot.errors import SignoffError
from bot.learning.loads import UNFINISHED
from bot.learning.tightening import Tightened, diff_of, tightened
from bot.policy.document import Policy
from bot.policy.loading import load
from bot.ports import Clock, Committed, RequestQuery, Store
from bot.recording import Needs, View
from bot.replaying.backtesting import Backtest, backtest

log = logging.getLogger("signoff.learning")

LOOKS_BACK = timedelta(days=30)
MOST = 2000
"""Requests that a proposal is tried on at most."""
AUTHOR = Actor(ActorKind.SERVICE, "learning")
AGAIN_SECONDS = 60.0
"""After how long what failed is tried again."""
_BREATH, _BREATH_SECONDS = 10, 0.01
"""After so many requests everything else has its turn for so long: nobody waits for a proposal."""
_BACKLOG = 1000
_ALL = ""
"""In the place of a request: anything may have changed."""
_CHANGED = "request.feedback_changed"


class Proposing:
    """Follows the commits of this process and of others, and works out what is missing; of several processes one does.

    ``run`` until it is cancelled.
    """

    def __init__(self, store: Store, clock: Clock, policy: Callable[[], Policy]) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._waiting: asyncio.Queue[str] = asyncio.Queue(_BACKLOG)

    async def run(self) -> None:
        """Work out what is missing, and then what comes."""
        stop = self._store.subscribe(self._heard)
        try:
            while True:
                try:
                    await self._catch_up()
                    while (waiting := await self._waiting.get()) != _ALL:
                        await self.propose(waiting)
                except SignoffError as error:
                    log.warning("a proposal could not be worked out and is tried again: %s", error.code)
                    await asyncio.sleep(AGAIN_SECONDS)
        finally:
            stop()

    async def propose(self, request_id: str) -> Proposed | None:
        """Work out what the item of a request proposes, and record it once; None where there is nothing to do.

        Raises:
            Unavailable: when the database can't be reached.
        """
        request, policy = await self._store.request(request_id), self._policy()
        if request is None or not wants_proposal(request):
            return None
        found = tightened(request, policy)
        proposed = _none(policy) if found is None else await self._tried(request, found, policy)

        def flow(view: View) -> Proposed | None:
            now = view.request(request_id)
            if now is None or not wants_proposal(now):
                return None
            view.record("request", request_id, FeedbackChanged(proposal=proposed), AUTHOR)
            return proposed

        return await self._store.transact(Needs(requests=(request_id,)), flow)

    async def _tried(self, request: Request, found: Tightened, policy: Policy) -> Proposed:
        wanted, now = load(found.text, "policy.yaml"), self._clock.now()
        wanted = replace(wanted, owners={**wanted.owners, **policy.owners}, groups=policy.groups)

        async def breathe(_: Request, count: int) -> None:
            if count % _BREATH == 0:
                await asyncio.sleep(_BREATH_SECONDS)

        result = await backtest(
            self._store,
            self._store.agent,
            wanted,
            now - LOOKS_BACK,
            now + timedelta(seconds=1),  # what comes at this very moment included
            against=policy,
            owners=(request.routing.owner,),
            most=MOST,
            progress=breathe,
        )
        return Proposed(
            diff_of(policy.text, found.text),
            f"{found.told} {_said(result)}",
            policy.version,
            result.judged,
            result.added + result.stopped,
            result.caught,
            result.overrides,
        )

    async def _catch_up(self) -> None:
        after = None
        while True:
            page = await self._store.requests(RequestQuery(feedback=UNFINISHED, after=after))
            for request in page.items:
                if wants_proposal(request):
                    await self.propose(request.id)
            after = page.next
            if after is None:
                return

    def _heard(self, committed: Sequence[Committed] | None) -> None:
        """What other processes commit comes without the request: what they open themselves they propose themselves."""
        if committed is None:
            self._take(_ALL)
        for change in committed or ():
            if change.request is None and _CHANGED in change.types:
                self._take(change.stream.partition(":")[2])
            elif change.request is not None and wants_proposal(change.request):
                self._take(change.request.id)

    def _take(self, request_id: str) -> None:
        if not self._waiting.full():
            self._waiting.put_nowait(request_id)


def wants_proposal(request: Request) -> bool:
    """Whether its item is an unfinished threshold that proposes nothing yet."""
    item = request.feedback
    return (
        item is not None and item.kind is Lesson.THRESHOLD and item.state.unfinished and item.proposal is None
    ) and not request.erased


def _none(policy: Policy) -> Proposed:
    told = "No rule of this action could be tightened by itself: its amount and the agent's confidence say nothing."
    return Proposed("", told, policy.version)


def _said(result: Backtest) -> str:
    more = result.added + result.stopped
    return (
        f"Of the {result.judged} requests of the last {LOOKS_BACK.days} days it would have asked a person about {more} "
        f"that ran without one, and treated {result.caught} of {result.overrides} corrected ones more strictly."
    )
