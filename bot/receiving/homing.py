"""What one person has before them: what waits for them, what they put off, what they decided today, what is paused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from bot.cards import Card, card
from bot.cards.pauses import Stopped, stopped
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.learning.listing import has, items
from bot.listing import SCANNED, decided_today, queue_of
from bot.pausing import Pausing
from bot.policy.document import Policy
from bot.ports import Store
from bot.receiving.bulk import Bundle, bundles

LOOKED_AT = 500
"""Unfinished feedback items among which a page looks for one's own: it is drawn often."""


class Home(msgspec.Struct, frozen=True):
    """What one person's first page shows; cards are drawn for them, ``now`` is aware UTC."""

    name: str
    now: datetime
    queue: Sequence[Card] = ()
    """Theirs to decide, least time left first."""
    more: int = 0
    """How many more wait for them beyond ``queue``."""
    snoozed: Sequence[Card] = ()
    until: Mapping[str, datetime] = {}
    """Until when they put each of those off, by request id."""
    decided: Sequence[Card] = ()
    """Decided by them today, newest first."""
    pauses: Sequence[Stopped] = ()
    desk_url: str | None = None
    """The desk's first page."""
    lessons: Sequence[Card] = ()
    """Those whose feedback item is theirs and unfinished, due first at the beginning."""
    more_lessons: int = 0
    bundles: Sequence[Bundle] = ()
    """Those of everything that waits for them that can be decided together."""


async def home_of(
    store: Store,
    policy: Policy,
    pausing: Pausing,
    person: Person,
    now: datetime,
    *,
    ours: Callable[[Request], Awaitable[bool]],
    desk_url: str,
    limit: int,
) -> Home:
    """A person's page, of at most ``limit`` requests a list; ``ours`` says which of them may be shown on this surface.

    Raises:
        Unavailable: when the database can't be read, or it is not known what is paused.
    """
    waiting = await queue_of(store, policy, person, now, limit=SCANNED)
    mine = [one for one in waiting.items if await ours(one)]
    queue = replace(waiting, items=waiting.items[:limit], more=max(0, len(waiting.items) - limit))
    decided = await decided_today(store, policy, person, now, limit=limit)
    learning = await items(store, lambda one: _theirs(one, person, ours), limit=limit, scanned=LOOKED_AT)
    agents = {agent.id: agent.name for agent in await store.agents()}

    async def drawn(requests: Iterable[Request]) -> list[Card]:
        mine = [one for one in requests if await ours(one)]
        standing = pausing.now()
        return [
            card(one, policy, viewer=person, now=now, agent=agents.get(one.agent_id), pauses=standing) for one in mine
        ]

    return Home(
        name=person.name,
        now=now,
        queue=await drawn(queue.items),
        more=queue.more,
        snoozed=await drawn(queue.snoozed),
        until={one.id: put.until for one in queue.snoozed for put in one.snoozes if put.by.id == person.id},
        decided=await drawn(decided),
        pauses=[stopped(pause, policy, agents) for pause in pausing.now()],
        desk_url=desk_url,
        lessons=await drawn(learning.requests),
        more_lessons=learning.more,
        bundles=bundles(mine),
    )


async def _theirs(request: Request, person: Person, ours: Callable[[Request], Awaitable[bool]]) -> bool:
    """Whether its feedback item is theirs, and it may be shown here."""
    return has(request, person) and await ours(request)
