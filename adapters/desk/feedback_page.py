"""Feedback items as a plain list: one's own, those of one's teams, and those that ended."""

from __future__ import annotations

from aiohttp import web

from adapters.desk.workroom import VISITOR, WORKROOM
from bot.cards import card
from bot.domain.lessons import FeedbackState
from bot.domain.requests import Request
from bot.learning.listing import has, items
from bot.learning.loads import UNFINISHED
from bot.receiving import may_see

SHOWS = (("mine", "Yours"), ("all", "All of your teams"), ("ended", "Done and declined"))
_ENDED = tuple(state.value for state in FeedbackState if not state.unfinished)
_LISTED = 100


async def feedback(request: web.Request) -> web.StreamResponse:
    """``GET /desk/feedback``: those of ``?items``: mine (without it), all or ended."""
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now, person = room.policy(), room.clock.now(), visitor.person
    wanted = request.query.get("items", "")
    show = wanted if wanted in {name for name, _ in SHOWS} else "mine"

    async def fits(one: Request) -> bool:
        return has(one, person) if show == "mine" else may_see(one, person)

    found = await items(room.store, fits, states=_ENDED if show == "ended" else UNFINISHED, limit=_LISTED)
    return room.pages.show(
        "feedback.html",
        now=now,
        zone=policy.zone,
        visitor=visitor,
        show=show,
        shows=SHOWS,
        cards=[card(one, policy, viewer=person, now=now) for one in found.requests],
        more=found.more,
        cut=found.cut,
    )
