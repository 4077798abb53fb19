"""Attaching: files shared in a channel, a thread or a direct message, each once.

Slack takes a file in three steps (https://docs.slack.dev/messaging/working-with-files#upload): an address for it,
its bytes, and word where it is shown. Until the last nobody sees it, so what was broken off before is begun again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from adapters.slack.client.finding import own_files
from adapters.slack.client.workspaces import Workspaces

Json = dict[str, Any]
TITLE = 255
ALT = 1000
"""https://docs.slack.dev/reference/methods/files.getUploadURLExternal"""


class File(msgspec.Struct, frozen=True):
    """A file as people see it; ``alt`` describes a picture to whoever does not see it."""

    name: str
    title: str
    content: bytes
    alt: str = ""


async def attach(
    workspaces: Workspaces,
    team: str,
    channel: str,
    files: Sequence[File],
    *,
    thread: str | None = None,
    comment: str | None = None,
    again: bool = False,
) -> None:
    """Share files in one message; ``again`` looks first which of them stand in the thread already.

    Raises:
        Busy, Uncertain, Unavailable, ChannelUnavailable: as ``calling.call`` says.
    """
    if again and thread is not None:
        there = await own_files(workspaces, team, channel, thread=thread)
        files = [file for file in files if file.name not in there]
    if not files:
        return
    sent = [{"id": await _sent(workspaces, team, file), "title": file.title[:TITLE]} for file in files]
    await workspaces.write(
        team,
        "files.completeUploadExternal",
        files=sent,
        channel_id=channel,
        thread_ts=thread,
        initial_comment=comment,
    )


async def _sent(workspaces: Workspaces, team: str, file: File) -> str:
    """Its id, once Slack has its bytes."""
    alt = file.alt if len(file.alt) <= ALT else f"{file.alt[: ALT - 1]}…"
    where = await workspaces.write(
        team,
        "files.getUploadURLExternal",
        filename=file.name,
        length=str(len(file.content)),
        alt_txt=alt or None,
    )
    await workspaces.send_bytes(str(where["upload_url"]), file.content)
    return str(where["file_id"])
