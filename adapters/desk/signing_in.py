"""Signing in and out. Opening a link only shows a button, since mail scanners open links too; the button uses it up."""

from __future__ import annotations

import secrets

from aiohttp import web

from adapters.desk.cookies import SESSION_LASTS, SessionCookie
from adapters.desk.links import digest_of, link_person, note
from adapters.desk.refusals import Refusal, show_refusal
from adapters.desk.workroom import SURFACE, VISITOR, WORKROOM
from bot.domain import people
from bot.ports import Session


async def offer(request: web.Request) -> web.StreamResponse:
    """``GET /desk/in/{token}``: who would be signed in by this link."""
    room = request.app[WORKROOM]
    now = room.clock.now()
    person = await link_person(room.store.sessions, room.policy(), request.match_info["token"], now)
    if person is None:
        return show_refusal(request, Refusal.link_over())
    return room.pages.show(
        "signing_in.html", now=now, zone=room.policy().zone, visitor=None, person=person, action=request.path
    )


async def sign_in(request: web.Request) -> web.StreamResponse:
    """``POST /desk/in/{token}``: use the link up, put it on record, begin a session."""
    room = request.app[WORKROOM]
    sessions, now = room.store.sessions, room.clock.now()
    email = await sessions.use_link(digest_of(request.match_info["token"]), now)
    person = None if email is None else room.policy().person_by_email(email)
    if person is None:
        return show_refusal(request, Refusal.link_over())
    before = request.get(VISITOR)
    if before is not None:
        await sessions.end(before.session.id)
    await note(room.store, "desk.signed_in", person, people.person(person.id, SURFACE))
    token = secrets.token_urlsafe(32)
    await sessions.add(Session(digest_of(token), person.email, secrets.token_urlsafe(32), now, now + SESSION_LASTS))
    response = web.HTTPSeeOther("/desk/")
    SessionCookie(secure=room.secure).give(response, token)
    raise response


async def sign_out(request: web.Request) -> web.StreamResponse:
    """``POST /desk/out``: the session ends here and now."""
    room = request.app[WORKROOM]
    visitor = request[VISITOR]
    await room.store.sessions.end(visitor.session.id)
    await note(room.store, "desk.signed_out", visitor.person, people.person(visitor.person.id, SURFACE))
    del request[VISITOR]
    response = show_refusal(
        request,
        Refusal(
            200, "You are signed out", "Nobody can decide in your name from this browser.", "A new link signs you in."
        ),
    )
    SessionCookie(secure=room.secure).take(response)
    return response
