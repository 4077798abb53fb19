"""``signoff retention``: what goes when, by the policy's retention, and what keeps the rest."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from bot.app import Workplace
from bot.cards import plain
from bot.cli.at_work import at_work
from bot.cli.reading import AsJson, Database, console, say_json
from bot.policy.document import Policy
from bot.retaining import KEPT, Due, Retaining, kept_said, rules_in_a_line, rules_said


def retention_command(
    within: Annotated[int, typer.Option(min=0, max=3660, metavar="DAYS", help="What goes within so many days.")] = 30,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="List at most so many.")] = 50,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Say what the policy's retention erases when, by which rule, and what keeps what is over already.

    The server does it by itself, once an hour.
    """

    async def work(place: Workplace) -> tuple[Policy, list[Due]]:
        policy = place.policy
        retaining = Retaining(place.store, place.clock, lambda: policy)
        until = place.clock.now() + timedelta(days=within)
        return policy, [due async for due in retaining.due(until)]

    policy, found = at_work(database, work)
    found.sort(key=lambda due: (due.at, due.request.id))
    if as_json:
        say_json({"rules": rules_said(policy), "due": [_json(due) for due in found[:limit]], "count": len(found)})
        return
    console().print(f"Kept: {rules_in_a_line(policy)}.", markup=False, soft_wrap=True)
    if not found:
        console().print(f"Nothing goes within {within} days.")
        return
    console().print(_table(found[:limit]))
    if len(found) > limit:
        typer.echo(f"and {len(found) - limit} more; --limit lists more of them", err=True)
    kept = Counter(KEPT[due.kept] for due in found if due.kept is not None)
    for why, count in kept.most_common():
        console().print(f"{count} kept: {why}", markup=False)


def _json(due: Due) -> dict[str, str | None]:
    return {
        "request": due.request.id,
        "at": due.at.isoformat(),
        "rule": due.rule,
        "kept": None if due.kept is None else due.kept.value,
        "hold": None if due.hold is None else due.hold.id,
    }


def _table(found: list[Due]) -> Table:
    table = Table(box=SIMPLE, padding=(0, 1), pad_edge=False)
    for title in ("request", "action", "owner", "goes (UTC)", "rule", "kept by"):
        whole = title in {"request", "goes (UTC)"}
        table.add_column(title, no_wrap=whole, overflow="fold")
    for due in found:
        request = due.request
        kept = kept_said(due)
        owner, action = request.routing.owner, request.assessment.action_type
        rule, at = due.rule.removeprefix("retention."), f"{due.at:%Y-%m-%d %H:%M}"
        table.add_row(*(Text(plain(cell)) for cell in (request.id, action, owner, at, rule, kept)))
    return table
