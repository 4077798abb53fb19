"""``signoff duty``: who is on call and who is away, and arranging it from the console of the machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from adapters.clock import SystemClock
from bot.app import read_policy
from bot.app.calendars import read_calendars
from bot.cli.reading import AsJson, Database, console, now, operator, say_json, with_store
from bot.membership import with_members
from bot.policy.document import Policy
from bot.ports import Store
from bot.rostering import Roster, Rostering, Span, gaps, spans
from bot.rostering.arranging import find_person
from bot.rostering.times import HINT, instant, minutes
from bot.rostering.wording import cover_said, delegation_said, gap_said, name
from bot.settings import Settings

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True)
Since = Annotated[str, typer.Option("--from", help=f"{HINT}; in the policy's zone.")]
Until = Annotated[str, typer.Option("--until", help=f"{HINT}; a day alone ends with that day.")]
Note = Annotated[str | None, typer.Option(help="For whoever reads the record.")]
Whom = Annotated[str, typer.Argument(help="A person of the policy, by id, name or address.")]
Days = Annotated[int, typer.Option(min=1, max=90, help="How far to look ahead.")]


@app.command("show")
def show_command(*, days: Days = 14, database: Database = None, as_json: AsJson = False) -> None:
    """List who is on call for the next days, and who stands in for whom."""

    async def work(rostering: Rostering) -> None:
        roster, at = await rostering.standing(), now()
        found = [span for id_ in roster.policy.rotations for span in spans(roster, id_, at, at + timedelta(days=days))]
        away = [one for one in roster.duties.delegations if one.until > at]
        if as_json:
            told = [delegation_said(one, roster.policy) for one in away]
            say_json({"on_call": [_json(span, roster) for span in found], "away": told})
            return
        console().print(_table(found, roster) if found else "The policy has no rotation.")
        for cover in roster.duties.covers:
            if cover.until > at:
                console().print(Text(f"#{cover.number} {cover_said(cover, roster.policy)}"))
        for one in away:
            console().print(Text(f"#{one.number} {delegation_said(one, roster.policy)}"))

    _with_rostering(database, work)


@app.command("gaps")
def gaps_command(*, days: Days = 14, database: Database = None, as_json: AsJson = False) -> None:
    """List when nobody is on call in a rotation that a ladder names; exit 1 when there is such a time."""

    async def work(rostering: Rostering) -> bool:
        roster, at = await rostering.standing(), now()
        found = gaps(roster, at, at + timedelta(days=days))
        if as_json:
            say_json([_json(span, roster) for span in found])
        for span in () if as_json else found:
            title = roster.policy.rotations[span.rotation].title
            console().print(Text(f"{title}: nobody {gap_said(span, roster.policy, at)}"))
        if not found and not as_json:
            console().print(f"Somebody is on call for the next {days} days wherever a ladder asks for it.")
        return bool(found)

    if _with_rostering(database, work):
        raise typer.Exit(1)


def _span(policy: Policy, since: str, until: str) -> tuple[datetime, datetime]:
    """From when until when, as it was written."""
    at = now()
    return instant(since, at, policy.zone, "--from"), instant(until, at, policy.zone, "--until", ends=True)


@app.command("cover")
def cover_command(
    rotation: Annotated[str, typer.Argument(help="Its name in the policy.")],
    person: Whom,
    *,
    since: Since = "now",
    until: Until,
    note: Note = None,
    database: Database = None,
) -> None:
    """Let somebody be on call in a rotation for a while, whoever its plan names. A swap is two of these."""

    async def work(rostering: Rostering) -> None:
        policy = rostering.roster().policy
        begins, ends = _span(policy, since, until)
        made = await rostering.cover(rotation, person, begins, ends, note, operator())
        console().print(Text(f"#{made.number} {cover_said(made, policy)}"))

    _with_rostering(database, work)


@app.command("delegate")
def delegate_command(
    person: Whom,
    to: Annotated[str, typer.Argument(help="Who stands in, named alike.")],
    *,
    since: Since = "now",
    until: Until,
    note: Note = None,
    database: Database = None,
) -> None:
    """Let what would come to one person come to another for a while; it gives nobody a right to sign."""

    async def work(rostering: Rostering) -> None:
        policy = rostering.roster().policy
        begins, ends = _span(policy, since, until)
        made = await rostering.delegate(person, to, begins, ends, note, operator())
        console().print(Text(f"#{made.number} {delegation_said(made, policy)}"))

    _with_rostering(database, work)


@app.command("quiet")
def quiet_command(
    person: Whom,
    hours: Annotated[str, typer.Argument(help='Such as "22:00-07:00", or off.')],
    *,
    timezone: Annotated[str | None, typer.Option(help="An IANA name; the policy's without it.")] = None,
    database: Database = None,
) -> None:
    """Set when nothing that can wait is sent to somebody."""

    async def work(rostering: Rostering) -> None:
        policy = rostering.roster().policy
        begins, ends = (-1, -1)
        if hours.strip().lower() != "off":
            first, _, last = hours.partition("-")
            begins, ends = minutes(first, "HOURS"), minutes(last, "HOURS")
        await rostering.quiet(person, begins, ends, timezone or policy.timezone, operator())
        who = find_person(policy, person, "PERSON").id
        said = "no quiet hours" if begins == -1 else f"quiet hours {hours} ({timezone or policy.timezone})"
        console().print(Text(f"{name(policy, who)} has {said}."))

    _with_rostering(database, work)


@app.command("end")
def end_command(
    number: Annotated[int, typer.Argument(help="As the list says it, without the sign before it.")],
    *,
    note: Note = None,
    database: Database = None,
) -> None:
    """End a cover or a delegation before its time, by the number that `signoff duty show` gives it."""

    async def work(rostering: Rostering) -> None:
        ended = await rostering.end(number, operator(), note)
        console().print(Text(f"#{ended.number} has ended."))

    _with_rostering(database, work)


def _with_rostering(database: str | None, work: Callable[[Rostering], Awaitable[T]]) -> T:
    """Run ``work`` on what is arranged and what the calendars say at this moment."""

    async def run(store: Store, settings: Settings) -> T:
        policy, clock = with_members(read_policy(settings.policy), {}), SystemClock()
        calendars = read_calendars(settings, clock, lambda: policy, None)
        await calendars.refresh()
        for rotation, why in calendars.failures.items():
            typer.echo(f"the calendar of {rotation}: {why}", err=True)
        return await work(Rostering(store, clock, lambda: policy, planned=calendars.planned))

    return with_store(database, run)


def _json(span: Span, roster: Roster) -> dict[str, str | None]:
    return {
        "rotation": span.rotation,
        "since": span.since.isoformat(),
        "until": span.until.isoformat(),
        "person": span.person,
        "calendar_says": span.text or None,
        "zone": roster.policy.timezone,
    }


def _table(found: list[Span], roster: Roster) -> Table:
    table, zone = Table("rotation", "from", "until", "on call", box=SIMPLE), roster.policy.zone
    for span in found:
        who = "nobody" if span.person is None else name(roster.policy, span.person)
        times = (f"{at.astimezone(zone):%a %Y-%m-%d %H:%M %Z}" for at in (span.since, span.until))
        table.add_row(*(Text(cell) for cell in (roster.policy.rotations[span.rotation].title, *times, who)))
    return table
