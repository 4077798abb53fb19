"""``signoff demo``."""

from __future__ import annotations

import asyncio
import sys
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from bot.cli import demo_words as words
from bot.demo.invitations import Invitations
from bot.demo.ledger import Row, totals
from bot.demo.reviewing import review_all
from bot.demo.scenes import SCENES
from bot.demo.screen import closing_table, live_view, totals_line
from bot.demo.staging import Stage, staged, stopped_by_signal, unexpected, verified
from bot.errors import SignoffError

PIPED_WIDTH = 160
"""Columns of the closing table where no terminal says how many there are."""
LOOK_SECONDS = 0.4
PAUSE_SECONDS = 0.25


def demo_command(
    *,
    scripted: Annotated[
        bool, typer.Option("--scripted", help="Let a script decide; so it is without a terminal, too.")
    ] = False,
    keep: Annotated[Path | None, typer.Option(help="Keep database, keys and policy in this folder.")] = None,
    browser: Annotated[bool, typer.Option("--browser", help="Open the desk in your browser.")] = False,
) -> None:
    """See the whole loop on this machine: an agent proposes, the gate judges, people sign, and it stands on record.

    Starts a real server with an example policy and a support agent that proposes 22 actions. In a terminal you decide
    those that are held, on the web desk; without one a script does. Exit 1 when anything is not as it has to be.
    """
    watched = sys.stdin.isatty() and sys.stdout.isatty() and not scripted
    console = Console(highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
    raise typer.Exit(asyncio.run(_demonstrate(console, keep, watched=watched, browser=browser)))


async def _demonstrate(console: Console, keep: Path | None, *, watched: bool, browser: bool) -> int:
    console.print(words.opening(len(SCENES)))
    async with stopped_by_signal() as stop, staged(keep) as stage:
        console.print(words.place_of(stage.url, stage.folder, kept=keep is not None))
        if watched:
            await _with_people(stage, console, stop, browser=browser)
        else:
            await _scripted(stage, console, stop)
        code = await _close(stage, console, watched=watched, stopped=stop.is_set())
    console.print(words.next_steps(keep))
    return code


async def _scripted(stage: Stage, console: Console, stop: asyncio.Event) -> None:
    console.print(Text("Nobody watches, so a script signs in on the desk and decides.\n"))

    async def play() -> None:
        people = stage.policy.people
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(stage.agent.work(SCENES))
                group.create_task(review_all(SCENES, stage.news, lambda id_: stage.link(people[id_])))
        except* SignoffError as several:
            raise several.exceptions[0] from several

    await _until(asyncio.create_task(play()), stop)


async def _with_people(stage: Stage, console: Console, stop: asyncio.Event, *, browser: bool) -> None:
    invitations = Invitations(stage)
    for person, link in await invitations.give():
        console.print(words.invitation(person, stage.policy, link))
    if browser and (first := invitations.first):
        await asyncio.to_thread(webbrowser.open, first)
    working = asyncio.create_task(stage.agent.work(SCENES, pause=PAUSE_SECONDS))
    with Live(console=console, auto_refresh=False, transient=True) as live:

        async def watch() -> None:
            while True:
                live.update(live_view(await stage.rows(), stage.policy, stage.place.clock.now(), console), refresh=True)
                for person, link in await invitations.give():
                    live.console.print(words.another_invitation(person, link))
                await asyncio.sleep(LOOK_SECONDS)

        watching = asyncio.create_task(watch())
        try:
            await _until(working, stop)
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


async def _until(work: asyncio.Task[object], stop: asyncio.Event) -> None:
    """Wait for the work or the signal to stop, whichever is first; what the work raised is raised."""
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((work, stopping), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        if not work.done():
            work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def _close(stage: Stage, console: Console, *, watched: bool, stopped: bool) -> int:
    """Show the closing table and the totals from the record, and what is wrong with them; gives the exit code."""
    rows = await stage.rows()
    console.print(closing_table(rows, stage.policy, console.width))
    console.print(totals_line(totals(rows)))
    if stopped:
        console.print(words.left(_waiting(rows)))
    problems = [] if stopped else unexpected(rows, stage.system, scripted=not watched)
    verifying, broken = await verified(stage.place)
    console.print(Text(verifying))
    for problem in (*problems, *broken):
        console.print(Text(f"not right: {problem}", style="bold red"))
    if not problems and not broken and not stopped:
        console.print(words.ALL_RIGHT)
    return 1 if problems or broken else 0


def _waiting(rows: Sequence[Row]) -> list[str]:
    return [row.key for row in rows if row.status == "waiting"]
