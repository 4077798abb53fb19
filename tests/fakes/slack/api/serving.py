"""The Web API over HTTP: who calls, what goes wrong, how often, and the answer."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import json
from typing import Any

from aiohttp import web

from tests.fakes.faults import Faults, Planned
from tests.fakes.severing import severed
from tests.fakes.slack.api import METHODS, Call, Method, Refused
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.people import Token, TokenState
from tests.fakes.slack.rates import Rates
from tests.fakes.slack.world import World

PAGE = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Server trouble</body></html>"
LONGEST_HANG = 60.0
"""Seconds after which a hanging call ends, should its caller wait for ever."""


class WebApi:
    """Answers `/api/{method}`; `calls` is every call in the order of arrival."""

    def __init__(self, world: World, rates: Rates, faults: Faults[Fault, Call]) -> None:
        self.world = world
        self.rates = rates
        self.faults = faults
        self.calls: list[Call] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        try:
            return await self._handle(request)
        finally:
            self.world.stir()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        args = await _arguments(request)
        value = _bearer(request) or args.pop("token", "")
        args.pop("token", None)
        call = Call(name, args, self.world.tokens.get(value), self.world.now())
        self.calls.append(call)
        planned = self.faults.take(call)
        if planned is not None:
            call.outcome = planned.fault.name.lower()
            if not planned.taken:
                return _faulty(request, planned)
        answer = self._answer(call, value)
        self.world.stir()
        if planned is not None:
            return await _afterwards(request, planned, answer)
        return answer

    def _answer(self, call: Call, value: str) -> web.Response:
        headers = {}
        try:
            known = _known(call.method)
            if known.token != "none":
                headers = _admitted(known, call.token, value)
            if (wait := self._limited(call)) is not None:
                call.outcome = "ratelimited"
                return web.json_response(
                    {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(wait)}
                )
            call.answer = {"ok": True, **known.handler(self.world, call)}
            call.outcome = call.outcome or "ok"
        except Refused as refusal:
            call.answer = {"ok": False, "error": refusal.error, **refusal.extra}
            call.outcome = refusal.error
        return web.json_response(call.answer, headers=headers)

    def _limited(self, call: Call) -> int | None:
        team = call.token.workspace.id if call.token and call.token.workspace else ""
        return self.rates.take(team, call.method, str(call.args.get("channel", "")), self.world.now())


def _known(name: str) -> Method:
    if name not in METHODS:
        raise Refused("unknown_method", req_method=name)
    return METHODS[name]


def _admitted(known: Method, token: Token | None, value: str) -> dict[str, str]:
    """The headers that tell the token's scopes.

    Raises:
        Refused: The token is missing, unknown, dead, of the wrong kind or lacks the method's scope.
    """
    if not value:
        raise Refused("not_authed")
    if token is None:
        raise Refused("invalid_auth")
    if token.state is not TokenState.ACTIVE:
        raise Refused(token.state.value)
    if (token.workspace is None) != (known.token == "app"):
        raise Refused("not_allowed_token_type")
    provided = ",".join(token.scopes)
    if known.scope is not None and known.scope not in token.scopes:
        raise Refused("missing_scope", needed=known.scope, provided=provided)
    return {"X-OAuth-Scopes": provided, "X-Accepted-OAuth-Scopes": known.scope or ""}


async def _arguments(request: web.Request) -> dict[str, Any]:
    args: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.text()
        with contextlib.suppress(ValueError):
            found = json.loads(body) if body else {}
            args |= found if isinstance(found, dict) else {}
    elif request.method == "POST":
        form = await request.post()
        args |= {name: value for name, value in form.items() if isinstance(value, str)}
    return args | _basic(request)


def _bearer(request: web.Request) -> str:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if kind == "Bearer" else ""


def _basic(request: web.Request) -> dict[str, str]:
    """The client's id and secret, where they come as HTTP Basic."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind != "Basic":
        return {}
    with contextlib.suppress(binascii.Error, ValueError):
        client, _, secret = base64.b64decode(value).decode().partition(":")
        return {"client_id": client, "client_secret": secret}
    return {}


def _faulty(request: web.Request, planned: Planned[Fault, Call]) -> web.Response:
    match planned.fault:
        case Fault.RATE_LIMITED:
            headers = {"Retry-After": str(planned.retry_after)} if planned.retry_after is not None else {}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        case Fault.SERVER_ERROR:
            return web.json_response({"ok": False, "error": "internal_error"}, status=500)
        case Fault.UNAVAILABLE:
            return web.Response(status=503, text=PAGE, content_type="text/html")
        case Fault.HTML:
            return web.Response(text=PAGE, content_type="text/html")
        case Fault.REFUSED:
            return web.json_response({"ok": False, "error": planned.error or "internal_error"})
    return severed(request)


async def _afterwards(request: web.Request, planned: Planned[Fault, Call], answer: web.Response) -> web.StreamResponse:
    """What the caller meets although the call was taken."""
    if planned.fault is Fault.SLOW:
        await asyncio.sleep(planned.seconds)
        return answer
    if planned.fault is Fault.HANG:
        await asyncio.sleep(planned.seconds or LONGEST_HANG)
    return _faulty(request, planned)
