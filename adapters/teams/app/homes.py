"""One's own page as a card: the answer to ``queue``, and of what is done on it."""

from __future__ import annotations

from adapters.teams.app.room import Json, Room
from adapters.teams.app.visiting import Visit
from adapters.teams.cards import home_card, refresh_for
from adapters.teams.cards.home import HOME, QUEUE
from adapters.teams.cards.lessons import LISTED, feedback_card
from adapters.teams.cards.samples import MOST_SAMPLES, samples_card
from bot.cards import card
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.learning.listing import has, items
from bot.ports import RequestQuery
from bot.receiving import home_of, may_see


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


async def feedback(room: Room, visit: Visit, person: Person, rest: str = "") -> Json:
    """The feedback items that are theirs, or ``all`` whose requests they may see, as they are now.

    Raises:
        Unavailable: when the database can't be read.
    """
    alone = Visit(visit.tenant, visit.service_url, visit.user, visit.account, visit.conversation, private=True)

    async def fits(request: Request) -> bool:
        theirs = may_see(request, person) if rest.lower() == "all" else has(request, person)
        return theirs and await room.ours(alone, request)

    found = await items(room.store, fits, limit=LISTED)
    policy, now = room.policy(), room.clock.now()
    cards = [card(one, policy, viewer=person, now=now) for one in found.requests]
    return feedback_card(cards, found.more, room.desk_url)


async def samples(room: Room, visit: Visit, person: Person) -> Json:
    """What they are asked to look at afterwards, as it is now.

    Raises:
        Unavailable: when the database can't be read.
    """
    alone = Visit(visit.tenant, visit.service_url, visit.user, visit.account, visit.conversation, private=True)
    policy, now = room.policy(), room.clock.now()
    found = await room.store.requests(RequestQuery(sampled_for=person.id, limit=MOST_SAMPLES))
    cards = [card(one, policy, viewer=person, now=now) for one in found.items if await room.ours(alone, one)]
    return samples_card(cards, room.desk_url)
