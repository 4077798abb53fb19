"""Who did something, and where: read out of what Teams sent, which is not believed to be well formed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from adapters.teams.client import Claims
from bot.errors import BadInput

Json = Mapping[str, Any]
_REQUEST = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_LONGEST = 255
STRANGE = "This button is not of one of its cards."


class Visit(msgspec.Struct, frozen=True):
    """One deed of one user. What does not apply is empty."""

    tenant: str
    service_url: str
    user: str
    """In the directory; as the bot knows them where Teams tells no more."""
    account: str
    """As the bot knows them: ``29:...``."""
    conversation: str
    """A channel's thread (``19:...;messageid=...``) or a chat."""
    message: str = ""
    """The message of ours that it was done on."""
    activity: str = ""
    """The same on every delivery of the same deed."""
    private: bool = False
    """Whether it was done where this user is alone with the bot."""
    channel: bool = False
    """Whether it was done in a team's channel: neither there nor in a group chat or meeting."""

    @property
    def place(self) -> str:
        """The conversation without the thread."""
        return self.conversation.partition(";")[0]

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes this deed the same as another."""
        return (self.tenant, self.account, self.activity)


def read_visit(claims: Claims) -> Visit:
    """Who and where, of an activity whose token was good.

    Raises:
        BadInput: when it does not say.
    """
    activity = claims.activity
    sender, conversation = mapping(activity.get("from")), mapping(activity.get("conversation"))
    account = text(sender.get("id"))
    activity_id = text(activity.get("id"))
    if not activity_id:
        raise BadInput("an activity that asks for something has an id", field="/id")
    return Visit(
        tenant=claims.tenant,
        service_url=claims.service_url,
        user=text(sender.get("aadObjectId")) or account,
        account=account,
        conversation=text(conversation.get("id")),
        message=text(activity.get("replyToId")),
        activity=activity_id,
        private=conversation.get("conversationType") == "personal",
        channel=conversation.get("conversationType") == "channel",
    )


def request_id(found: object) -> str:
    """A request's id, which is the only thing that a button may carry of it.

    Raises:
        BadInput: when it is none.
    """
    if not isinstance(found, str) or not _REQUEST.fullmatch(found):
        raise BadInput(STRANGE, remedy="use the buttons of the card in its channel")
    return found


def short(found: str) -> str:
    """A name of ours that came back, such as a field's.

    Raises:
        BadInput: when it is longer than any of ours.
    """
    if len(found) > _LONGEST:
        raise BadInput(STRANGE)
    return found


def mapping(value: object) -> Json:
    """An object, or an empty one in the place of anything else."""
    return value if isinstance(value, Mapping) else {}


def text(value: object) -> str:
    """A text, or an empty one in the place of anything else."""
    return value if isinstance(value, str) else ""
