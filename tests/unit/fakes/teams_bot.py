"""A bot for the fake Teams to call: the SDK's own client outwards, and answers by hand inwards.

Inwards by hand because the SDK can't answer an invoke (it serialises the body twice); outwards unmodified, but for the
credentials, whose own library wants an https login.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp import web
from botbuilder.core import TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botbuilder.schema import Activity, ConversationParameters, ConversationReference, ErrorResponseException
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import AppCredentials, ServiceClientCredentialsFactory

from tests.fakes.teams import Channel, FakeTeams, Message, Team, Tenant, User
from tests.rigs.house import MovedClock

Json = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"


class HeldToken(AppCredentials):  # type: ignore[misc] # the SDK has no types
    """Credentials that have their token already."""

    def __init__(self, app_id: str, token: str) -> None:
        super().__init__(app_id=app_id)
        self.token = token

    def get_access_token(self, force_refresh: bool = False) -> str:
        return self.token


class Credentials(ServiceClientCredentialsFactory):  # type: ignore[misc] # the SDK has no types
    """What an adapter asks for credentials."""

    def __init__(self, app_id: str, token: str = "") -> None:
        self.app_id, self.token = app_id, token

    async def is_valid_app_id(self, app_id: str) -> bool:
        return app_id == self.app_id

    async def is_authentication_disabled(self) -> bool:
        return False

    async def create_credentials(self, app_id: str, *_: Any, **__: Any) -> AppCredentials:
        return HeldToken(app_id, self.token)


def authentication_of(teams: FakeTeams, token: str = "") -> ConfigurationBotFrameworkAuthentication:
    """The SDK's authentication, led to the fake."""
    credentials = Credentials(teams.app.id, token)
    return ConfigurationBotFrameworkAuthentication(SimpleNamespace(**teams.settings()), credentials_factory=credentials)


async def log_in(teams: FakeTeams, **changed: str) -> tuple[int, Json]:
    """Status and answer of the token endpoint."""
    form = {
        "grant_type": "client_credentials",
        "client_id": teams.app.id,
        "client_secret": teams.app.secret,
        "scope": f"{teams.app.scope}/.default",
    }
    url = teams.token_url.replace(teams.app.tenant_id, changed.pop("tenant", teams.app.tenant_id))
    async with aiohttp.ClientSession() as session, session.post(url, data={**form, **changed}) as answer:
        return answer.status, await answer.json()


async def refusal(call: Awaitable[Any]) -> str:
    """Status and code of a refused call of the SDK, `ok` if it went through."""
    try:
        await call
    except ErrorResponseException as refused:
        return f"{refused.response.status_code} {refused.error.error.code}"
    return "ok"


def attached(card: Json, **more: Any) -> Json:
    """The activity that shows a card."""
    return {"type": "message", "attachments": [{"contentType": CARD, "content": card}], **more}


def button(verb: str, **more: Any) -> Json:
    """A button that old clients know as well."""
    fallback = {"type": "Action.Submit", "title": verb.title(), "data": {"verb": verb}}
    return {"type": "Action.Execute", "verb": verb, "title": verb.title(), "fallback": fallback, **more}


def asking(*actions: Json, body: list[Json] | None = None, **more: Any) -> Json:
    """A card with these buttons."""
    blocks = body if body is not None else [{"type": "TextBlock", "text": "Held"}]
    return {"type": "AdaptiveCard", "version": "1.5", "body": blocks, "actions": [*actions], **more}


def showing(card: Json) -> tuple[int, Json]:
    """The answer to an `adaptiveCard/action` that shows this card."""
    return 200, {"statusCode": 200, "type": CARD, "value": card}


def form(card: Json, title: str = "Reject") -> tuple[int, Json]:
    """The answer that opens a dialog, or draws it anew."""
    value = {"title": title, "card": {"contentType": CARD, "content": card}}
    return 200, {"task": {"type": "continue", "value": value}}


@dataclass
class Bot:
    """Keeps what it was told, and answers as the test says."""

    told: list[Json] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, tuple[int, Any] | Callable[[Json], Awaitable[tuple[int, Any]]]] = field(default_factory=dict)
    """By invoke name or activity type; what is not here is a plain 201."""

    async def handle(self, request: web.Request) -> web.Response:
        activity = await request.json()
        self.told.append(activity)
        self.headers.append(dict(request.headers))
        answer = self.answers.get(activity.get("name") or activity["type"], (201, None))
        status, body = answer if isinstance(answer, tuple) else await answer(activity)
        return web.Response(status=status) if body is None else web.json_response(body, status=status)

    def named(self, kind: str) -> list[Json]:
        """The activities with this invoke name or type."""
        return [each for each in self.told if kind in {each.get("name"), each["type"]}]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        application = web.Application()
        application.router.add_post("/api/messages", self.handle)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


@dataclass
class Desk:
    """What most tests need."""

    teams: FakeTeams
    clock: MovedClock
    contoso: Tenant
    dana: User
    lee: User
    eve: User
    """In another team without the bot."""
    support: Team
    refunds: Channel
    bot: Bot
    client: ConnectorClient
    adapter: CloudAdapter
    token: str

    @property
    def conversations(self) -> Any:
        return self.client.conversations

    async def posted(self, activity: Json, channel: Channel | None = None) -> Message:
        """A new thread with this message."""
        place = channel or self.refunds
        asked = ConversationParameters(
            is_group=True, channel_data={"channel": {"id": place.id}}, activity=Activity().deserialize(activity)
        )
        created = await self.conversations.create_conversation(asked)
        return place.messages[created.activity_id]

    async def card(self, *actions: Json, **more: Any) -> Message:
        """A new thread with a card."""
        return await self.posted(attached(asking(*(actions or (button("approve"),)), **more)))

    async def call(self, verb: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Any call of the connector, under the bot's token unless other headers are given."""
        sent = headers or {"Authorization": f"Bearer {self.token}"}
        url = self.teams.service_url(self.contoso).rstrip("/") + path
        async with (
            aiohttp.ClientSession() as session,
            session.request(verb, url, json=body, headers=sent) as answer,
        ):
            return answer.status, await answer.json() if answer.content_type == "application/json" else None

    async def turn(self, conversation_id: str, work: Callable[[TurnContext], Awaitable[None]]) -> None:
        """A turn of the SDK's adapter in a conversation that it was not spoken to in."""
        reference = ConversationReference().deserialize(
            {
                "channelId": "msteams",
                "serviceUrl": self.teams.service_url(self.contoso),
                "conversation": {"id": conversation_id, "tenantId": self.contoso.id},
                "bot": self.teams.app.account,
            }
        )
        await self.adapter.continue_conversation(reference, work, self.teams.app.id)


@asynccontextmanager
async def a_desk() -> AsyncIterator[Desk]:
    """A bot, known to a running fake without rate limits, on a clock that is moved by hand."""
    clock = MovedClock()
    bot = Bot()
    async with FakeTeams(clock=clock) as teams, bot.serving() as url:
        teams.rates.enabled = False
        teams.connect(url)
        contoso = teams.tenant("Contoso")
        dana = contoso.user("Dana Fox", email="dana@contoso.test", installed=True)
        lee, eve = contoso.user("Lee Wu", email="lee@contoso.test"), contoso.user("Eve Moss", email="eve@contoso.test")
        support = contoso.team("Support", [dana, lee])
        refunds = support.channel("refunds")
        token = (await log_in(teams))[1]["access_token"]
        client = ConnectorClient(HeldToken(teams.app.id, token), base_url=teams.service_url(contoso))
        adapter = CloudAdapter(authentication_of(teams, token))
        yield Desk(teams, clock, contoso, dana, lee, eve, support, refunds, bot, client, adapter, token)


async def elsewhere(work: Callable[[], Awaitable[Any]]) -> Any:
    """Run in a thread with a loop of its own: the SDK fetches keys by blocking calls."""

    async def run() -> Any:
        return await work()

    return await asyncio.to_thread(lambda: asyncio.run(run()))
