"""Stands between Microsoft's Playground and a bot, and gives each call the token that the Playground has none of.

What comes from the Playground goes on to the bot under a token of the fake Teams, made for the service address that the
activity names; what comes from the bot has to bear a token of the fake's directory, and goes on to the Playground.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from aiohttp import web

from tests.fakes.clock import MachineClock
from tests.fakes.teams import FakeTeams, Token
from tests.fakes.teams.identity.bearing import Bearer

Json = dict[str, Any]
CONNECTOR = "/connector"
MESSAGES = "/messages"
_ENOUGH = 40.0


@dataclass(frozen=True)
class Passed:
    """A call that went through, and its answer."""

    method: str
    path: str
    """As the one who is called saw it."""
    bore_token: bool
    """Whether there was an `Authorization` header when it came here."""
    body: Json
    status: int
    answer: Json


@dataclass
class Post:
    """The way between the two. Either end's address may be filled in later."""

    teams: FakeTeams
    bot: str = ""
    """Where the bot takes messages."""
    playground: str = ""
    sign: bool = True
    """Whether calls to the bot are given a token."""
    url: str = ""
    to_bot: list[Passed] = field(default_factory=list)
    to_playground: list[Passed] = field(default_factory=list)

    @property
    def messages_url(self) -> str:
        """What the Playground takes for the bot."""
        return self.url + MESSAGES

    @property
    def service_url(self) -> str:
        """What the bot takes for the connector."""
        return f"{self.url}{CONNECTOR}/"

    @asynccontextmanager
    async def standing(self) -> AsyncIterator[Post]:
        """Listen on a port of this machine."""
        application = web.Application(client_max_size=2**22)
        application.router.add_route("*", MESSAGES, self._to_bot)
        application.router.add_route("*", CONNECTOR + "/{path:.*}", self._to_playground)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=_ENOUGH) as self._http:
                yield self
        finally:
            await runner.cleanup()

    async def _to_bot(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name: value for name, value in request.headers.items() if name in {"Authorization", "Content-Type"}}
        activity = _read(body)
        if self.sign and "Authorization" not in headers:
            headers |= self._token(str(activity.get("serviceUrl", "")))
        answer = await self._http.request(request.method, self.bot, content=body, headers=headers)
        self._keep(self.to_bot, request, answer, activity)
        return _returned(answer)

    async def _to_playground(self, request: web.Request) -> web.Response:
        kind, _, value = request.headers.get("Authorization", "").partition(" ")
        if (why := self.teams.directory.refusal(value if kind == "Bearer" else "")) is not None:
            return web.json_response({"error": {"code": "Unauthorized", "message": why}}, status=401)
        body = await request.read()
        url = self.playground + "/_connector" + request.raw_path.removeprefix(CONNECTOR)
        kept = {"Content-Type": request.headers["Content-Type"]} if body else {}
        answer = await self._http.request(request.method, url, content=body, headers=kept)
        self._keep(self.to_playground, request, answer, _read(body))
        return _returned(answer)

    def _token(self, service_url: str) -> Mapping[str, str]:
        bearer = Bearer(self.teams.app, self.teams.ring, self.teams.directory.ring)
        return bearer.headers(Token.GOOD, service_url, MachineClock().now())

    def _keep(self, into: list[Passed], request: web.Request, answer: httpx.Response, body: Json) -> None:
        bore = "Authorization" in request.headers
        into.append(Passed(request.method, request.path, bore, body, answer.status_code, _read(answer.content)))


def _read(body: bytes) -> Json:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _returned(answer: httpx.Response) -> web.Response:
    kind = {"Content-Type": answer.headers["Content-Type"]} if "Content-Type" in answer.headers else {}
    return web.Response(status=answer.status_code, body=answer.content, headers=kind)
