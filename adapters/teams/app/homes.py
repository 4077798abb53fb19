"""One's own page as a card: the answer to ``queue``, and of what is done on it."""

from __future__ import annotations

from adapters.teams.app.room import Json, Room
from adapters.teams.app.visiting import Visit
from adapters.teams.cards import home_card, refresh_for
from adapters.teams.cards.home import HOME, QUEUE
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.receiving import home_of


async def home(room: Room, visit: Visit, person: Person, lead: str | None = None) -> Json:
    """What waits for this person and what they did today, as it is now. It goes into their chat alone.

    Raises:
        Unavailable: when the database can't be read.
    """
    alone = Visit(visit.tenant, visit.service_url, visit.user, visit.account, visit.conversation, private=True)

    async def ours(request: Request) -> bool:
        return await room.ours(alone, request)

    found = await home_of(
        room.store,
        room.policy(),
        room.pausing,
        person,
        room.clock.now(),
        ours=ours,
        desk_url=room.desk_url,
        limit=QUEUE,
    )
    made = home_card(found, lead)
    if found.queue:  # nobody redraws what was only shown on asking; a refresh is about a request, whichever it is
        made["refresh"] = refresh_for([visit.account], found.queue[0].request_id, HOME)
    return made
