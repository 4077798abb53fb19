"""Who is on call and who is away, and the forms to arrange it: the sheets that chat has too."""

from __future__ import annotations

from aiohttp import web

from adapters.desk.guard import FORM
from adapters.desk.pages import sentence
from adapters.desk.request_page import Said
from adapters.desk.workroom import SURFACE, VISITOR, WORKROOM
from bot.errors import BadInput, NotAllowed, SignoffError
from bot.rostering.sheets import SHEETS, Sheet, sheet
from bot.rostering.submitting import end, submit
from bot.rostering.wording import ahead

Form = dict[str, str]
HERE = "/desk/duty"
END = "end"


async def duty(request: web.Request) -> web.StreamResponse:
    """``GET /desk/duty``: who is on call for the next days, who is away, and what this person may arrange."""
    return await _page(request, "", {})


async def back(_: web.Request) -> web.StreamResponse:
    """A form's address, opened or reloaded in the browser."""
    raise web.HTTPSeeOther(HERE)


async def cover(request: web.Request) -> web.StreamResponse:
    """``POST /desk/duty/cover``: somebody is on call for a while."""
    return await _sent(request, "cover")


async def away(request: web.Request) -> web.StreamResponse:
    """``POST /desk/duty/away``: somebody stands in for a while."""
    return await _sent(request, "away")


async def quiet(request: web.Request) -> web.StreamResponse:
    """``POST /desk/duty/quiet``: one's own quiet hours."""
    return await _sent(request, "quiet")


async def ended(request: web.Request) -> web.StreamResponse:
    """``POST /desk/duty/end``: a cover or a delegation ends before its time."""
    room, person, form = request.app[WORKROOM], request[VISITOR].person, request[FORM]
    try:
        await end(room.rostering, form.get("number", ""), person, SURFACE)
    except (BadInput, NotAllowed) as error:
        return await _page(request, END, form, error=error)
    raise web.HTTPSeeOther(HERE)


async def _sent(request: web.Request, name: str) -> web.StreamResponse:
    room, person, form = request.app[WORKROOM], request[VISITOR].person, request[FORM]
    try:
        await submit(room.rostering, name, form, person, SURFACE, room.clock.now())
    except (BadInput, NotAllowed) as error:
        return await _page(request, name, form, error=error)
    raise web.HTTPSeeOther(HERE)


async def _page(request: web.Request, name: str, form: Form, *, error: SignoffError | None = None) -> web.Response:
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now, roster = room.policy(), room.clock.now(), await room.rostering.standing()
    sheets: list[Sheet] = []
    refused: list[str] = []
    for one in SHEETS:
        try:
            sheets.append(sheet(one, roster, visitor.person, now))
        except NotAllowed as why:
            refused.append(" ".join(sentence(text) for text in (why.message, why.remedy) if text))
    inputs = {entry.name for one in sheets if one.name == name for entry in one.entries}
    field = error.field if error is not None and error.field in inputs else None
    said = None
    if error is not None and field is None:
        said = Said(
            "Nothing was done", f"{error.field}: {error.message}" if error.field else error.message, error.remedy
        )
    return room.pages.show(
        "duty.html",
        status=200 if error is None else 403 if isinstance(error, NotAllowed) else 422,
        now=now,
        zone=policy.zone,
        visitor=visitor,
        ahead=ahead(roster, visitor.person, now),
        sheets=sheets,
        refused=refused,
        sent=name,
        typed=form,
        problems={field: _problem(error)} if error is not None and field else {},
        said=said,
    )


def _problem(error: SignoffError) -> str:
    message = error.message if error.message.startswith(("'", '"')) else f"This {error.message}"
    return " ".join(sentence(text) for text in (message, error.remedy) if text)
