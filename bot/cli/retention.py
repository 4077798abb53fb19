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
from bot.cli.reading import AsJson, Database, console, say_json, shown
from bot.domain.verdicts import ActionClass
from bot.policy.document import Policy
from bot.policy.durations import spoken
from bot.retaining import Due, Kept, Retaining

_KEPT = {
    Kept.HOLD: "a legal hold",
    Kept.FEEDBACK: "its feedback item is unfinished",
    Kept.STATUTORY: "the limit of the law still runs",
    Kept.OPEN: "its approval may still be used",
}


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
        say_json({"rules": _rules(policy), "due": [_json(due) for due in found[:limit]], "count": len(found)})
        return
    for line in retention_lines(policy):
        console().print(line, markup=False)
    if not found:
        console().print(f"Nothing goes within {within} days.")
        return
    console().print(_table(found[:limit]))
    if len(found) > limit:
        typer.echo(f"and {len(found) - limit} more; --limit lists more of them", err=True)
    kept = Counter(_KEPT[due.kept] for due in found if due.kept is not None)
    for why, count in kept.most_common():
        console().print(f"{count} kept: {why}", markup=False)


def retention_lines(policy: Policy) -> list[str]:
    """What is kept for how long, a line for each rule."""
    return [f"kept {said}: {rule}" for rule, said in _rules(policy).items()]


def _rules(policy: Policy) -> dict[str, str]:
    retention = policy.retention
    found: dict[str, int | None] = {}
    for each in ActionClass:
        keeping = retention.of(action_type="", owner="", action_class=each)
        found[keeping.rule] = keeping.seconds
    found |= {f"retention.owners.{id_}": seconds for id_, seconds in retention.owners.items()}
    found |= {f"retention.actions.{id_}": seconds for id_, seconds in retention.actions.items()}
    return {rule: "until erased" if seconds is None else spoken(seconds) for rule, seconds in found.items()}


def _json(due: Due) -> dict[str, str | None]:
    return {
        "request": due.request.id,
        "at": due.at.isoformat(),
        "rule": due.rule,
        "kept": None if due.kept is None else due.kept.value,
        "hold": None if due.hold is None else due.hold.id,
    }


def _table(found: list[Due]) -> Table:
    table = Table("request", "action", "owner", "goes", "rule", "kept by", box=SIMPLE)
    for due in found:
        request = due.request
        kept = "" if due.kept is None else _KEPT[due.kept]
        if due.hold is not None:
            kept = f"hold {due.hold.id}"
        owner, action = request.routing.owner, request.assessment.action_type
        table.add_row(*(Text(plain(cell)) for cell in (request.id, action, owner, shown(due.at), due.rule, kept)))
    return table
