"""Who did something, and where: read out of what Slack sent, which is not believed to be well formed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from bot.errors import BadInput

Json = Mapping[str, Any]
_REQUEST = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_MAX_FIELD = 255
LINKS = frozenset({"open_desk", "open_file"})
"""Buttons that the browser follows; Slack tells of the press all the same."""
STRANGE = "This button is not of one of its cards."


class Visit(msgspec.Struct, frozen=True):
    """One deed of one user. What does not apply is empty."""

    workspace: str
    user: str
    channel: str = ""
    message: str = ""
    """The ``ts`` of the message that it was done on."""
    private: bool = False
    """Whether that message, or the page, is before this user alone."""
    view: str = ""
    """The id of the view that it was done in."""
    modal: bool = False
    trigger: str = ""
    """Opens one modal, within three seconds."""

    @property
    def key(self) -> str:
        """The user, in every workspace's words."""
        return f"{self.workspace}|{self.user}"


class Pressed(msgspec.Struct, frozen=True):
    """What a button or a menu's entry asks for."""

    command: str
    request: str
    field: str = ""


def read_visit(body: Json) -> Visit:
    """Who and where, of a click, a submission, a shortcut or a command.

    Raises:
        BadInput: when it does not say.
    """
    container, view = _mapping(body.get("container")), _mapping(body.get("view"))
    channel = _text(_mapping(body.get("channel")).get("id")) or _text(body.get("channel_id"))
    channel = channel or _text(container.get("channel_id"))
    workspace = _text(_mapping(body.get("team")).get("id")) or _text(body.get("team_id"))
    user = _text(_mapping(body.get("user")).get("id")) or _text(body.get("user_id"))
    if not workspace or not user:
        raise BadInput("it does not say who sent it", field="user")
    return Visit(
        workspace=workspace,
        user=user,
        channel=channel,
        message=_text(container.get("message_ts")) or _text(_mapping(body.get("message")).get("ts")),
        private=bool(view) or "command" in body or container.get("is_ephemeral") is True or channel.startswith("D"),
        view=_text(view.get("id")),
        modal=view.get("type") == "modal",
        trigger=_text(body.get("trigger_id")),
    )


def read_pressed(body: Json) -> Pressed:
    """What was pressed: ``approve`` with the request's id, ``show`` with ``id|field``, ``more`` with ``command|id``.

    Raises:
        BadInput: when it is none of ours.
    """
    actions = body.get("actions")
    action = _mapping(actions[0]) if isinstance(actions, list) and actions else {}
    name, value = _text(action.get("action_id")), _text(action.get("value"))
    if name == "more":
        name, _, value = _text(_mapping(action.get("selected_option")).get("value")).partition("|")
    request, _, field = value.partition("|")
    if name in LINKS:
        return Pressed(name, "")
    if len(field) > _MAX_FIELD or (field and name != "show"):
        raise BadInput(STRANGE)
    return Pressed(name, request_id(request), field)


def request_id(text: object) -> str:
    """A request's id, which is the only thing that a button may carry.

    Raises:
        BadInput: when it is none.
    """
    if not isinstance(text, str) or not _REQUEST.fullmatch(text):
        raise BadInput(STRANGE)
    return text


def _mapping(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
