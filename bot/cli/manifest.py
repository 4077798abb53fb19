"""``signoff manifest``: the app manifests of the chat platforms, ready to paste."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
import yaml

from bot.manifest import slack_manifest
from bot.settings import load_settings

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """A group, also while one command is in it."""


@app.command("slack")
def slack_command(
    url: Annotated[str, typer.Option(help="Where Slack reaches this server (SIGNOFF_PUBLIC_URL).")] = "",
    name: Annotated[str, typer.Option(help="What Slack calls the app, instead of Signoff.")] = "",
    *,
    socket: Annotated[bool, typer.Option("--socket", help="For Socket Mode: no public address is needed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, not YAML.")] = False,
) -> None:
    """Print Slack's app manifest: api.slack.com/apps, Create New App, From a manifest."""
    address = url or ("" if socket else load_settings().public_url)
    manifest = slack_manifest(address, socket=socket, name=name)
    if as_json:
        sys.stdout.write(json.dumps(manifest, indent=2) + "\n")
    else:
        yaml.safe_dump(manifest, sys.stdout, sort_keys=False, allow_unicode=True, width=120)
