"""The port, on the SDK's models and its operations of the connector."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from microsoft_agents.activity import Activity, ChannelAccount, ConversationParameters

from adapters.teams.client.connecting import SECONDS, Pause, pause
from adapters.teams.client.credentials import Credentials
from adapters.teams.client.inbound import InboundTokens
from adapters.teams.client.port import Claims, Json, Thread
from bot.errors import BadInput, MessageGone, Uncertain
from spikes.agents_hosting.calling import called
from spikes.agents_hosting.parsing import parsed
from spikes.agents_hosting.transport import Connectors

T = TypeVar("T")

# The SDK logs conversations, people and whole rejected activities, from INFO to ERROR.
_SDK_LOG = logging.getLogger("microsoft_agents")


class AgentsPort:
    """Conforms to ``TeamsPort``. ``seconds`` bound each call; ``pause`` waits between two tries."""

    def __init__(
        self, credentials: Credentials, tokens: InboundTokens, *, seconds: float = SECONDS, pause: Pause = pause
    ) -> None:
        self._credentials = credentials
        self._tokens = tokens
        self._connectors = Connectors(credentials, seconds)
        self._pause = pause
        self._bot = ChannelAccount(id=f"28:{credentials.app_id}")
        _SDK_LOG.setLevel(logging.CRITICAL + 1)

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
        about = ConversationParameters(
            is_group=True,
            agent=self._bot,
            activity=_activity(activity),
            channel_data={"channel": {"id": channel}, "tenant": {"id": tenant}},
            tenant_id=tenant,
        )
        answer = await self._call(
            "createConversation", lambda: self._connectors.at(service_url).create_conversation(about), once=True
        )
        return Thread(conversation=_told(answer, "id"), message=_told(answer, "activity_id"))

    async def create_chat(self, service_url: str, tenant: str, user: str) -> str:
        """See ``TeamsPort``."""
        about = ConversationParameters(
            is_group=False,
            agent=self._bot,
            members=[ChannelAccount(id=user)],
            channel_data={"tenant": {"id": tenant}},
            tenant_id=tenant,
        )
        answer = await self._call(
            "createConversation", lambda: self._connectors.at(service_url).create_conversation(about), once=False
        )
        return _told(answer, "id")

    async def send(self, service_url: str, conversation: str, activity: Json) -> str:
        """See ``TeamsPort``."""
        sent = _activity(activity)
        answer = await self._call(
            "sendToConversation",
            lambda: self._connectors.at(service_url).send_to_conversation(_part(conversation), sent),
            once=True,
        )
        return _told(answer, "id")

    async def reply(self, service_url: str, conversation: str, message: str, activity: Json) -> str:
        """See ``TeamsPort``."""
        sent = _activity({**activity, "replyToId": message})
        answer = await self._call(
            "replyToActivity",
            lambda: self._connectors.at(service_url).reply_to_activity(_part(conversation), _part(message), sent),
            once=True,
        )
        return _told(answer, "id")

    async def update(self, service_url: str, conversation: str, message: str, activity: Json) -> None:
        """See ``TeamsPort``."""
        sent = _activity({**activity, "id": message})
        await self._call(
            "updateActivity",
            lambda: self._connectors.at(service_url).update_activity(_part(conversation), _part(message), sent),
            once=False,
        )

    async def delete(self, service_url: str, conversation: str, message: str) -> None:
        """See ``TeamsPort``."""
        with contextlib.suppress(MessageGone):
            await self._call(
                "deleteActivity",
                lambda: self._connectors.at(service_url).delete_activity(_part(conversation), _part(message)),
                once=False,
            )

    async def get_member(self, service_url: str, conversation: str, user: str) -> Json:
        """See ``TeamsPort``."""
        answer: Any = await self._call(
            "getMember",
            lambda: self._connectors.at(service_url).get_conversation_member(_part(conversation), _part(user)),
            once=False,
        )
        found: Json = answer.model_dump(by_alias=True, exclude_unset=True)
        return found

    async def close(self) -> None:
        """See ``TeamsPort``."""
        await asyncio.gather(self._connectors.close(), self._credentials.close(), self._tokens.close())

    async def _call(self, method: str, work: Callable[[], Awaitable[T]], *, once: bool) -> T:
        return await called(method, work, once=once, pause=self._pause)


def _activity(content: Json) -> Any:  # noqa: ANN401 - the SDK's model, which the tools see where it is installed alone
    try:
        return Activity.model_validate({"type": "message", **content})
    except ValueError as error:
        raise BadInput("What is sent to Teams is no activity") from error


def _part(text: str) -> str:
    """An id as a part of a path: the SDK puts it there as it is."""
    return quote(text, safe=":;@=,+!$*")


def _told(answer: Any, name: str) -> str:  # noqa: ANN401 - the SDK's models, see above
    found = getattr(answer, name, None)
    if not isinstance(found, str) or not found:
        raise Uncertain("Teams' answer does not say what was made")
    return found
