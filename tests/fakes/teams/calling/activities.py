"""Activities exactly as Teams sends them.

https://learn.microsoft.com/en-us/microsoftteams/platform/bots/build-conversational-capability
"""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.teams.messages import Message
from tests.fakes.teams.minting import stamp
from tests.fakes.teams.people import Channel, Place, Team, Tenant, User
from tests.fakes.teams.world import World

Json = dict[str, Any]


def person(user: User) -> Json:
    """Who did it."""
    return {"id": user.id, "name": user.name, "aadObjectId": user.aad_id}


def conversation(place: Place, root: Message | None = None) -> Json:
    """Where it was done; `root` is the post of a channel's thread."""
    if isinstance(place, Channel):
        id_ = f"{place.id};messageid={root.id}" if root is not None else place.id
        return {"isGroup": True, "conversationType": "channel", "tenantId": place.tenant.id, "id": id_}
    return {"conversationType": "personal", "tenantId": place.tenant.id, "id": place.id}


def channel_data(place: Place) -> Json:
    """Teams' own part of a message or an invoke."""
    tenant = {"tenant": {"id": place.tenant.id}}
    if not isinstance(place, Channel):
        return tenant
    return {
        "teamsChannelId": place.id,
        "teamsTeamId": place.team.id,
        "channel": {"id": place.id},
        "team": {"id": place.team.id},
        **tenant,
    }


def envelope(world: World, tenant: Tenant, sender: Json, kind: str, user: User | None = None) -> Json:
    """What every activity has."""
    now = world.now()
    found = {
        "type": kind,
        "timestamp": stamp(now),
        "channelId": "msteams",
        "serviceUrl": world.service_url(tenant),
        "from": sender,
        "recipient": world.app.account,
    }
    if user is None:
        return found
    return {
        **found,
        "localTimestamp": _local(now, user.tz),
        "localTimezone": user.tz,
        "locale": user.locale,
        "entities": [
            {
                "type": "clientInfo",
                "locale": user.locale,
                "country": user.locale.rpartition("-")[2],
                "platform": "Web",
                "timezone": user.tz,
            }
        ],
    }


def said(world: World, message: Message, mentions: list[Json]) -> Json:
    """What a person wrote."""
    assert message.author is not None
    user = message.author
    found = envelope(world, user.tenant, person(user), "message", user)
    return {
        **found,
        "id": message.id,
        "text": message.text,
        "textFormat": "plain",
        "attachments": [{"contentType": "text/html", "content": _html(message.text, mentions)}],
        "conversation": conversation(message.place, message.root or message),
        "entities": [*mentions, *found["entities"]],
        "channelData": channel_data(message.place),
    }


def submitted(world: World, user: User, message: Message, data: Any) -> Json:
    """What an `Action.Submit` without dialog sends: a message without text."""
    return {
        **envelope(world, user.tenant, person(user), "message", user),
        "id": world.minting.message_id(),
        "conversation": conversation(message.place, message.root or message),
        "replyToId": message.id,
        "value": data,
        "channelData": {**channel_data(message.place), "source": {"name": "message"}, "legacy": {"replyToId": "1:1"}},
    }


def invoke(world: World, user: User, place: Place, name: str, value: Any, message: Message | None = None) -> Json:
    """An invoke, from a message or from nowhere."""
    root = (message.root or message) if message is not None else None
    found = {
        **envelope(world, user.tenant, person(user), "invoke", user),
        "name": name,
        "id": world.minting.invoke_id(),
        "conversation": conversation(place, root),
        "value": value,
        "channelData": {**channel_data(place), "source": {"name": "message"}},
    }
    return found | ({"replyToId": message.id} if message is not None else {})


def happened(
    world: World, team: Team, event: str, by: User | None, channel: Channel | None = None, **more: Any
) -> Json:
    """A `conversationUpdate` of a team: `event` is its `eventType`."""
    data: Json = {
        "team": {"aadGroupId": team.aad_group_id, "name": team.name, "id": team.id},
        "eventType": event,
        "tenant": {"id": team.tenant.id},
    }
    if channel is not None:
        data["channel"] = {"id": channel.id, "name": channel.name}
    sender = {"id": by.id, "aadObjectId": by.aad_id} if by is not None else {"id": team.id}
    return {
        **envelope(world, team.tenant, sender, "conversationUpdate"),
        "id": world.minting.invoke_id(),
        "conversation": conversation(team.general),
        "channelData": data,
        **more,
    }


def installed(world: World, place: Place, by: User, action: str) -> Json:
    """An `installationUpdate`: `add` or `remove`."""
    data: Json = {"tenant": {"id": place.tenant.id}, "source": {"name": "message"}}
    if isinstance(place, Channel):
        team = place.team
        data = {
            "settings": {"selectedChannel": {"id": place.id}},
            "channel": {"id": place.id},
            "team": {"aadGroupId": team.aad_group_id, "name": team.name, "id": team.id},
            **data,
        }
    return {
        **envelope(world, place.tenant, person(by), "installationUpdate", by),
        "id": world.minting.invoke_id(),
        "action": action,
        "conversation": conversation(place),
        "channelData": data,
    }


def _html(text: str, mentions: list[Json]) -> str:
    text = escape(text, quote=False)
    for number, mention in enumerate(mentions):
        spanned = f'<span itemscope="" itemtype="http://schema.skype.com/Mention" itemid="{number}">'
        name = escape(mention["mentioned"]["name"], quote=False)
        text = text.replace(escape(mention["text"], quote=False), f"{spanned}{name}</span>")
    return f"<p>{text}</p>"


def _local(now: datetime, tz: str) -> str:
    return now.astimezone(ZoneInfo(tz)).isoformat(timespec="milliseconds")
