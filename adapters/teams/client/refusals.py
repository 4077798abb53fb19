"""The connector's answers in our words: the only place that knows its codes.

https://learn.microsoft.com/en-us/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
"""

from __future__ import annotations

from typing import Any

from bot.errors import (
    BadInput,
    Busy,
    ChannelUnavailable,
    MessageGone,
    NotFound,
    SignoffError,
    TooLarge,
    Unavailable,
    Uncertain,
)

Json = dict[str, Any]

PAUSE_SECONDS = 5.0
"""After a 429 that does not say how long."""
LONGEST_PAUSE = 3600.0
"""Seconds that a ``Retry-After`` is believed."""


class Untaken(Unavailable):
    """Teams did not take it and says that it may be tried again at once."""


class TokenRefused(Unavailable):
    """The connector does not take the bot's token."""


class ServiceAddressRefused(Unavailable):
    """The connector serves this tenant at another address now; any activity from there tells it."""


_INSTALL = "add the app to the team again, or name another channel in the policy"
_PLACES: dict[str, tuple[str, str]] = {
    "BotNotInConversationRoster": ("The app is not installed there", _INSTALL),
    "BotDisabledByAdmin": ("An administrator has disabled the app", "have it allowed in the Teams admin centre"),
    "ConversationBlockedByUser": ("They have blocked the app", "have them unblock it, or name somebody else"),
    "ForbiddenOperationException": (
        "Teams does not let the app write there",
        "install the app for them, or unarchive the team",
    ),
    "ConversationNotFound": ("There is no such channel or conversation any more", _INSTALL),
    "MsgTeamNotFound": ("There is no such team any more", _INSTALL),
    "TeamNotFound": ("There is no such team any more", _INSTALL),
    "NotEnoughPermissions": ("The app lacks the permission to do this there", _INSTALL),
}
_MESSAGES = frozenset({"ActivityNotFoundInConversation", "MessageNotFound"})
_PEOPLE = frozenset({"MemberNotFoundInConversation", "UserNotFound"})
_BAD, _UNAUTHORIZED, _FORBIDDEN, _MISSING, _TIMEOUT, _PRECONDITION = 400, 401, 403, 404, 408, 412
_TOO_BIG, _TOO_MANY, _SERVER, _SERVICE_UNAVAILABLE = 413, 429, 500, 503


def refusal(method: str, status: int, answer: Json, retry_after: float | None) -> SignoffError:
    """What a status that is no success means; the connector's code ends up in no other part of the program."""
    told = answer.get("error")
    code = str(told.get("code", "")) if isinstance(told, dict) else ""
    if status == _TOO_MANY:
        seconds = PAUSE_SECONDS if retry_after is None else min(retry_after, LONGEST_PAUSE)
        return Busy("Teams takes no more calls for this conversation for a while", retry_after=seconds)
    if status == _PRECONDITION:
        return Untaken(f"Teams asks to try {method} again ({status})")
    if status == _SERVICE_UNAVAILABLE:
        return Untaken(f"Teams takes no {method} now ({status})")
    if status >= _SERVER or status == _TIMEOUT:
        return Uncertain(f"Teams failed on {method} ({status})", code="server_failed")
    if status == _UNAUTHORIZED:
        return TokenRefused(f"Teams refuses the app's token for {method}", code="credentials_refused")
    return _final(method, status, code)


def _final(method: str, status: int, code: str) -> SignoffError:
    """What stays so, however often it is tried."""
    if code == "InvalidBotApiHost":
        return ServiceAddressRefused("Teams serves this organisation at another address now")
    if code in _PEOPLE:
        return NotFound("They are no member of this conversation")
    if code in _MESSAGES or (status == _FORBIDDEN and code == "NotEnoughPermissions" and "Activity" in method):
        return MessageGone("The message was deleted, or can't be changed by Signoff")
    if code in _PLACES or status in {_FORBIDDEN, _MISSING}:
        why, remedy = _PLACES.get(code, ("Teams does not let the app write there, or there is no such place", _INSTALL))
        return ChannelUnavailable(why, remedy=remedy)
    if status in {_TOO_BIG, _BAD}:
        kind, why = (TooLarge, "it is too large") if status == _TOO_BIG else (BadInput, code[:60])
        return kind(f"Teams does not take what was sent to {method}: {why}")
    return Unavailable(f"Teams refused {method}: {status} {code[:60]}".strip())
