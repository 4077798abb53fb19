"""``signoff serve``."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.app import serve
from bot.settings import load_settings


def serve_command(
    policy: Annotated[Path | None, typer.Option(help="The policy file (SIGNOFF_POLICY).")] = None,
    database: Annotated[str | None, typer.Option(help="sqlite:///path or postgresql://... (SIGNOFF_DATABASE).")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (SIGNOFF_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for a free one (SIGNOFF_PORT).")] = None,
    public_url: Annotated[str | None, typer.Option(help="How others reach it (SIGNOFF_PUBLIC_URL).")] = None,
    *,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Go on with another master key than the record was sealed with.")
    ] = False,
) -> None:
    """Run the server: the agents' API, the desk, the webhooks and the clock, in one process."""
    settings = load_settings(policy=policy, database=database, host=host, port=port, public_url=public_url)
    asyncio.run(serve(settings, announce=_announce, new_key=new_key))


def _announce(url: str) -> None:
    typer.echo(f"Signoff listens on {url}\nThe desk: {url}/desk/ (`signoff desk link EMAIL` lets somebody in)")
