"""``signoff friction``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.padding import Padding
from rich.text import Text

from adapters.clock import SystemClock
from bot.app import read_policy
from bot.cli.reading import AsJson, Database, console, say_json, shown, with_store
from bot.errors import BadInput
from bot.friction import Friction, Frictions, csv_of, heading, headline, object_of, told
from bot.ports import Store
from bot.settings import Settings


def friction_command(
    owner: Annotated[str | None, typer.Argument(help="An owner of the policy; without one, all of them.")] = None,
    *,
    period: Annotated[
        str | None, typer.Option(help="week (the default), month, 7d, or 2026-11-01..2026-11-15: 31 days at most.")
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="The policy file (SIGNOFF_POLICY).")] = None,
    database: Database = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="For spreadsheets.")] = False,
) -> None:
    """Say what automation costs: overrides, customers who come back, escalations after releases, contradictions, drift.

    Each signal has its definition and its sample; nothing is said of samples that are too small. What concerns single
    reviewers' care is shown to the risk owner alone, on the desk and in chat.
    """
    if as_json and as_csv:
        raise BadInput("can't be given with --json", field="--csv", remedy="choose one of the two")

    async def work(store: Store, settings: Settings) -> Friction:
        document = read_policy(policy or settings.policy)
        return (await Frictions(store, SystemClock(), lambda: document).measured(owner, period)).friction

    friction = with_store(database, work)
    if as_json:
        say_json(object_of(friction))
    elif as_csv:
        typer.echo(csv_of(friction), nl=False)
    else:
        _show(friction)


def _show(friction: Friction) -> None:
    out, period = console(), friction.period
    out.print(Text(heading(friction), style="bold"))
    out.print(Text(f"{shown(period.start)} to {shown(period.end)}, as of {shown(period.at)}", style="dim"))
    out.print(Text(headline(friction)))
    for one in told(friction):
        out.print()
        out.print(Text(one.title, style="bold"))
        *lines, means = one.lines
        for line in lines:
            out.print(Padding(Text(line), (0, 0, 0, 2)))
        out.print(Padding(Text(means, style="dim"), (0, 0, 0, 2)))
