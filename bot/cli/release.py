"""``signoff release``: which build of an agent went live when, for figures that compare before and after."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from adapters.clock import SystemClock
from bot.cards import plain
from bot.cli.reading import AsJson, Database, console, moment, now, operator, say_json, shown, with_store
from bot.domain.events import Released
from bot.enrolling import Enrolling
from bot.errors import BadInput
from bot.friction import RELEASES, releases_of, report_release
from bot.ports import Store
from bot.recording import timestamp
from bot.settings import Settings

MAX_BUILD = 500
MAX_NOTE = 4000
app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Builds of agents that went live."""


@app.command("note")
def note_command(
    agent: Annotated[str, typer.Argument(help="The agent's name or id.")],
    build: Annotated[str, typer.Argument(help="As `build` in the context of its requests names it.")],
    *,
    at: Annotated[str | None, typer.Option(help="When it went live, in UTC; else now.")] = None,
    note: Annotated[str | None, typer.Option(help="What is new.")] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Note that a build of an agent went live, under your login name; the same one again changes nothing."""
    build = _text(build, "build", MAX_BUILD)
    note = None if note is None else _text(note, "note", MAX_NOTE)
    released_at = moment(at, "at") or now()

    async def work(store: Store, _: Settings) -> tuple[str, bool, Released]:
        found = await Enrolling(store, SystemClock()).find(agent)
        release = Released(found.id, build, released_at, note)
        return found.name, await report_release(store, release, operator()), release

    name, noted, release = with_store(database, work)
    if as_json:
        say_json({"agent": name, "build": build, "released_at": timestamp(release.released_at), "noted": noted})
        return
    said = "noted" if noted else "was noted before"
    console().print(f"{name} {build}, live since {shown(released_at)}: {said}.", markup=False)


@app.command("list")
def list_command(database: Database = None, as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag of the command line
    """List the releases that were noted, the newest first."""

    async def work(store: Store, _: Settings) -> tuple[dict[str, str], tuple[Released, ...]]:
        names = {agent.id: agent.name for agent in await store.agents()}
        return names, releases_of(await store.events(RELEASES))[::-1]

    names, releases = with_store(database, work)
    if as_json:
        say_json([_plain(names, release) for release in releases])
        return
    if not releases:
        typer.echo("No releases yet; `signoff release note` or POST /api/v1/releases notes one.", err=True)
        return
    table = Table("agent", "build", "live since", "note")
    for one in releases:
        cells = (names.get(one.agent_id, one.agent_id), one.build, shown(one.released_at), one.note or "")
        table.add_row(*(Text(plain(cell)) for cell in cells))
    console().print(table)


def _plain(names: dict[str, str], release: Released) -> dict[str, str | None]:
    return {
        "agent": names.get(release.agent_id, release.agent_id),
        "build": release.build,
        "released_at": timestamp(release.released_at),
        "note": release.note,
    }


def _text(text: str, field: str, most: int) -> str:
    if not text.strip() or len(text) > most:
        raise BadInput(f"has to be 1 to {most} characters long", field=field, remedy="say it in one line")
    return text
