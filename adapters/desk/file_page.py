"""The file of one decision: as a page to read and print, and to take along."""

from __future__ import annotations

import asyncio

from aiohttp import web

from adapters.desk.guard import FORM
from adapters.desk.request_page import find
from adapters.desk.workroom import SURFACE, VISITOR, WORKROOM
from bot.domain.people import person
from bot.domain.requests import Request
from bot.errors import BadInput, NotAllowed
from bot.filing import Form, Sight, file_name, in_form, sight_of
from bot.filing.page import body


async def file_page(request: web.Request) -> web.StreamResponse:
    """``GET /desk/requests/{id}/file``, or with ``as`` the file itself; sensitive values are masked in both."""
    found = await find(request)
    if (form := request.query.get("as")) is not None:
        return await _taken(request, found, Sight.MASKED, _form(form))
    room, visitor = request.app[WORKROOM], request[VISITOR]
    file = await room.filing.take(found.id, Sight.MASKED, person(visitor.person.id, SURFACE))
    policy = room.policy()
    return room.pages.show(
        "file.html",
        now=room.clock.now(),
        zone=policy.zone,
        visitor=visitor,
        id=found.id,
        title=file.says.title,
        body=await asyncio.to_thread(body, file),
        forms=tuple(form.value for form in Form),
        whole=sight_of(found, visitor.person) is Sight.WHOLE,
        masked=file.masked,
    )


async def take_whole(request: web.Request) -> web.StreamResponse:
    """``POST /desk/requests/{id}/file``: the file with nothing masked; the look goes on record before it is given."""
    found = await find(request)
    visitor = request[VISITOR]
    if sight_of(found, visitor.person) is not Sight.WHOLE:
        raise NotAllowed(
            "A file in which nothing is masked is for the risk owner and the accountable executive.",
            remedy="Take the one in which sensitive values are masked.",
        )
    return await _taken(request, found, Sight.WHOLE, _form(request[FORM].get("as", "")))


async def _taken(request: web.Request, found: Request, sight: Sight, form: Form) -> web.Response:
    room, visitor = request.app[WORKROOM], request[VISITOR]
    file = await room.filing.take(found.id, sight, person(visitor.person.id, SURFACE))
    name = file_name(found.id, form)
    return web.Response(
        body=await in_form(file, form),
        content_type=form.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _form(text: str) -> Form:
    if text not in {form.value for form in Form}:
        raise BadInput("There is no such form of the file.", field="as", remedy="Take JSON, HTML or PDF.")
    return Form(text)
