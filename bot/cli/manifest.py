"""``signoff manifest``: the app manifests of the chat platforms, ready to paste."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
import yaml

from bot.errors import BadInput
from bot.manifest import slack_manifest, teams_manifest, teams_package
from bot.settings import load_settings

app = typer.Typer(no_args_is_help=True)


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


@app.command("teams")
def teams_command(
    app_id: Annotated[str, typer.Option(help="The bot's app (client) id (SIGNOFF_TEAMS_APP_ID).")] = "",
    domain: Annotated[str, typer.Option(help="The server's public host name (that of SIGNOFF_PUBLIC_URL).")] = "",
    name: Annotated[str, typer.Option(help="What Teams calls the app, instead of Signoff.")] = "",
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write it.")] = Path("signoff-teams.zip"),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest alone, and write nothing.")] = False,
) -> None:
    """Write Teams' app package: Apps, Manage your apps, Upload an app."""
    settings = None if app_id and domain else load_settings()
    if settings is not None:
        app_id = app_id or settings.teams_app_id
        domain = domain or urlsplit(settings.public_url).hostname or ""
    if as_json:
        sys.stdout.write(json.dumps(teams_manifest(app_id, domain, name=name), indent=2, ensure_ascii=False) + "\n")
        return
    package = teams_package(app_id, domain, name=name)
    try:
        output.write_bytes(package)
    except OSError as error:
        raise BadInput(
            f"can't be written: {error.strerror}", field="--output", remedy="name a file in a folder that is there"
        ) from error
    typer.echo(f"{output} is the app for https://{domain}: upload it in Teams (Apps, Manage your apps)")
