"""``signoff db``: the database's schema."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from bot.settings import load_settings
from store import schema

app = typer.Typer(no_args_is_help=True)

Database = Annotated[str | None, typer.Option(help="sqlite:///path or postgresql://... (SIGNOFF_DATABASE).")]


@app.command("upgrade")
def upgrade_command(database: Database = None) -> None:
    """Bring the schema to this version's, whatever it is now; nothing happens when it is there already."""
    url = load_settings(database=database).database
    before = schema.current(url)
    schema.upgrade(url)
    after = schema.current(url)
    Console().print(f"already at {after}" if before == after else f"upgraded from {before or 'nothing'} to {after}")


@app.command("current")
def current_command(database: Database = None) -> None:
    """Say which schema the database has and which one this version wants; exit 1 when they differ."""
    url = load_settings(database=database).database
    have, want = schema.current(url), schema.head()
    Console().print(f"database: {have or 'no schema'}\nthis version: {want}")
    if have != want:
        raise typer.Exit(1)
