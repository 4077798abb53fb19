"""The port, on the SDK's models and its connector client."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from botbuilder.schema import Activity, ChannelAccount, ConversationParameters, Mention
from botframework.connector.aio import ConnectorClient

from adapters.teams.client.botbuilder.calling import called
from adapters.teams.client.botbuilder.parsing import parsed
from adapters.teams.client.botbuilder.transport import configuration
from adapters.teams.client.connecting import SECONDS, Pause, Session, pause
from adapters.teams.client.credentials import Credentials
from adapters.teams.client.inbound import InboundTokens
from adapters.teams.client.port import Claims, Json, Thread
from bot.errors import MessageGone, Unavailable, Uncertain

T = TypeVar("T")
CLIENTS = 1_000
"""Service addresses whose client is kept; there is one for each organisation."""


class BotbuilderPort:
    """Conforms to ``TeamsPort``. ``seconds`` bound each call; ``pause`` waits between two tries."""

    def __init__(
        self, credentials: Credentials, tokens: InboundTokens, *, seconds: float = SECONDS, pause: Pause = pause
    ) -> None:
        self._credentials = credentials
        self._tokens = tokens
        self._session = Session(seconds)
        self._pause = pause
        self._bot = ChannelAccount(id=f"28:{credentials.app_id}")
        self._clients: OrderedDict[str, Any] = OrderedDict()

    async def authenticate(self, headers: Mapping[str, str], body: bytes) -> Claims:
        """See ``TeamsPort``; who has no good token is not told whether the body made sense."""
        bearer = await self._tokens.verify(headers)
        activity = self.parse(body)
        tenant = self._tokens.check(bearer, activity)
        return Claims(
            app_id=self._credentials.app_id,
            issuer=str(bearer.claims["iss"]),
            service_url=bearer.service_url,
            tenant=tenant,
            activity=activity,
        )

    def parse(self, body: bytes) -> Json:
        """See ``TeamsPort``."""
        return parsed(body)

    async def create_thread(self, service_url: str, tenant: str, channel: str, activity: Json) -> Thread:
        """See ``TeamsPort``."""
        data = {"channel": {"id": channel}, "tenant": {"id": tenant}}
        about = ConversationParameters(
            is_group=True, bot=self._bot, activity=_activity(activity), channel_data=data, tenant_id=tenant
        )
        answer = await self._call(
            "createConversation", lambda: self._conversations(service_url).create_conversation(about), once=True
        )
        return Thread(conversation=_told(answer, "id"), message=_told(answer, "activity_id"))

    async def create_chat(self, service_url: str, tenant: str, user: str) -> str:
        """See ``TeamsPort``."""
        about = ConversationParameters(
            is_group=False,
            bot=self._bot,
            members=[ChannelAccount(id=user)],
            channel_data={"tenant": {"id": tenant}},
            tenant_id=tenant,
        )
        answer = await self._call(
            "createConversation", lambda: self._conversations(service_url).create_conversation(about), once=False
        )
        return _told(answer, "id")

    async def send(self, service_url: str, conversation: str, activity: Json) -> str:
        """See ``TeamsPort``."""
        sent = _activity(activity)
        answer = await self._call(
            "sendToConversation",
            lambda: self._conversations(service_url).send_to_conversation(conversation, sent),
            once=True,
        )
        return _told(answer, "id")

    async def reply(self, service_url: str, conversation: str, message: str, activity: Json) -> str:
        """See ``TeamsPort``."""
        sent = _activity({**activity, "replyToId": message})
        answer = await self._call(
            "replyToActivity",
            lambda: self._conversations(service_url).reply_to_activity(conversation, message, sent),
            once=True,
        )
        return _told(answer, "id")

    async def update(self, service_url: str, conversation: str, message: str, activity: Json) -> None:
        """See ``TeamsPort``."""
        sent = _activity({**activity, "id": message})
        await self._call(
            "updateActivity",
            lambda: self._conversations(service_url).update_activity(conversation, message, sent),
            once=False,
        )

    async def delete(self, service_url: str, conversation: str, message: str) -> None:
        """See ``TeamsPort``."""
        with contextlib.suppress(MessageGone):
            await self._call(
                "deleteActivity",
                lambda: self._conversations(service_url).delete_activity(conversation, message),
                once=False,
            )

    async def get_member(self, service_url: str, conversation: str, user: str) -> Json:
        """See ``TeamsPort``."""
        # Raw, since the SDK's model of a member has no address.
        answer = await self._call(
            "getMember",
            lambda: self._conversations(service_url).get_conversation_member(conversation, user, raw=True),
            once=False,
        )
        found = answer.response.context.get("deserialized_data")
        if not isinstance(found, dict):
            raise Unavailable("Teams' answer to getMember makes no sense")
        return found

    async def close(self) -> None:
        """See ``TeamsPort``."""
        await asyncio.gather(self._session.close(), self._credentials.close(), self._tokens.close())

    async def _call(self, method: str, work: Callable[[], Awaitable[T]], *, once: bool) -> T:
        return await called(method, work, once=once, pause=self._pause)

    def _conversations(self, service_url: str) -> Any:  # noqa: ANN401 - the SDK's operations, which are untyped
        client = self._clients.get(service_url)
        if client is None:
            config = configuration(self._credentials, self._session, service_url)
            client = self._clients[service_url] = ConnectorClient(config.credentials, custom_configuration=config)
            while len(self._clients) > CLIENTS:
                self._clients.popitem(last=False)
        return client.conversations


def _activity(content: Json) -> Any:  # noqa: ANN401 - the SDK's model, which is untyped
    made = Activity.deserialize({"type": "message", **content})
    # The SDK reads every entity as one without content, which would drop whom a text mentions.
    entities = content.get("entities") or ()
    mentions = [Mention.deserialize(each) for each in entities if each.get("type") == "mention"]
    made.entities = mentions or None
    return made


def _told(answer: Any, name: str) -> str:  # noqa: ANN401 - the SDK's models, which are untyped
    found = getattr(answer, name, None)
    if not isinstance(found, str) or not found:
        raise Uncertain("Teams' answer does not say what was made")
    return found
