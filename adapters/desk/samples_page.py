"""What somebody is asked to look at afterwards, as a list."""

from __future__ import annotations

from aiohttp import web

from adapters.desk.workroom import VISITOR, WORKROOM
from bot.cards import card
from bot.ports import RequestQuery

_LISTED = 100


async def samples(request: web.Request) -> web.StreamResponse:
    """``GET /desk/samples``: those that wait for this person's look, the newest first; ``?after`` is the next page."""
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now, person = room.policy(), room.clock.now(), visitor.person
    after = request.query.get("after") or None
    found = await room.store.requests(RequestQuery(sampled_for=person.id, limit=_LISTED, after=after))
    return room.pages.show(
        "samples.html",
        now=now,
        zone=policy.zone,
        visitor=visitor,
        cards=[card(one, policy, viewer=person, now=now) for one in found.items],
        next=found.next,
    )
