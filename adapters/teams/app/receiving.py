"""``POST /api/messages``: everything that is no genuine call of Teams ends here.

401 for no token or a bad one, 403 for one that does not speak for the activity, or an organisation that is not allowed,
400 for what is no activity, 413 for what is too long, 501 for an invoke that is none of ours (as Bot Framework bots
answer), 503 when the keys can't be had or too much is under way.
"""

from __future__ import annotations

import asyncio
import json

import structlog
from aiohttp import web

from adapters.teams.app import answers
from adapters.teams.app.answers import Answer
from adapters.teams.app.dispatching import ACTION, FETCH, SUBMIT, Dispatching
from adapters.teams.app.room import SURFACE, Json
from adapters.teams.app.telling import log_fault
from adapters.teams.cards.answers import say_card
from adapters.teams.client import TeamsPort
from bot.errors import BadInput, Busy, CredentialRefused, NotAllowed, NotFound, SignoffError, Unavailable

MAX_BODY = 256 * 1024
"""Bytes; Teams' own activities are a tenth of that at most."""
BODY_SECONDS = 5.0
_FOREIGN = say_card("Your organisation may not use this Signoff.", "Ask whoever runs it to allow your organisation.")
_STATUSES: tuple[tuple[type[SignoffError], int], ...] = (
    (CredentialRefused, 401),
    (NotAllowed, 403),
    (BadInput, 400),
    (NotFound, 501),
    (Busy, 503),
    (Unavailable, 503),
)


class Receiving:
    """The one route."""

    def __init__(self, port: TeamsPort, dispatching: Dispatching) -> None:
        self._port = port
        self._dispatching = dispatching

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        body = await _read(request)
        if body is None:
            return web.Response(status=413)
        try:
            claims = await self._port.authenticate(request.headers, body)
        except NotAllowed as error:
            foreign = self._foreign(body) if error.code == "tenant_not_allowed" else None
            return _refused(error) if foreign is None else _answered(foreign.body)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is no genuine call
            return _refused(error)
        try:
            return _answered(await self._dispatching.answer(claims))
        except Exception as error:  # noqa: BLE001 - what could not be begun is not acknowledged
            return _refused(error)

    def _foreign(self, body: bytes) -> Answer | None:
        """What somebody of an organisation that is not allowed sees of their click: why nothing was done."""
        activity = self._port.parse(body)
        if activity.get("type") != "invoke":
            return None
        if activity.get("name") == ACTION:
            return answers.view(_FOREIGN)
        return answers.words("Signoff", _FOREIGN) if activity.get("name") in {FETCH, SUBMIT} else None


async def _read(request: web.Request) -> bytes | None:
    """The body; None when it is too long or does not come."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.content.iter_any():
                body += part
                if len(body) > MAX_BODY:
                    return None
    except TimeoutError:
        return None
    return bytes(body)


def _answered(body: Json | None) -> web.Response:
    if body is None:
        return web.Response()
    return web.Response(text=json.dumps(body, ensure_ascii=False), content_type="application/json")


def _refused(error: Exception) -> web.Response:
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 503)
    code = error.code if isinstance(error, SignoffError) else type(error).__name__
    log_fault(error, "receiving")
    structlog.get_logger(SURFACE).info("call_refused", status=status, code=code)
    headers = {"WWW-Authenticate": "Bearer"} if status == web.HTTPUnauthorized.status_code else {}
    return web.Response(status=status, headers=headers)
