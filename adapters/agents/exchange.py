"""One HTTP exchange: its id, what is checked before a handler runs, and how an error becomes an answer.

Both APIs share all of it but the form of their errors. Whatever goes wrong ends in an answer of that form, with the
exchange's id in it and in ``X-Request-ID``; what nobody expected is a 500 and a log line that holds no contents.
"""

from __future__ import annotations

import logging
import traceback
from math import ceil
from typing import Protocol

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from adapters.agents.bodies import UnsupportedMedia
from bot.domain.chance import Chance
from bot.errors import (
    BadInput,
    Busy,
    Conflict,
    CredentialRefused,
    NotAllowed,
    NotFound,
    SignoffError,
    TooLarge,
    Unavailable,
    Unverified,
)

log = logging.getLogger("signoff.agents")

_STATUS: tuple[tuple[type[SignoffError], int], ...] = (
    (TooLarge, 413),
    (UnsupportedMedia, 415),
    (BadInput, 400),
    (Unverified, 422),
    (CredentialRefused, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Busy, 429),
    (Unavailable, 503),
)
EXCHANGE = web.RequestKey("exchange", str)
"""Where a handler finds the id of its exchange."""
UNAVAILABLE_SECONDS = 2
_UNEXPECTED = "something went wrong here; nothing was decided"
"""When to try again after a 503."""


class Internal(SignoffError):
    """Nobody expected this; the log has a line with the exchange's id."""

    code = "internal"


class HttpRefused(SignoffError):
    """Refused by its method, path or preconditions, before anything was looked at."""

    def __init__(self, status: int, code: str, message: str, *, allow: str | None = None) -> None:
        super().__init__(message, code=code)
        self.status = status
        self.allow = allow


class Form(Protocol):
    """How an API writes an error."""

    def __call__(self, error: SignoffError, status: int, exchange: str) -> tuple[bytes, str]:
        """The body and its content type."""
        ...


def status_of(error: SignoffError) -> int:
    """The HTTP status of an error."""
    if isinstance(error, HttpRefused):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def middleware(form: Form, chance: Chance) -> Middleware:
    """Give every exchange its id, and every error its form."""

    @web.middleware
    async def exchanged(request: web.Request, handler: Handler) -> web.StreamResponse:
        exchange = chance.uuid4()
        request[EXCHANGE] = exchange
        try:
            response = await handler(request)
        except SignoffError as error:
            if status_of(error) >= 500 and not isinstance(error, Unavailable):  # noqa: PLR2004 - HTTP's own line
                _log(error, request, exchange)
                error = Internal(_UNEXPECTED)
            return refusal(form, error, exchange)
        except web.HTTPException as error:
            return refusal(form, _of_http(error), exchange)
        except Exception as error:  # noqa: BLE001 - whatever happened, the agent gets an answer that permits nothing
            _log(error, request, exchange)
            return refusal(form, Internal(_UNEXPECTED), exchange)
        if not response.prepared:
            response.headers["X-Request-ID"] = exchange
        return response

    return exchanged


def refusal(form: Form, error: SignoffError, exchange: str) -> web.Response:
    """The answer that an error makes."""
    status = status_of(error)
    body, content_type = form(error, status, exchange)
    headers = {"Content-Type": content_type, "X-Request-ID": exchange, "Cache-Control": "no-store"}
    if status == 401:  # noqa: PLR2004 - an HTTP status says itself what it is
        headers["WWW-Authenticate"] = 'Bearer realm="signoff"'
    if isinstance(error, Busy):
        headers["Retry-After"] = str(max(1, ceil(error.retry_after)))
    elif isinstance(error, Unavailable):
        headers["Retry-After"] = str(UNAVAILABLE_SECONDS)
    if isinstance(error, HttpRefused) and error.allow is not None:
        headers["Allow"] = error.allow
    return web.Response(body=body, status=status, headers=headers)


def clean(text: str) -> str:
    """A text that any JSON writer takes, whatever bytes a header smuggled in."""
    return text.encode("utf-8", "replace").decode()


def _of_http(error: web.HTTPException) -> SignoffError:
    if isinstance(error, web.HTTPNotFound):
        return NotFound("there is nothing at this address")
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return HttpRefused(405, "method_not_allowed", f"this address takes {allowed}", allow=allowed)
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return TooLarge("is too large", field="body", remedy="send less")
    return HttpRefused(error.status, "refused", error.reason or "refused")


def _log(error: Exception, request: web.Request, exchange: str) -> None:
    """Where it happened and what kind of error it was; never its message, which may hold what was sent."""
    resource = request.match_info.route.resource
    log.error(
        "an exchange failed: %s %s exchange=%s error=%s\n%s",
        request.method,
        resource.canonical if resource is not None else "-",
        exchange,
        type(error).__qualname__,
        "".join(traceback.format_tb(error.__traceback__)),
    )
