"""Events: somebody opens Home, the app is removed from a workspace or from a channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from adapters.slack.app.homes import Homes
from adapters.slack.app.room import Room
from adapters.slack.app.telling import log_fault
from adapters.slack.app.visiting import Visit
from adapters.slack.client.installing import Installations
from bot.errors import SignoffError

Body = Mapping[str, Any]


async def happened(room: Room, homes: Homes, installations: Installations | None, body: Body) -> None:
    """Do what follows from an event, once however often it is delivered."""
    event = body.get("event")
    event = event if isinstance(event, Mapping) else {}
    try:
        if not await room.seen.first(body):
            return
        match event.get("type"):
            case "app_home_opened":
                await _home_opened(homes, body, event)
            case "app_uninstalled":
                await _removed(room, installations, body, "app_uninstalled")
            case "tokens_revoked" if _bot_tokens(event):
                await _removed(room, installations, body, "tokens_revoked")
            case "member_left_channel" if event.get("user") in _bots(body):
                structlog.get_logger("slack").warning(
                    "removed_from_channel", workspace=body.get("team_id"), channel=event.get("channel")
                )
    except Exception as error:  # noqa: BLE001 - nobody waits for an answer; the log says where it happened
        log_fault(error, f"event {event.get('type')}")
        if isinstance(error, SignoffError):
            structlog.get_logger("slack").info("event_failed", event_type=event.get("type"), code=error.code)


async def _home_opened(homes: Homes, body: Body, event: Mapping[str, Any]) -> None:
    if event.get("tab", "home") != "home":
        return
    seen = event.get("view")
    hash_ = seen.get("hash") if isinstance(seen, Mapping) else ""
    await homes.opened(Visit(workspace=str(body["team_id"]), user=str(event["user"]), private=True), str(hash_ or ""))


async def _removed(room: Room, installations: Installations | None, body: Body, why: str) -> None:
    """Leave that workspace alone, and forget its token; unless the token works, since the app was installed anew."""
    team = str(body["team_id"])
    try:
        await room.workspaces.read(team, "auth.test")
    except SignoffError as error:
        structlog.get_logger("slack").info("removed_from_workspace", workspace=team, code=error.code)
    else:
        return
    await room.workspaces.suspend(team, why)
    if installations is not None:
        await installations.async_delete_installation(enterprise_id=None, team_id=team)


def _bot_tokens(event: Mapping[str, Any]) -> bool:
    """Whether the bot's token is among those revoked; those of users are none of ours."""
    tokens = event.get("tokens")
    return bool(tokens.get("bot")) if isinstance(tokens, Mapping) else False


def _bots(body: Body) -> set[object]:
    """Who we are, in the workspace that it happened in."""
    found = body.get("authorizations")
    return {each.get("user_id") for each in found if isinstance(each, Mapping)} if isinstance(found, list) else set()
