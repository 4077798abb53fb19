"""``signoff pause`` and ``signoff resume``: for whoever runs the machine, when nobody who may is at hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from adapters.clock import SystemClock
from bot.app import read_policy
from bot.cli.reading import AsJson, Database, console, now, operator, say_json, shown, with_store
from bot.domain.pauses import Pause
from bot.errors import BadInput
from bot.pausing import Pausing
from bot.policy.durations import parse_duration
from bot.ports import Store
from bot.settings import Settings

T = TypeVar("T")
Scope = Annotated[str, typer.Argument(help="`everything`, `action:ID`, `agent:NAME` or `owner:ID`.")]
Reason = Annotated[str, typer.Option(help="A sentence; agents and people are told it, and it stays on record.")]
PolicyFile = Annotated[Path | None, typer.Option("--policy", help="The policy file (SIGNOFF_POLICY).")]


def pause_command(
    scope: Scope,
    reason: Reason,
    lasts: Annotated[str | None, typer.Option("--for", help="Such as 30m, 4h or 1d; else until it is resumed.")] = None,
    freeze: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--freeze", help="Nothing that is held is approved, nothing that was approved runs.")
    ] = False,
    policy: PolicyFile = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Stop what agents propose of an action, an agent, an owner or everything, at once and on every server.

    It is recorded under your login name. People who answer for it pause on the desk or in chat.
    """
    until = None if lasts is None else now() + timedelta(seconds=_seconds(lasts))

    async def work(pausing: Pausing, named: str) -> Pause:
        return await pausing.pause_as(operator(), named, reason, until=until, freeze=freeze)

    made = _with_pausing(scope, policy, database, work)
    if as_json:
        say_json({"scope": made.scope, "until": made.until.isoformat() if made.until else None, "freeze": made.freeze})
        return
    end = f"until {shown(made.until)}" if made.until else "until somebody resumes it"
    console().print(f"{scope} is {'paused and frozen' if made.freeze else 'paused'} {end}.", markup=False)


def resume_command(scope: Scope, reason: Reason, policy: PolicyFile = None, database: Database = None) -> None:
    """Let it go on. It is recorded under your login name."""

    async def work(pausing: Pausing, named: str) -> Pause:
        return await pausing.resume_as(operator(), named, reason)

    ended = _with_pausing(scope, policy, database, work)
    console().print(f"{scope} goes on; it was paused since {shown(ended.at)}.", markup=False)


def _with_pausing(
    scope: str, policy: Path | None, database: str | None, work: Callable[[Pausing, str], Awaitable[T]]
) -> T:
    async def run(store: Store, settings: Settings) -> T:
        read = read_policy(settings.policy if policy is None else policy)
        surfaces = (
            *(("slack",) if settings.slack_mode != "off" else ()),
            *(("teams",) if settings.teams_app_id else ()),
        )
        pausing = Pausing(store, SystemClock(), lambda: read, surfaces=lambda: surfaces)
        return await work(pausing, await _named(store, scope))

    return with_store(database, run)


async def _named(store: Store, scope: str) -> str:
    """The scope with an agent's id, where its name was given."""
    kind, _, name = scope.partition(":")
    if kind != "agent":
        return scope
    for agent in await store.agents():
        if name in {agent.name, agent.id}:
            return f"agent:{agent.id}"
    raise BadInput(f"there is no agent {name[:60]}", field="scope", remedy="`signoff agent list` names them")


def _seconds(text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise BadInput(str(error), field="for", remedy="write 30m, 4h or 1d") from error
