"""Slack delivers at least once: what was seen before has no second effect, in whichever process it comes again.

An event is known by its ``event_id``, a click by ``action_ts``, user and ``action_id``, a submission, command or
shortcut by its trigger, which is new every time: https://docs.slack.dev/apis/events-api#retries .
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.ports import Clock, Shelf
from bot.receiving import Once

ROOM = "slack.seen"


class Seen:
    """What has come already."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._once = Once(shelf, clock, ROOM)

    async def first(self, body: Mapping[str, Any]) -> bool:
        """Whether this call comes for the first time; of any number of the same, one is told so.

        Raises:
            Unavailable: when that can't be found out; then nothing may follow from it.
        """
        return await self._once.first(_identity(body))


def _identity(body: Mapping[str, Any]) -> list[object]:
    if "event_id" in body:
        return ["event", body["event_id"]]
    kind = body.get("type", "command")
    user, team = _id(body.get("user")) or body.get("user_id"), _id(body.get("team")) or body.get("team_id")
    actions = body.get("actions")
    if isinstance(actions, list) and actions and isinstance(actions[0], dict):
        return [kind, team, user, actions[0].get("action_ts"), actions[0].get("action_id"), actions[0].get("block_id")]
    view = body.get("view")
    seen_as = [view.get("id"), view.get("hash")] if isinstance(view, dict) else [body.get("action_ts")]
    return [kind, team, user, body.get("trigger_id"), *seen_as]


def _id(value: object) -> object:
    return value.get("id") if isinstance(value, dict) else value
