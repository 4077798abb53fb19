"""The bot's calls over HTTP: what goes wrong, who calls, how often, and the answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.fakes.faults import Faults, Planned
from tests.fakes.severing import severed
from tests.fakes.teams.connector import activities, conversations
from tests.fakes.teams.connector.calls import Call, Refused
from tests.fakes.teams.faults import Fault
from tests.fakes.teams.identity.keys import Keyring
from tests.fakes.teams.identity.login import Directory
from tests.fakes.teams.rates import Rates
from tests.fakes.teams.world import World

Json = dict[str, Any]
Answer = tuple[int, Any]
PAGE = "<!DOCTYPE html><html><head><title>Our services aren't available right now</title></head><body></body></html>"
LONGEST_HANG = 60.0
"""Seconds after which a hanging call ends, should its caller wait for ever."""

ROUTES: dict[str, tuple[str, str, Callable[[World, Call], Answer]]] = {
    "createConversation": ("POST", "/v3/conversations", conversations.create),
    "sendToConversation": ("POST", "/v3/conversations/{conversation}/activities", activities.send),
    "replyToActivity": ("POST", "/v3/conversations/{conversation}/activities/{activity}", activities.reply),
    "updateActivity": ("PUT", "/v3/conversations/{conversation}/activities/{activity}", activities.update),
    "deleteActivity": ("DELETE", "/v3/conversations/{conversation}/activities/{activity}", activities.delete),
    "getMembers": ("GET", "/v3/conversations/{conversation}/members", conversations.members),
    "getPagedMembers": ("GET", "/v3/conversations/{conversation}/pagedmembers", conversations.paged_members),
    "getMember": ("GET", "/v3/conversations/{conversation}/members/{member}", conversations.member),
    "getTeam": ("GET", "/v3/teams/{team}", conversations.team),
    "getTeamChannels": ("GET", "/v3/teams/{team}/conversations", conversations.team_channels),
}
BASES = ("/{region}/{tenant}", "/teams")
"""Service addresses: a tenant's own, and the one that serves all."""
STATUSES: dict[Fault, tuple[int, str, str]] = {
    Fault.THROTTLED: (429, "Throttled", "Too many requests."),
    Fault.PRECONDITION_FAILED: (412, "PreconditionFailed", "Precondition failed, please try again."),
    Fault.SERVER_ERROR: (500, "ServiceError", "Internal server error."),
    Fault.BAD_GATEWAY: (502, "ServiceError", "Service dependency issue."),
    Fault.GATEWAY_TIMEOUT: (504, "GatewayTimeout", "Gateway timeout."),
    Fault.UNAUTHORIZED: (401, "Unauthorized", "Authorization has been denied for this request."),
    Fault.FORBIDDEN: (403, "BotNotInConversationRoster", "The bot is not part of the conversation roster."),
    Fault.NOT_FOUND: (404, "ActivityNotFoundInConversation", "The message ID isn't found in the conversation."),
    Fault.TOO_BIG: (413, "MessageSizeTooBig", "Message size too large."),
}


class Connector:
    """Answers the bot; `calls` is every call in the order of arrival."""

    def __init__(
        self, world: World, ring: Keyring, directory: Directory, rates: Rates, faults: Faults[Fault, Call]
    ) -> None:
        self.world = world
        self.ring = ring
        self.directory = directory
        self.rates = rates
        self.faults = faults
        self.calls: list[Call] = []

    def mount(self, application: web.Application) -> None:
        """Add the routes."""
        router = application.router
        router.add_get("/v1/.well-known/openidconfiguration", self._handler("openid", self._openid))
        router.add_get("/v1/.well-known/keys", self._handler("keys", self._keys))
        router.add_post("/login/{tenant}/oauth2/v2.0/token", self._handler("login", self._login))
        router.add_get("/metadata/identity/oauth2/token", self._handler("identity", self._identity))
        for method, (verb, path, work) in ROUTES.items():
            for base in BASES:
                router.add_route(verb, base + path, self._handler(method, self._admitted(work)))

    def _handler(self, method: str, work: Callable[[Call], Answer]) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.StreamResponse:
            call = await self._read(method, request)
            self.calls.append(call)
            planned = self.faults.take(call)
            try:
                return await self._meet(request, call, planned, work)
            finally:
                self.world.stir()

        return handle

    async def _read(self, method: str, request: web.Request) -> Call:
        found = request.match_info
        return Call(
            method,
            self.world.now(),
            region=found.get("region", "teams"),
            tenant=found.get("tenant", ""),
            conversation=found.get("conversation", ""),
            activity=found.get("activity", ""),
            member=found.get("member", ""),
            team=found.get("team", ""),
            query=dict(request.query),
            body=await _body(request),
            headers=dict(request.headers),
        )

    async def _meet(
        self, request: web.Request, call: Call, planned: Planned[Fault, Call] | None, work: Callable[[Call], Answer]
    ) -> web.StreamResponse:
        if planned is None:
            return self._answer(call, work)
        answer = self._answer(call, work) if planned.taken else None
        call.outcome = planned.fault.name.lower()
        self.world.stir()
        if answer is not None and planned.fault is Fault.SLOW:
            await asyncio.sleep(planned.seconds)
            return answer
        if planned.fault is Fault.HANG:
            await asyncio.sleep(planned.seconds or LONGEST_HANG)
        return _faulty(request, call, planned)

    def _answer(self, call: Call, work: Callable[[Call], Answer]) -> web.Response:
        headers = {}
        try:
            call.status, call.answer = work(call)
            call.outcome = "ok" if call.status < 400 else str((call.answer or {}).get("error"))
        except _Throttled as throttled:
            headers["Retry-After"] = str(throttled.wait)
            call.status, call.answer, call.outcome = 429, throttled.answer, throttled.code
        except Refused as refusal:
            call.status, call.answer, call.outcome = refusal.status, refusal.answer, refusal.code
        if call.answer is None:
            return web.Response(status=call.status, headers=headers)
        return web.json_response(call.answer, status=call.status, headers=headers)

    def _admitted(self, work: Callable[[World, Call], Answer]) -> Callable[[Call], Answer]:
        """The work of a connector's method, once the caller is known and within the rates."""

        def admitted(call: Call) -> Answer:
            kind, _, value = call.headers.get("Authorization", "").partition(" ")
            if (why := self.directory.refusal(value.strip() if kind == "Bearer" else "")) is not None:
                raise Refused(401, "Unauthorized", why)
            tenant = self.world.tenants.get(call.tenant)
            if call.tenant and (tenant is None or call.region in tenant.closed_regions):
                raise Refused(403, "InvalidBotApiHost", "Invalid bot API host.")
            wait = self.rates.take(call.method, call.thread, call.tenant or "teams", call.at)
            if wait is not None:
                raise _Throttled(wait)
            return work(self.world, call)

        return admitted

    def _openid(self, _call: Call) -> Answer:
        return 200, {
            "issuer": self.world.app.issuer,
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": f"{self.world.url}/v1/.well-known/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }

    def _keys(self, _call: Call) -> Answer:
        return 200, self.ring.as_json()

    def _login(self, call: Call) -> Answer:
        return self.directory.by_secret(call.tenant, call.body)

    def _identity(self, call: Call) -> Answer:
        return self.directory.by_identity(call.query, call.headers)


class _Throttled(Refused):
    def __init__(self, wait: int) -> None:
        super().__init__(*STATUSES[Fault.THROTTLED])
        self.wait = wait


async def _body(request: web.Request) -> Json:
    if request.content_type == "application/x-www-form-urlencoded":
        return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    try:
        found = json.loads(await request.text() or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _faulty(request: web.Request, call: Call, planned: Planned[Fault, Call]) -> web.Response:
    if planned.fault is Fault.HTML:
        return web.Response(text=PAGE, content_type="text/html")
    if planned.fault is Fault.UNAVAILABLE:
        return web.Response(status=503, text=PAGE, content_type="text/html")
    if planned.fault not in STATUSES:
        return severed(request)
    status, code, message = STATUSES[planned.fault]
    refusal = Refused(status, planned.error or code, message)
    call.status = status
    told = planned.fault is Fault.THROTTLED and planned.retry_after is not None
    headers = {"Retry-After": str(planned.retry_after)} if told else {}
    return web.json_response(refusal.answer, status=status, headers=headers)
