"""Finding a message again whose answer was lost, by the id of its posting, which every message carries as metadata.

https://docs.slack.dev/messaging/message-metadata
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from adapters.slack.client.workspaces import Workspaces

Json = dict[str, Any]

EVENT = "signoff"
PAGE = 200
MOST_PAGES = 25
"""5,000 messages: more than an hour of a channel that is written to each second."""


def metadata(posting: str) -> Json:
    """What a message of this posting carries."""
    return {"event_type": EVENT, "event_payload": {"id": posting}}


async def find_in_channel(
    workspaces: Workspaces, team: str, channel: str, posting: str, *, since: datetime
) -> str | None:
    """The ``ts`` of the message of a posting in a channel, looked for from the newest back to ``since``.

    Behind ``MOST_PAGES`` of newer messages it counts as not there.

    Raises:
        Busy, Unavailable, ChannelUnavailable: when that can't be found out.
    """
    oldest = f"{since.timestamp():.6f}"
    return await _find(workspaces, team, "conversations.history", posting, channel=channel, oldest=oldest)


async def find_in_thread(workspaces: Workspaces, team: str, channel: str, posting: str, *, thread: str) -> str | None:
    """The same among the replies below a message.

    Raises:
        MessageGone: when that message is gone; else as above.
    """
    return await _find(workspaces, team, "conversations.replies", posting, channel=channel, ts=thread)


async def own_replies(workspaces: Workspaces, team: str, channel: str, *, thread: str) -> list[str]:
    """The ``ts`` of everything that the app wrote below a message. Raises as above."""
    said = [message async for message in _own(workspaces, team, "conversations.replies", channel=channel, ts=thread)]
    return [str(message["ts"]) for message in said if message["ts"] != thread]


async def own_files(workspaces: Workspaces, team: str, channel: str, *, thread: str) -> set[str]:
    """The names of the files that the app shared below a message. Raises as above."""
    said = [message async for message in _own(workspaces, team, "conversations.replies", channel=channel, ts=thread)]
    return {str(file.get("name")) for message in said for file in message.get("files", [])}


async def _find(workspaces: Workspaces, team: str, method: str, posting: str, **where: str) -> str | None:
    wanted = metadata(posting)
    async for message in _own(workspaces, team, method, **where):
        if message.get("metadata") == wanted:
            return str(message["ts"])
    return None


async def _own(workspaces: Workspaces, team: str, method: str, **where: str) -> AsyncIterator[Json]:
    """Only what the app itself wrote counts: anybody's message may carry any metadata."""
    author, cursor = (await workspaces.workspace(team)).bot_user_id, None
    for _ in range(MOST_PAGES):
        answer = await workspaces.read(team, method, limit=PAGE, include_all_metadata=True, cursor=cursor, **where)
        for message in answer.get("messages", []):
            if message.get("user") == author:
                yield message
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return
