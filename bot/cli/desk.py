"""``signoff desk``: sign-in links for the web desk."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.desk.links import LINK_LASTS, Link, give_link
from bot.addressing import last_address
from bot.app import workplace
from bot.domain.people import Actor, ActorKind
from bot.settings import Settings, load_settings

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Sign-in links for the web desk."""


@app.command("link")
def link_command(
    email: Annotated[str, typer.Argument(help="Whom to let in: an address that stands in the policy file.")],
    policy: Annotated[Path | None, typer.Option(help="The policy file (SIGNOFF_POLICY).")] = None,
    database: Annotated[str | None, typer.Option(help="The server's database (SIGNOFF_DATABASE).")] = None,
    public_url: Annotated[
        str | None,
        typer.Option(
            help="How people reach the server (SIGNOFF_PUBLIC_URL); where the server listens when left out.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Print a link that signs one person in on the desk: once, within fifteen minutes.

    Give it to that person alone. That it was given, and by whom, stands in the record; the link itself is kept nowhere.
    """
    settings = load_settings(policy=policy, database=database, public_url=public_url)
    link = asyncio.run(_give(settings, email))
    if as_json:
        typer.echo(json.dumps({"url": link.url, "email": link.email, "expires_at": _timestamp(link.expires_at)}))
        return
    minutes = int(LINK_LASTS.total_seconds() // 60)
    typer.echo(f"{link.person} ({link.email}) can sign in once within {minutes} minutes:", err=True)
    typer.echo(link.url)


async def _give(settings: Settings, email: str) -> Link:
    operator = Actor(ActorKind.OPERATOR, os.environ.get("USER") or "operator", "cli")
    async with workplace(settings, migrate=False) as place:
        url = settings.public_url or await last_address(place.store) or settings.url
        return await give_link(place.store, place.clock, place.policy, email, public_url=url, by=operator)


def _timestamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
