"""``signoff policy backtest``: what another policy would have made of what is on record."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from bot.cli.reading import AsJson, Database, console, moment, now, say_json, with_store
from bot.domain.requests import Request
from bot.errors import BadInput
from bot.membership import with_members
from bot.policy.document import Policy
from bot.policy.loading import load
from bot.ports import Store
from bot.replaying.backtesting import UNKNOWN, Backtest, backtest
from bot.settings import Settings

DAYS = 90
_ROWS = (
    ("judged", "requests judged again"),
    ("changed", "get another verdict"),
    ("added", "ran without a person and would be held: approvals added"),
    ("stopped", "ran without a person and would be blocked"),
    ("saved", "approved as proposed and would run without a person: approvals saved"),
    ("overrides", "edits and rejections by people"),
    ("caught", "of those, treated more strictly"),
    ("missed", "of those, would have run without a person"),
    ("left_out", "left out: erased, or of an agent that is not known"),
)


def backtest_command(
    *,
    policy: Annotated[Path, typer.Option(help="The policy file to try.")],
    since: Annotated[str | None, typer.Option("--from", help=f"From then on; {DAYS} days before the end.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Up to then; now without it.")] = None,
    owner: Annotated[list[str] | None, typer.Option(help="Requests of this owner; may be repeated.")] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Judge recorded requests by another policy: what it would have held, let run or blocked.

    It changes nothing.
    """
    tried = with_members(load(_text(policy), str(policy)), {})
    end = moment(until, "--to") or now()
    begin = moment(since, "--from") or end - timedelta(days=DAYS)
    if begin >= end:
        raise BadInput("is not before the end", field="--from", remedy="give an earlier time")

    async def work(store: Store, _: Settings) -> Backtest:
        return await _run(store, tried, begin, end, owner)

    found = with_store(database, work)
    if as_json:
        figures = msgspec.to_builtins(found) | {"changed": found.changed, "unknown": list(UNKNOWN)}
        say_json({"from": begin.isoformat(), "to": end.isoformat(), **figures})
        return
    _show(found)


async def _run(store: Store, tried: Policy, begin: datetime, end: datetime, owner: list[str] | None) -> Backtest:
    whole = (end - begin).total_seconds()
    told = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=told, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("judging", total=whole)

        async def progress(request: Request, count: int) -> None:
            done = (request.opened_at - begin).total_seconds()
            bar.update(task, completed=done, description=f"{count} judged")

        return await backtest(store, store.agent, tried, begin, end, owners=owner, progress=progress)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"can't be read: {error}", field="--policy", remedy="give a text file in UTF-8") from error


def _show(found: Backtest) -> None:
    out = console()
    table = Table(box=SIMPLE, show_header=False, highlight=False)
    for name, title in _ROWS:
        table.add_row(Text(str(getattr(found, name)), justify="right"), title)
    out.print(table)
    for change, count in sorted(found.changes.items()):
        before, _, after = change.partition(" -> ")
        if before != after:
            out.print(Text(f"  {count} from {before} to {after}"))
    for action, count in sorted(found.by_action.items(), key=lambda pair: (-pair[1], pair[0])):
        out.print(Text(f"  {count} of {action}"))
    for line in UNKNOWN:
        out.print(Text(line, style="dim"))
