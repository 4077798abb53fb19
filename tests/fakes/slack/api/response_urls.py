"""The addresses at which an app answers an interaction without a token."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.fakes.slack.api.calls import Call, Refused
from tests.fakes.slack.api.chat import content, write
from tests.fakes.slack.messages import Version, with_ids
from tests.fakes.slack.people import Channel, User
from tests.fakes.slack.world import RESPONSE_LIFE, RESPONSE_USES, ResponseUrl, World

Json = dict[str, Any]


class ResponseUrls:
    """Answers `/actions/{team}/{key}`; `uses` is what was sent there, whether taken or not."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.uses: list[Json] = []

    async def handle(self, request: web.Request) -> web.Response:
        """One answer of the app."""
        found = self.world.response_urls.get(request.match_info["key"])
        if found is None or self.world.now() - found.at > RESPONSE_LIFE:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if found.uses >= RESPONSE_USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        try:
            body = json.loads(await request.text())
            if not isinstance(body, dict):
                raise TypeError(body)  # noqa: TRY301 - one answer for every body that is no object
        except (TypeError, ValueError):
            return web.Response(text="invalid_payload", status=400)
        self.uses.append(body)
        found.uses += 1
        self.world.stir()
        try:
            answer(self.world, found, body)
        except Refused as refusal:
            return web.json_response({"ok": False, "error": refusal.error, **refusal.extra}, status=400)
        self.world.stir()
        return web.Response(text="ok")


def answer(world: World, to: ResponseUrl, body: Json) -> None:
    """Do what the app answers: delete or replace the message that was acted on, or say something new.

    Raises:
        Refused: Slack would not show it.
    """
    call = Call("response_url", body, None, world.now())
    original = to.message if to.message is not None and not to.message.deleted else None
    if call.flag("delete_original"):
        if original is not None:
            original.deleted = True
        return
    text, blocks, attachments = content(call, limited=False)
    if not text.strip() and not blocks and not attachments:
        raise Refused("no_text")
    if original is not None and call.flag("replace_original", default=not call.given("response_type")):
        shown = with_ids(blocks or [], world.minting)
        version = Version(world.now(), text, shown, attachments or [], original.metadata, "response_url")
        original.versions.append(version)
        return
    say(world, to.user, to.channel, body, (text, blocks or [], attachments or [], None))


def say(
    world: World, user: User, channel: Channel, body: Json, said: tuple[str, list[Json], list[Json], Json | None]
) -> None:
    """Say something new, to the user alone unless the answer is for the channel."""
    alone = body.get("response_type", "ephemeral") != "in_channel"
    write(
        world,
        channel,
        user.workspace.bot,
        said,
        by="response_url",
        only_for=user if alone else None,
        thread_ts=body.get("thread_ts"),
    )
