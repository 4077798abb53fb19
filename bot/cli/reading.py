"""What the commands on the record share: opening the database without its keys, and times as people give them."""

from __future__ import annotations

import asyncio
import getpass
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from adapters.clock import SystemClock
from bot.domain.people import Actor, ActorKind
from bot.errors import BadInput
from bot.ports import Store
from bot.settings import Settings, load_settings
from store.opening import open_store

T = TypeVar("T")
Database = Annotated[str | None, typer.Option(help="sqlite:///path or postgresql://... (SIGNOFF_DATABASE).")]
AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]


def console() -> Console:
    """Where answers go: standard output, nothing coloured that was not asked for."""
    return Console(highlight=False)


def with_store(database: str | None, work: Callable[[Store, Settings], Awaitable[T]]) -> T:
    """Run ``work`` on the store that the settings name; the schema is left as it is and no key is read or made.

    Raises:
        SettingsInvalid, Unavailable: when it can't be opened.
    """
    settings = load_settings(database=database)

    async def run() -> T:
        store = await open_store(settings.database, SystemClock(), vault_key=None, migrate=False)
        try:
            return await work(store, settings)
        finally:
            await store.close()

    return asyncio.run(run())


def now() -> datetime:
    """Now, from the clock."""
    return SystemClock().now()


def operator() -> Actor:
    """Whoever runs the command, by login name."""
    return Actor(ActorKind.OPERATOR, getpass.getuser(), "cli")


def moment(text: str | None, field: str) -> datetime | None:
    """A time that somebody typed: a date or an RFC 3339 time, in UTC unless it says otherwise.

    Raises:
        BadInput: when it is none.
    """
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(
            f"is no time: {text}", field=field, remedy="write 2026-03-01 or 2026-03-01T09:30:00+01:00"
        ) from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def shown(at: datetime | None) -> str:
    """A time as people read it, in UTC and to the second."""
    return "" if at is None else at.strftime("%Y-%m-%d %H:%M:%S UTC")


def say_json(value: Any) -> None:  # noqa: ANN401 - any JSON
    """Write an answer for scripts."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
