"""What an activity tells of places and people around the bot. Pure.

https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
"""

from __future__ import annotations

from typing import Any

import msgspec

Json = dict[str, Any]

_CHANNEL_GONE = {"channelDeleted": "The channel was deleted"}
_TEAM_GONE = {
    "teamArchived": "The team is archived",
    "teamDeleted": "The team was deleted",
    "teamHardDeleted": "The team was deleted",
}
_REMOVED = "The app was removed from the team"


class Happened(msgspec.Struct, frozen=True):
    """What one activity tells; empty where it tells nothing."""

    event: str = ""
    """``added`` or ``removed`` (the bot, in a team or for a person), an ``eventType`` of Teams, or nothing."""
    conversation: str = ""
    team: str = ""
    team_name: str = ""
    team_gone: str = ""
    channel: str = ""
    channel_name: str = ""
    channel_gone: str = ""
    person: str = ""
    """Their id in the directory."""
    person_name: str = ""
    user: str = ""
    """The same person as this bot knows them: ``29:...``."""
    chat: str = ""
    """Their 1:1 chat with the bot, when that is where it happened."""
    chat_gone: bool = False
    aside: bool = False
    """Whether it says nothing about the bot's being there: a channel's own news."""


def happened(activity: Json) -> Happened:
    """Read an activity; what is odd in it counts as not there."""
    data, conversation, sender = (_object(activity.get(name)) for name in ("channelData", "conversation", "from"))
    team, channel = _object(data.get("team")), _object(data.get("channel"))
    place, event = _text(conversation.get("id")), _event(activity, data)
    personal = conversation.get("conversationType") == "personal"
    in_a_team = bool(team.get("id"))
    person, user = _text(sender.get("aadObjectId")), _text(sender.get("id"))
    met = bool(person) and user.startswith("29:")
    return Happened(
        event=event,
        conversation=place,
        team=_text(team.get("id")),
        team_name=_text(team.get("name")),
        team_gone=(_REMOVED if event == "removed" else _TEAM_GONE.get(event, "")) if in_a_team else "",
        channel="" if personal else _channel(channel, data, place),
        channel_name=_text(channel.get("name")),
        channel_gone=_CHANNEL_GONE.get(event, ""),
        person=person if met else "",
        person_name=_text(sender.get("name")) if met else "",
        user=user if met else "",
        chat=place if personal else "",
        chat_gone=personal and event == "removed",
        aside=event == "channelDeleted",
    )


def _event(activity: Json, data: Json) -> str:
    kind = activity.get("type")
    if kind == "installationUpdate":
        return "removed" if _text(activity.get("action")).startswith("remove") else "added"
    if kind != "conversationUpdate":
        return ""
    bot = _text(_object(activity.get("recipient")).get("id")) or "\0"
    for name, event in (("membersRemoved", "removed"), ("membersAdded", "added")):
        found = activity.get(name)
        if isinstance(found, list) and any(_object(each).get("id") == bot for each in found):
            return event
    return _text(data.get("eventType"))


def _channel(channel: Json, data: Json, conversation: str) -> str:
    """The channel where it happened, without the thread."""
    found = _text(channel.get("id")) or _text(data.get("teamsChannelId")) or conversation.partition(";")[0]
    return found if found.startswith("19:") else ""


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value[:1_000] if isinstance(value, str) else ""
