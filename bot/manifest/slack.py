"""Slack's app manifest, made out for one address. Its text is ``manifest/slack.yaml`` beside this package."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from bot.errors import BadInput

_FOLDER = Path(__file__).resolve().parents[2] / "manifest"
_PLACEHOLDER = "https://signoff.example.com"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST_NAME = 35
"""Of ``display_information.name``: https://docs.slack.dev/reference/app-manifest."""


def slack_manifest(url: str = "", *, socket: bool = False, name: str = "") -> dict[str, Any]:
    """Slack's app manifest for a server that is reached at ``url``.

    With ``socket`` Slack calls over Socket Mode: no request address is in it, and ``url``, which may then be empty,
    is only where people come back to after they installed the app. ``name`` is what Slack shows in place of
    "Signoff".

    Raises:
        BadInput: when ``url`` is none that Slack could call, or the name is longer than Slack takes.
    """
    text = (_FOLDER / "slack.yaml").read_text(encoding="utf-8")
    manifest: dict[str, Any] = yaml.safe_load(text.replace(_PLACEHOLDER, _address(url, needed=not socket)))
    if socket:
        _call_over_socket(manifest, redirected=bool(url))
    if name:
        manifest["display_information"]["name"] = _name(name)
        manifest["features"]["bot_user"]["display_name"] = _name(name)
    return manifest


def slack_scopes() -> tuple[str, ...]:
    """The bot scopes that the app asks for, in the manifest's order."""
    scopes = slack_manifest(socket=True)["oauth_config"]["scopes"]["bot"]
    return tuple(scopes)


def _call_over_socket(manifest: dict[str, Any], *, redirected: bool) -> None:
    settings = manifest["settings"]
    settings["socket_mode_enabled"] = True
    del settings["event_subscriptions"]["request_url"]
    del settings["interactivity"]["request_url"]
    for command in manifest["features"]["slash_commands"]:
        del command["url"]
    if not redirected:
        del manifest["oauth_config"]["redirect_urls"]


def _address(url: str, *, needed: bool) -> str:
    if not url:
        if needed:
            raise BadInput(
                "is missing: Slack has to know where to call",
                field="--url",
                remedy=f"give the public address, as in --url {_PLACEHOLDER}, or --socket, which needs none",
            )
        return _PLACEHOLDER
    parts = urlsplit(url)
    if not re.fullmatch(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?", parts.netloc):
        raise BadInput("has to name a host", field="--url", remedy=_such_as())
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise BadInput("has to start with https://: Slack calls nothing else", field="--url", remedy=_such_as())
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise BadInput(
            "has to be scheme and host alone, without a path or query; /slack/events is added",
            field="--url",
            remedy=_such_as(),
        )
    return f"{parts.scheme}://{parts.netloc}"


def _such_as() -> str:
    return f"such as {_PLACEHOLDER}"


def _name(name: str) -> str:
    if len(name.strip()) > _LONGEST_NAME or not name.strip():
        raise BadInput(
            f"has to be of 1 to {_LONGEST_NAME} characters", field="--name", remedy="Slack takes no other names"
        )
    return name.strip()
