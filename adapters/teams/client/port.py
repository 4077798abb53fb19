"""The port behind which the Bot Framework stays. Plain values and dicts cross it, nothing of any SDK.

Activities are dicts as Microsoft documents them: https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

Json = dict[str, Any]


class Claims(msgspec.Struct, frozen=True):
    """What a good token says about a call from Teams, and the activity that came with it."""

    app_id: str
    """The bot that was called."""
    issuer: str
    service_url: str
    """Where the connector is: the token's and the activity's agree."""
    tenant: str
    """The organisation of whoever acted, one that is allowed."""
    activity: Json
    """The activity, parsed and checked."""


class Thread(msgspec.Struct, frozen=True):
    """A channel's new thread: its conversation (``19:...;messageid=...``) and its first message."""

    conversation: str
    message: str


class TeamsPort(Protocol):
    """What Signoff asks of the Bot Framework. Every call is bounded in time and blocks nothing.

    Calls to Teams raise, where nothing else is said:

    - ``Busy``: too many calls; nothing was done.
    - ``Uncertain``: no answer that says whether it was taken; only from ``create_thread``, ``send`` and ``reply``,
      since the others are tried again by themselves, doing the same thing once.
    - ``Unavailable``: it was not taken.
    - ``ChannelUnavailable``: Teams does not let the bot write there, or there is no such place.
    - ``MessageGone``: there is no such message any more, or it is not the bot's.
    - ``BadInput``: Teams will never take what was sent; ``TooLarge`` when it is too large.
    """

    async def authenticate(self, headers: Mapping[str, str], body: bytes) -> Claims:
        """Whether a call comes from Teams, for this bot, from an allowed tenant; and its activity.

        Raises:
            CredentialRefused: no token, or none that Teams signed for this bot and that is valid now (401).
            NotAllowed: a good token that does not speak for this activity, or a tenant that is not allowed (403).
            BadInput: the body is no activity (400).
            Unavailable: Teams' keys can't be had (503).
        """
        ...

    def parse(self, body: bytes) -> Json:
        """An activity as it came in, as a dict with everything that the SDK's models do not know as well.

        Raises:
            BadInput: it is none, naming the field.
        """
        ...

    async def create_thread(self, service_url: str, tenant: str, channel: str, activity: Json) -> Thread:
        """Begin a thread in a channel with this message."""
        ...

    async def create_chat(self, service_url: str, tenant: str, user: str) -> str:
        """The 1:1 conversation with a user (``29:...``, or their id in the directory); asking twice gives the same."""
        ...

    async def send(self, service_url: str, conversation: str, activity: Json) -> str:
        """Add a message to a conversation; returns its id."""
        ...

    async def reply(self, service_url: str, conversation: str, message: str, activity: Json) -> str:
        """Add a message below another; returns its id."""
        ...

    async def update(self, service_url: str, conversation: str, message: str, activity: Json) -> None:
        """Put this in the place of a message of the bot's."""
        ...

    async def delete(self, service_url: str, conversation: str, message: str) -> None:
        """Take a message of the bot's away; one that is gone already is as good."""
        ...

    async def get_member(self, service_url: str, conversation: str, user: str) -> Json:
        """Who a user (``29:...``, id in the directory, or user principal name) is, as a member of a conversation.

        ``id``, ``name``, ``aadObjectId``, ``email``, ``userPrincipalName``, ``tenantId``, ``userRole``, where Teams
        tells them.

        Raises:
            NotFound: they are no member of it.
        """
        ...

    async def close(self) -> None:
        """End every connection."""
        ...
