"""What automation costs customers and reviewers, and what has drifted, with the definition of each signal."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from adapters.desk.listing import chosen
from adapters.desk.pages import sentence
from adapters.desk.pictures import shelve
from adapters.desk.request_page import Said
from adapters.desk.workroom import VISITOR, WORKROOM, Workroom
from bot.answering.periods import DEFAULT
from bot.errors import BadInput
from bot.friction import Frictions, Measured, csv_of, heading, headline, told
from bot.friction.plates import plates_of

PERIODS = (("week", "7 days"), ("2w", "14 days"), ("month", "30 days"))
"""What may be chosen without typing; whatever else is a month at most may stand in the address."""


async def friction(request: web.Request) -> web.StreamResponse:
    """``GET /desk/friction``: of ``owner`` (else everybody) in ``period``.

    A risk owner sees of their own owners what is for their eyes alone.
    """
    room, visitor = request.app[WORKROOM], request[VISITOR]
    owner, period = chosen(request, room).get("owner"), request.query.get("period", "").strip() or DEFAULT
    try:
        found = await _frictions(room).measured(owner, period, reader=visitor.person.id)
    except BadInput as error:
        return await _page(request, owner, period, error=error)
    return await _page(request, owner, period, found)


async def sheet(request: web.Request) -> web.StreamResponse:
    """``GET /desk/friction.csv``: every signal with its definition, as a file for spreadsheets.

    Files are handed on: what is for one person's eyes is not in it, whoever takes it.
    """
    room = request.app[WORKROOM]
    owner = chosen(request, room).get("owner")
    found = await _frictions(room).measured(owner, request.query.get("period", "").strip() or DEFAULT)
    return web.Response(
        body=csv_of(found.friction).encode(),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": 'attachment; filename="friction.csv"'},
    )


def _frictions(room: Workroom) -> Frictions:
    return Frictions(room.store, room.clock, room.policy)


async def _page(
    request: web.Request, owner: str | None, period: str, found: Measured | None = None, error: BadInput | None = None
) -> web.Response:
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now = room.policy(), room.clock.now()
    signals = None if found is None else found.friction
    plates = () if signals is None or signals.nothing else plates_of(signals)
    kept = tuple(plate for plate in plates if plate is not None)
    return room.pages.show(
        "friction.html",
        status=200 if error is None else 422,
        now=now,
        zone=policy.zone,
        visitor=visitor,
        friction=signals,
        title="Friction" if signals is None else heading(signals),
        headline="" if signals is None else headline(signals),
        paragraphs=() if signals is None or found is None else told(signals, found.hints),
        plates=plates,
        drawn_as=[None if plate is None else kept.index(plate) for plate in plates],
        pictures=await shelve(room, kept),
        said=None if error is None else Said("Nothing was measured", _problem(error), error.remedy),
        owners=policy.owners.values(),
        owner=owner or "",
        period=period,
        sheet=f"/desk/friction.csv?{_query(owner, period)}",
        tabs=[(value, text, f"/desk/friction?{_query(owner, value)}") for value, text in PERIODS],
    )


def _problem(error: BadInput) -> str:
    return sentence(f"The {error.field} {error.message}" if error.field else error.message)


def _query(owner: str | None, period: str) -> str:
    return urlencode({"owner": owner, "period": period} if owner else {"period": period})
