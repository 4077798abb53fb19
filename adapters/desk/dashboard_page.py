"""An owner's dashboard: the figures of a period against the one before, as tiles, pictures and tables."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from adapters.desk.listing import chosen
from adapters.desk.pages import sentence
from adapters.desk.pictures import shelve
from adapters.desk.request_page import Said
from adapters.desk.workroom import VISITOR, WORKROOM, Workroom
from bot.answering import Summary, heading, headline
from bot.answering.boards import plates_of, tiles_of
from bot.answering.periods import DEFAULT
from bot.answering.wording import cut_text, late_text
from bot.cards import card
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.errors import BadInput
from bot.learning.listing import SCANNED, items
from bot.receiving import may_see

PERIODS = (("today", "Today"), ("week", "7 days"), ("month", "30 days"))
"""What may be chosen without typing."""
_LISTED = 5


async def dashboard(request: web.Request) -> web.StreamResponse:
    """``GET /desk/dashboard``: of ``owner`` (else everybody) in ``period``. Pictures come by themselves, afterwards."""
    room = request.app[WORKROOM]
    owner, period = chosen(request, room).get("owner"), request.query.get("period", "").strip() or DEFAULT
    try:
        found = await room.answering.summary(owner, period)
    except BadInput as error:
        said = Said("Nothing was counted", sentence(f"The {error.field} {error.message}"), error.remedy)
        return await _page(request, owner, period, None, said)
    return await _page(request, owner, period, found, None)


async def _page(
    request: web.Request, owner: str | None, period: str, found: Summary | None, said: Said | None
) -> web.Response:
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now = room.policy(), room.clock.now()
    plates = () if found is None else plates_of(found)
    overdue = await _overdue(room, visitor.person, owner)
    return room.pages.show(
        "dashboard.html",
        status=200 if said is None else 422,
        now=now,
        zone=policy.zone,
        visitor=visitor,
        summary=found,
        title="Dashboard" if found is None else heading(found),
        headline="" if found is None else headline(found),
        missing=None if found is None else cut_text(found),
        tiles=() if found is None else tiles_of(found),
        plates=plates,
        pictures=await shelve(room, plates),
        overdue=[card(one, policy, viewer=visitor.person, now=now) for one in overdue[:_LISTED]],
        overdue_count=len(overdue),
        feedback=f"/desk/feedback?{urlencode({'owner': owner or '', 'overdue': 'yes'})}",
        late_text=late_text,
        said=said,
        owners=policy.owners.values(),
        owner=owner or "",
        period=period,
        query=_query(owner, period),
        tabs=[(value, text, f"/desk/dashboard?{_query(owner, value)}") for value, text in PERIODS],
    )


async def _overdue(room: Workroom, person: Person, owner: str | None) -> list[Request]:
    """Feedback items past their due date, of any time; the longest overdue first."""
    now = room.clock.now()

    async def fits(one: Request) -> bool:
        return one.feedback is not None and one.feedback.due_at <= now and may_see(one, person)

    found = await items(room.store, fits, owners=None if owner is None else (owner,), limit=SCANNED)
    return list(found.requests)


def _query(owner: str | None, period: str) -> str:
    return urlencode({"owner": owner, "period": period} if owner else {"period": period})
