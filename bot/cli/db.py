"""``signoff db``: the database's schema."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from bot.catching_up import catch_up_pending
from bot.cli.reading import with_store
from bot.ports import Store
from bot.settings import Settings, load_settings
from store import schema
from store.vacuuming import vacuum

app = typer.Typer(no_args_is_help=True)

Database = Annotated[str | None, typer.Option(help="sqlite:///path or postgresql://... (SIGNOFF_DATABASE).")]

_REST = (
    "on PostgreSQL run it with --full; on SQLite somebody was reading from the file, run it once more when nobody does"
)


@app.command("upgrade")
def upgrade_command(database: Database = None) -> None:
    """Bring the schema to this version's, whatever it is now; nothing happens when it is there already."""
    url = load_settings(database=database).database
    before = schema.current(url)
    schema.upgrade(url)
    after = schema.current(url)
    Console().print(f"already at {after}" if before == after else f"upgraded from {before or 'nothing'} to {after}")


@app.command("vacuum")
def vacuum_command(
    *,
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="PostgreSQL: write every table anew, so that nothing that was erased is left in its files. A table is"
            " locked meanwhile, and the disk needs room for the largest one once more.",
        ),
    ] = False,
    database: Database = None,
) -> None:
    """Take what was erased or replaced out of the database's files as well.

    Writers wait meanwhile: do it in a quiet hour. Backups, replicas and PostgreSQL's archived log are other copies.
    """
    with_store(database, _index)
    done = vacuum(load_settings(database=database).database, full=full)
    Console().print(f"{done.before:,} bytes before, {done.after:,} after", highlight=False)
    if not done.complete:
        said = "what was erased may be left in its files"
        Console(stderr=True, soft_wrap=True).print(f"{said}: {_REST}", highlight=False)


async def _index(store: Store, _: Settings) -> None:
    """Take what waits for it into the index of words, so that it holds none of what is no longer said."""
    await catch_up_pending(store)


@app.command("current")
def current_command(database: Database = None) -> None:
    """Say which schema the database has and which one this version wants; exit 1 when they differ."""
    url = load_settings(database=database).database
    have, want = schema.current(url), schema.head()
    Console().print(f"database: {have or 'no schema'}\nthis version: {want}")
    if have != want:
        raise typer.Exit(1)
