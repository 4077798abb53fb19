"""``signoff hold``: legal holds, which keep what they cover from being erased."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from bot.app import Workplace
from bot.cards import plain
from bot.cli.at_work import at_work
from bot.cli.reading import AsJson, Database, console, operator, say_json, shown
from bot.domain.holds import Hold
from bot.holding import Holding, Standing

app = typer.Typer(no_args_is_help=True)
Reason = Annotated[str, typer.Option(help="Why; without personal data, since it stays on record.")]


@app.callback()
def _group() -> None:
    """Legal holds."""


@app.command("place")
def place_command(
    scope: Annotated[str, typer.Argument(help="`request:ID`, `customer:ID`, `owner:ID` or `action:ID`.")],
    *,
    reason: Reason,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Keep everything that this covers from being erased, by anybody and by retention, until it is released."""

    async def work(place: Workplace) -> Hold:
        return await Holding(place.store, lambda: place.policy).place_as(operator(), scope, reason)

    hold = at_work(database, work)
    if as_json:
        say_json({"hold": hold.id, "scope": scope, "at": hold.at.isoformat()})
        return
    console().print(f"hold {hold.id} keeps {scope} since {shown(hold.at)}", markup=False, soft_wrap=True)


@app.command("release")
def release_command(
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="Its name, as `signoff hold list` shows it.")],
    *,
    reason: Reason,
    database: Database = None,
) -> None:
    """End a hold. What is over by its retention goes with the next pass."""

    async def work(place: Workplace) -> Hold:
        return await Holding(place.store, lambda: place.policy).release_as(operator(), hold, reason)

    ended = at_work(database, work)
    console().print(f"hold {ended.id} is released; it stood since {shown(ended.at)}", markup=False, soft_wrap=True)


@app.command("list")
def list_command(database: Database = None, as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag of the command line
    """List the holds that stand, by whom, since when and why."""

    async def work(place: Workplace) -> tuple[Standing, ...]:
        return await Holding(place.store, lambda: place.policy).standing()

    found = at_work(database, work)
    if as_json:
        say_json([_json(one) for one in found])
        return
    if not found:
        console().print("No legal holds.")
        return
    table = Table("hold", "on", "by", "since", "why", box=SIMPLE)
    for one in found:
        hold = one.hold
        cells = (hold.id, one.scope, hold.by, shown(hold.at), hold.reason)
        table.add_row(*(Text(plain(cell)) for cell in cells))
    console().print(table)


def _json(one: Standing) -> dict[str, str]:
    hold = one.hold
    return {"hold": hold.id, "scope": one.scope, "by": hold.by, "at": hold.at.isoformat(), "reason": hold.reason}
