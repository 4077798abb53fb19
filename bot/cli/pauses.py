"""``signoff pauses``: what is paused, for whoever has a console and no browser."""

from __future__ import annotations

from collections.abc import Mapping

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from bot.cards import plain
from bot.cli.reading import AsJson, Database, console, now, say_json, shown, with_store
from bot.domain.pauses import Pause
from bot.pausing import LEDGER, in_force
from bot.ports import Store
from bot.recording import stream_of
from bot.settings import Settings


def pauses_command(*, database: Database = None, as_json: AsJson = False) -> None:
    """List what is paused, by whom, since when, until when and why.

    People who answer for it pause and resume on the desk and in chat; `signoff pause` is for whoever runs the machine.
    """

    async def work(store: Store, _: Settings) -> None:
        found = in_force(await store.events(stream_of("ledger", LEDGER)), now())
        agents = {agent.id: agent.name for agent in await store.agents()}
        if as_json:
            say_json([_json(pause, agents) for pause in found])
        elif found:
            console().print(_table(found, agents))
        else:
            console().print("Nothing is paused.")

    with_store(database, work)


def _named(pause: Pause, agents: Mapping[str, str]) -> str:
    kind, _, id_ = pause.scope.partition(":")
    return f"agent:{agents.get(id_, id_)}" if kind == "agent" else pause.scope


def _json(pause: Pause, agents: Mapping[str, str]) -> dict[str, str | bool | None]:
    return {
        "scope": pause.scope,
        "name": _named(pause, agents),
        "by": pause.by,
        "at": pause.at.isoformat(),
        "until": pause.until.isoformat() if pause.until else None,
        "reason": pause.reason,
        "freeze": pause.freeze,
        "alarm": pause.alarm,
    }


def _table(found: tuple[Pause, ...], agents: Mapping[str, str]) -> Table:
    table = Table("what", "by", "since", "until", "frozen", "why", box=SIMPLE)
    for pause in found:
        until = shown(pause.until) or "somebody resumes it"
        by = pause.by if pause.alarm is None else f"alarm {pause.alarm}"
        frozen = "yes" if pause.freeze else "no"
        cells = (_named(pause, agents), by, shown(pause.at), until, frozen, plain(pause.reason))
        table.add_row(*(Text(cell) for cell in cells))
    return table
