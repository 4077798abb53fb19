"""What happened in a period: held, decided, late, corrected and run, in the words and figures of every surface."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from aiohttp import web

from adapters.desk.listing import chosen
from adapters.desk.pages import sentence
from adapters.desk.request_page import Said
from adapters.desk.workroom import VISITOR, WORKROOM
from bot.answering import Summary, csv_of, heading, headline, sheet_name, told
from bot.answering.bars import bar
from bot.answering.periods import DEFAULT
from bot.answering.wording import MEANS, cut_text, late_text
from bot.errors import BadInput

PERIODS = (("today", "Today"), ("yesterday", "Yesterday"), ("week", "7 days"), ("month", "30 days"))
"""What may be chosen without typing; whatever else ``read_period`` takes may stand in the address."""


async def summary(request: web.Request) -> web.StreamResponse:
    """``GET /desk/summary``: of ``owner`` (else everybody) in ``period``, or in the days from ``from`` to ``to``.

    ``at`` is the instant at which the period is seen, now without it. It counts once, when it is asked: the page does
    not follow what happens, since counting reads every request of the period.
    """
    room = request.app[WORKROOM]
    owner, period = chosen(request, room).get("owner"), _period(request)
    try:
        found = await room.answering.summary(owner, period, _at(request))
    except BadInput as error:
        return _page(request, owner, period, error=error)
    return _page(request, owner, period, found)


async def sheet(request: web.Request) -> web.StreamResponse:
    """``GET /desk/summary.csv``: the same, every figure with its definition, as a file for spreadsheets."""
    room = request.app[WORKROOM]
    found = await room.answering.summary(chosen(request, room).get("owner"), _period(request), _at(request))
    return web.Response(
        body=csv_of(found).encode(),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{sheet_name(found)}"'},
    )


def _at(request: web.Request) -> datetime | None:
    """The instant at which a period is seen, where the address says one; never one to come."""
    text = request.query.get("at", "")
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or at > request.app[WORKROOM].clock.now():
        raise BadInput("is no time that has been", field="at", remedy="leave it out for now")
    return at.astimezone(UTC)


def _period(request: web.Request) -> str:
    first, last = request.query.get("from", ""), request.query.get("to", "")
    days = "..".join(filter(None, dict.fromkeys((first, last))))
    return days or request.query.get("period", "").strip() or DEFAULT


def _page(
    request: web.Request, owner: str | None, period: str, found: Summary | None = None, error: BadInput | None = None
) -> web.Response:
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now = room.policy(), room.clock.now()
    first, _, last = period.partition("..")
    return room.pages.show(
        "summary.html",
        status=200 if error is None else 422,
        now=now,
        zone=policy.zone,
        visitor=visitor,
        summary=found,
        title="Summary" if found is None else heading(found),
        headline="" if found is None else headline(found),
        missing=None if found is None else cut_text(found),
        paragraphs=() if found is None else told(found),
        means=MEANS,
        late_text=late_text,
        bar=bar,
        said=None if error is None else Said("Nothing was counted", _problem(error), error.remedy),
        owners=policy.owners.values(),
        owner=owner or "",
        periods=PERIODS,
        period=period,
        first=first if period[:1].isdigit() and "-" in period else "",
        last=last or first if period[:1].isdigit() and "-" in period else "",
        sheet=f"/desk/summary.csv?{_query(owner, period)}",
        tabs=[(value, text, f"/desk/summary?{_query(owner, value)}") for value, text in PERIODS],
    )


def _problem(error: BadInput) -> str:
    return sentence(f"The {error.field} {error.message}" if error.field else error.message)


def _query(owner: str | None, period: str) -> str:
    return urlencode({"owner": owner, "period": period} if owner else {"period": period})
