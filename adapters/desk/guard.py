"""The guard at the door: headers on every answer, errors as pages, sessions, and forms only from our own pages."""

from __future__ import annotations

import hmac
import traceback
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from adapters.desk.banner import concerning
from adapters.desk.cookies import SessionCookie
from adapters.desk.forms import read_form
from adapters.desk.links import digest_of
from adapters.desk.refusals import Refusal, refusal_of, show_refusal
from adapters.desk.workroom import VISITOR, WORKROOM, Visitor
from bot.errors import SignoffError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FORM = web.RequestKey("form", dict[str, str])

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with it a browser sends `Origin: null` with our own forms (Fetch, "append a request `Origin`").
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def add_headers(response: web.StreamResponse, *, secure: bool) -> None:
    """On every answer of the desk, live streams included."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    if secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"


@web.middleware
async def errors_as_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong becomes a page that says what would help; what nobody meant is logged, without its text."""
    try:
        return await handler(request)
    except web.HTTPRedirection:
        raise
    except (SignoffError, web.HTTPException) as error:
        return show_refusal(request, refusal_of(error))
    except Exception as error:  # noqa: BLE001 - the last resort: a page for the person, a line in the log for us
        _log(request, error)
        return show_refusal(request, Refusal.fault())


def _log(request: web.Request, error: Exception) -> None:
    """Where it happened; never the address, which may hold a sign-in link, nor the error's own words."""
    resource = request.match_info.route.resource
    structlog.get_logger("desk").error(
        "page_failed",
        page=None if resource is None else resource.canonical,
        kind=type(error).__name__,
        where="".join(traceback.format_tb(error.__traceback__)),
    )


@web.middleware
async def let_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out who stands there; pages that are not marked open are for people signed in."""
    visitor = await _visitor(request)
    if visitor is not None:
        request[VISITOR] = visitor
    elif not _is_open(request):
        return show_refusal(request, Refusal.signed_out())
    if request.method not in {"GET", "HEAD"}:
        _require_own_page(request)
        form = await read_form(request)
        if visitor is not None and not _is_open(request) and not _ours(form.pop("csrf", ""), visitor):
            return show_refusal(request, Refusal.foreign_form())
        request[FORM] = form
    return await handler(request)


def _ours(token: str, visitor: Visitor) -> bool:
    return hmac.compare_digest(token.encode(), visitor.session.csrf.encode())


def _is_open(request: web.Request) -> bool:
    resource = request.match_info.route.resource
    return resource is not None and resource.canonical.startswith(("/desk/in/", "/desk/static/"))


async def _visitor(request: web.Request) -> Visitor | None:
    room = request.app[WORKROOM]
    token = SessionCookie(secure=room.secure).read(request)
    if token is None:
        return None
    session = await room.store.sessions.session(digest_of(token), room.clock.now())
    if session is None:
        return None
    person = room.policy().person_by_email(session.email)
    return None if person is None else Visitor(person, session, await concerning(room, person))


def _require_own_page(request: web.Request) -> None:
    """Refuse what another site's page sends. Browsers name the origin of every POST; what names none is refused."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    foreign = site is not None and site not in {"same-origin", "none"}
    if origin is not None:
        ours = {request.headers.get("Host", ""), urlsplit(request.app[WORKROOM].public_url).netloc} - {""}
        foreign = foreign or urlsplit(origin).netloc not in ours
    if foreign or (origin is None and site is None):
        raise web.HTTPForbidden(reason="foreign origin")
