"""files.*: the two steps around an upload."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack.api.calls import Call, Refused
from tests.fakes.slack.api.chat import write
from tests.fakes.slack.api.conversations import visible
from tests.fakes.slack.api.methods import method
from tests.fakes.slack.people import Channel
from tests.fakes.slack.world import Upload, World

Json = dict[str, Any]


@method("files.getUploadURLExternal", scope="files:write")
def get_upload_url(world: World, call: Call) -> Json:
    """An address to send a file's bytes to."""
    length = call.whole("length", 0)
    if length <= 0:
        raise Refused("missing_argument")
    number = world.minting.id("F")
    world.uploads[number] = Upload(call.workspace, call.text("filename"), length, alt_text=call.text("alt_txt", ""))
    return {"upload_url": f"{world.url}/upload/v1/{number}", "file_id": number}


@method("files.completeUploadExternal", scope="files:write")
def complete_upload(world: World, call: Call) -> Json:
    """Make uploaded files visible, in a channel where one is named."""
    wanted = call.decoded("files")
    if not isinstance(wanted, list) or not wanted:
        raise Refused("invalid_arguments")
    files = [_file(world, call, each) for each in wanted]
    if call.given("channel_id"):
        _share(world, call, visible(call, "channel_id"), files)
    return {"files": files}


def _file(world: World, call: Call, wanted: Json) -> Json:
    upload = world.uploads.get(wanted.get("id", ""))
    if upload is None or upload.workspace is not call.workspace or upload.content is None:
        raise Refused("file_not_found")
    return {
        "id": wanted["id"],
        "name": upload.filename,
        "title": wanted.get("title", upload.filename),
        "size": len(upload.content),
        "alt_txt": upload.alt_text,
        "permalink": f"https://{upload.workspace.domain}.slack.com/files/{wanted['id']}",
    }


def _share(world: World, call: Call, channel: Channel, files: list[Json]) -> None:
    if not channel.has_bot:
        raise Refused("not_in_channel")
    if channel.archived:
        raise Refused("invalid_channel")
    said: tuple[str, list[Json], list[Json], Json | None] = (call.text("initial_comment", ""), [], [], None)
    thread = call.text("thread_ts", "") or None
    write(world, channel, channel.workspace.bot, said, by="files.completeUploadExternal", files=files, thread_ts=thread)
