"""``signoff report``."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from adapters.clock import SystemClock
from bot.answering import Answering, Line, Summary, change_text, csv_of, heading, headline, listed, value_text
from bot.answering.wording import NO_VALUE, cut_text
from bot.app import read_policy
from bot.cards import plain
from bot.cli.reading import AsJson, Database, console, say_json, shown, with_store
from bot.errors import BadInput
from bot.ports import Store
from bot.settings import Settings


def report_command(
    owner: Annotated[str | None, typer.Argument(help="An owner of the policy; without one, all of them.")] = None,
    *,
    period: Annotated[
        str | None,
        typer.Option(help="today, yesterday, week (the default), month, 24h, 7d, or 2026-11-01..2026-11-15."),
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="The policy file (SIGNOFF_POLICY).")] = None,
    database: Database = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="For spreadsheets.")] = False,
) -> None:
    """Report what was held, decided, late, corrected and run, and what that came to in money.

    It counts the requests that were opened in the period, as they stand now, beside those of the period before.
    """
    if as_json and as_csv:
        raise BadInput("can't be given with --json", field="--csv", remedy="choose one of the two")

    async def work(store: Store, settings: Settings) -> Summary:
        document = read_policy(policy or settings.policy)
        return await Answering(store, SystemClock(), lambda: document).summary(owner, period)

    summary = with_store(database, work)
    if as_json:
        say_json(_json(summary))
    elif as_csv:
        typer.echo(csv_of(summary), nl=False)
    else:
        _show(summary)
    missing = cut_text(summary)
    if missing is not None:
        typer.echo(missing, err=True)


def _json(summary: Summary) -> dict[str, object]:
    """The summary's own fields, decimals as text, and its figures as one list with their definitions."""
    whole: dict[str, object] = msgspec.to_builtins(summary)
    return whole | {"lines": [msgspec.to_builtins(line) for line in listed(summary)]}


def _show(summary: Summary) -> None:
    out, period = console(), summary.period
    out.print(Text(heading(summary), style="bold"))
    out.print(Text(f"{shown(period.start)} to {shown(period.end)}, as of {shown(period.at)}", style="dim"))
    out.print(Text(headline(summary)))
    if summary.nothing:
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, highlight=False)
    table.add_column("", overflow="fold")
    for name in ("now", "of", "before"):
        table.add_column(name, justify="right", overflow="fold")
    for section, lines in groupby(listed(summary), key=lambda line: line.section):
        told = [line for line in lines if _tells(line)]
        if told:
            table.add_row(Text(section, style="bold"))
        for line in told:
            table.add_row(*map(Text, _cells(line)))
        table.add_section()
    out.print(table)
    for late in summary.figures.latest:
        by = value_text(late.seconds, "seconds")
        out.print(Text(f"late by {by}, {late.state}: {late.request_id} {plain(late.title)}"))


def _tells(line: Line) -> bool:
    """Whether a figure says anything: neither now nor before is it other than nothing."""
    return bool(line.value) or bool(line.before)


def _cells(line: Line) -> tuple[str, ...]:
    title = line.title if not line.subject else f"{line.title}: {plain(line.subject)}"
    changed = change_text(line)
    before = value_text(line.before, line.unit) if line.before is not None else NO_VALUE
    return (
        f"  {title}",
        value_text(line.value, line.unit),
        "" if line.sample is None else f"{line.sample:,}",
        f"{before} ({changed})" if changed else before,
    )
