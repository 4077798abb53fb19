"""One call of the bot, and how the connector refuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """This status with `{"error": {"code": ..., "message": ...}}`.

    https://learn.microsoft.com/en-us/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message

    @property
    def answer(self) -> Json:
        """The body."""
        return {"error": {"code": self.code, "message": self.message}}


@dataclass(eq=False)
class Call:
    """A call as it came in; `outcome` is `ok`, an error code, or the name of the fault it met."""

    method: str
    """The operation, as in `connector.serving.ROUTES`; else `login`, `identity` (logging in), `openid`, `keys`."""
    at: datetime
    region: str = ""
    tenant: str = ""
    """From the service address; empty where it names none."""
    conversation: str = ""
    activity: str = ""
    member: str = ""
    team: str = ""
    query: dict[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    outcome: str = ""
    status: int = 0
    answer: Json | None = None

    @property
    def thread(self) -> str:
        """What rates count by: the conversation, or whoever a new one is with."""
        if self.conversation or self.team:
            return self.conversation or self.team
        data = self.body.get("channelData")
        channel = data.get("channel") if isinstance(data, dict) else None
        if isinstance(channel, dict):
            return str(channel.get("id"))
        members = self.body.get("members")
        return str(members[0].get("id")) if isinstance(members, list) and members else ""


def bad(message: str) -> Refused:
    """A body that makes no sense."""
    return Refused(400, "BadSyntax", message)


def not_in_roster() -> Refused:
    """The bot is not installed there."""
    return Refused(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")


def no_conversation() -> Refused:
    """There is no such conversation."""
    return Refused(404, "ConversationNotFound", "Conversation not found.")


def no_activity() -> Refused:
    """There is no such message."""
    return Refused(404, "ActivityNotFoundInConversation", "The message ID isn't found in the conversation.")
