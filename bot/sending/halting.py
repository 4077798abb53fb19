"""Halting: cards say that they are frozen, or no longer; and whoever answers for it hears that an alarm paused."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from bot.cards import plain
from bot.cards.pauses import scope_title
from bot.domain import events as e
from bot.domain.ids import derived_uuid
from bot.domain.pauses import EVERYTHING
from bot.domain.requests import Request
from bot.errors import Busy, ChannelUnavailable
from bot.pausing import STREAM
from bot.policy.document import Policy
from bot.ports import Posting, RequestQuery, Store
from bot.sending.following import draw
from bot.sending.scene import PERSON, Scene
from bot.sending.trying import Try

log = logging.getLogger("signoff.sending")

AT_ONCE = 50
"""Requests whose cards are redrawn in one attempt."""
PAGE = 100

Look = Callable[[str], Awaitable[Scene | None]]


async def redraw_halted(trying: Try, store: Store, look: Look, surface: str, done: set[str]) -> None:
    """Redraw the cards of everything that waits and that the event stopped, or let go, some at a time.

    ``done`` holds the requests of earlier attempts in this process.

    Raises:
        Busy: when there is more to do.
    """
    event = await _event(trying, store)
    if event is None:
        return
    drawn = 0
    async for request in _waiting(store, event.scope):
        if request.id in done or surface not in request.routing.surfaces:
            continue
        if drawn == AT_ONCE:
            raise Busy("there are more cards to redraw", retry_after=0)
        scene = await look(request.id)
        if scene is not None:
            await draw(trying, scene)
        done.add(request.id)
        drawn += 1


async def tell_of_alarm(trying: Try, store: Store, policy: Policy, done: set[str]) -> AsyncIterator[str]:
    """Tell those who answer for what an alarm paused; gives what became of each: ``told`` or ``unreached``."""
    event = await _event(trying, store)
    if not isinstance(event, e.Paused) or event.alarm is None:
        return
    owner = policy.owners.get(event.alarm.partition("/")[0])
    if owner is None:
        log.warning("nobody of the policy answers any more for what an alarm paused")
        return
    agents = {agent.id: agent.name for agent in await store.agents()} if event.scope.startswith("agent:") else {}
    text = _said(event, scope_title(event.scope, policy, agents))
    for id_ in dict.fromkeys((owner.accountable, owner.risk_owner)):
        person = policy.people.get(id_)
        if person is None or id_ in done:
            continue

        async def note(_: object) -> None:
            """The outbox says that it was told."""

        posting = Posting(derived_uuid("alarm", trying.id, id_), again=trying.again)
        try:
            await trying.ask(f"{PERSON}{id_}", trying.chat.tell(person, text, posting), note)
        except ChannelUnavailable:
            log.warning("somebody who answers for what an alarm paused can't be told")
            yield "unreached"
        else:
            yield "told"
        done.add(id_)


def _said(event: e.Paused, title: str) -> str:
    end = "until somebody resumes it" if event.until is None else f"until {event.until:%Y-%m-%d %H:%M} UTC"
    held = (
        "What is held can't be approved and what was approved can't run until then."
        if event.freeze
        else "What is held already waits for its decision as before."
    )
    return f"{title} is paused {end}, by the policy: {plain(event.reason)}. {held}"


async def _event(trying: Try, store: Store) -> e.Paused | e.Resumed | None:
    records = await store.events(STREAM)
    event = e.event_of(records[trying.errand.seq - 1])
    return event if isinstance(event, e.Paused | e.Resumed) else None


async def _waiting(store: Store, scope: str) -> AsyncIterator[Request]:
    """What waits for a decision and lies in a scope, the least time left first."""
    kind, _, id_ = scope.partition(":")
    after: str | None = None
    while True:
        page = await store.requests(
            RequestQuery(
                statuses=("pending",),
                owners=(id_,) if kind == "owner" else None,
                action_type=id_ if kind == "action" and scope != EVERYTHING else None,
                agent_id=id_ if kind == "agent" else None,
                order="due",
                limit=PAGE,
                after=after,
            )
        )
        for request in page.items:
            yield request
        after = page.next
        if after is None:
            return
