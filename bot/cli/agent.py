"""``signoff agent``: agents and their credentials. A token is printed once, on standard output, and kept nowhere."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.app import Workplace, read_policy, workplace
from bot.domain.agents import Agent, Credential, Instance
from bot.domain.people import Actor, ActorKind
from bot.enrolling import EVERYTHING, Enrolling, Issued, NewAgent
from bot.errors import BadInput, SettingsInvalid
from bot.policy.durations import parse_duration
from bot.ports import Clock
from bot.recording import timestamp
from bot.settings import Settings, load_settings

app = typer.Typer(no_args_is_help=True)
provisioner = typer.Typer(no_args_is_help=True)
app.add_typer(provisioner, name="provisioner", help="Tokens with which a platform creates instances of an agent.")

T = TypeVar("T")
Name = Annotated[str, typer.Argument(help="The agent's name or id.")]
PolicyFile = Annotated[Path | None, typer.Option(help="The policy file (SIGNOFF_POLICY).")]
Database = Annotated[str | None, typer.Option(help="The server's database (SIGNOFF_DATABASE).")]
AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]


@app.callback()
def _group() -> None:
    """Agents and their credentials."""


@app.command("create")
def create_command(  # noqa: PLR0913, PLR0917 - each is an option of the command line
    name: Annotated[str, typer.Argument(help="A name that no agent has or had.")],
    owner: Annotated[str, typer.Option(help="The email address of the human who answers for it.")],
    actions: Annotated[str, typer.Option(help="Action types that it may propose, by comma; * for all.")] = "",
    reads: Annotated[str, typer.Option(help="Owners whose figures it may read, by comma; * for all.")] = "",
    expires: Annotated[str, typer.Option(help="When its credentials end, such as 90d, or `never`.")] = "90d",
    instance: Annotated[str, typer.Option(help="The name of its first instance.")] = "default",
    policy: PolicyFile = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Create an agent with its first instance, and print that instance's token: it is shown this once."""
    wanted, read = _parts(actions), _parts(reads)
    lasts = _span(expires, "expires", never=True)
    known, owners = _known(load_settings(policy=policy), wanted, read)

    async def work(place: Workplace) -> Issued:
        ends = None if lasts is None else place.clock.now() + lasts
        new = NewAgent(name, owner, wanted, ends, instance, read)
        return await _enrolling(place).create(new, known=known, by=_operator(), owners=owners)

    _show_issued(_run(work, policy, database, migrate=None), as_json=as_json)


@app.command("list")
def list_command(policy: PolicyFile = None, database: Database = None, as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag
    """List the agents, revoked ones included."""

    async def work(place: Workplace) -> tuple[list[Agent], Clock]:
        return list(await place.store.agents()), place.clock

    agents, clock = _run(work, policy, database)
    if as_json:
        typer.echo(json.dumps([_agent(agent) for agent in agents]))
        return
    if not agents:
        typer.echo("No agents yet; `signoff agent create` makes one.", err=True)
        return
    table = Table("agent", "owner", "may propose", "state", "expires")
    for agent in agents:
        ends = timestamp(agent.expires_at)[:16].replace("T", " ") if agent.expires_at else "never"
        cells = (agent.name, agent.owner_email, ", ".join(agent.action_types), _state(agent, clock), ends)
        table.add_row(*map(escape, cells))
    Console().print(table)


@app.command("show")
def show_command(name: Name, policy: PolicyFile = None, database: Database = None, as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag
    """Show one agent with its instances and credentials."""

    async def work(place: Workplace) -> tuple[Agent, list[Instance], Clock]:
        agent = await _enrolling(place).find(name)
        return agent, await _enrolling(place).instances(agent), place.clock

    agent, instances, clock = _run(work, policy, database)
    if as_json:
        typer.echo(json.dumps(_agent(agent) | {"instances": [_instance(one) for one in instances]}))
        return
    typer.echo(f"{agent.name}  {_state(agent, clock)}\n  id         {agent.id}\n  owner      {agent.owner_email}")
    typer.echo(f"  proposes   {', '.join(agent.action_types) or 'nothing'}")
    if agent.reads:
        typer.echo(f"  reads      {', '.join(agent.reads)}")
    for one in agent.provisioners:
        typer.echo(f"  provisioner {_credential_line(one, clock)}")
    for instance in instances:
        ended = "  deleted" if instance.deleted_at else ""
        hook = f"  webhook {instance.delivery.url}" if instance.delivery else ""
        typer.echo(f"  instance   {instance.name}  {instance.id}{ended}{hook}")
        for one in instance.credentials:
            typer.echo(f"    credential {_credential_line(one, clock)}")


@app.command("rotate")
def rotate_command(
    name: Name,
    instance: Annotated[str | None, typer.Option(help="Which instance, by name or id, if it has several.")] = None,
    overlap: Annotated[str, typer.Option(help="How long older credentials go on, such as 15m.")] = "0s",
    policy: PolicyFile = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Give an instance a new token; the older ones end, at once unless told otherwise."""

    async def work(place: Workplace) -> Issued:
        enrolling = _enrolling(place)
        pause = _span(overlap, "overlap") or timedelta(0)
        return await enrolling.rotate(await enrolling.find(name), instance=instance, overlap=pause, by=_operator())

    _show_issued(_run(work, policy, database), as_json=as_json)


@app.command("revoke")
def revoke_command(
    name: Name,
    note: Annotated[str, typer.Option(help="Why; it stays on record.")] = "",
    policy: PolicyFile = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """End an agent at once: its tokens stop working and what it waits for is cancelled."""

    async def work(place: Workplace) -> tuple[Agent, int]:
        agent = await _enrolling(place).find(name)
        return agent, await _enrolling(place).revoke(agent, note=note, by=_operator())

    agent, cancelled = _run(work, policy, database)
    if as_json:
        typer.echo(json.dumps({"agent": agent.name, "revoked": True, "cancelled": cancelled}))
    else:
        typer.echo(f"{agent.name} is revoked; {cancelled} pending requests were cancelled.")


@provisioner.command("create")
def provisioner_create_command(
    name: Name,
    policy: PolicyFile = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Print a token that creates and manages instances of an agent: it is shown this once."""

    async def work(place: Workplace) -> Issued:
        return await _enrolling(place).issue_provisioner(await _enrolling(place).find(name), by=_operator())

    _show_issued(_run(work, policy, database), as_json=as_json)


@provisioner.command("revoke")
def provisioner_revoke_command(
    name: Name,
    prefix: Annotated[str, typer.Argument(help="The first part of the token, as `signoff agent show` names it.")],
    policy: PolicyFile = None,
    database: Database = None,
) -> None:
    """End one provisioner token; the instances that it made go on."""

    async def work(place: Workplace) -> None:
        enrolling = _enrolling(place)
        await enrolling.revoke_provisioner(await enrolling.find(name), prefix, by=_operator())

    _run(work, policy, database)
    typer.echo(f"{prefix} is revoked.")


def _run(
    work: Callable[[Workplace], Awaitable[T]],
    policy: Path | None,
    database: str | None,
    *,
    migrate: bool | None = False,
) -> T:
    async def within(settings: Settings) -> T:
        async with workplace(settings, migrate=migrate) as place:
            return await work(place)

    return asyncio.run(within(load_settings(policy=policy, database=database)))


def _enrolling(place: Workplace) -> Enrolling:
    return Enrolling(place.store, place.clock)


def _operator() -> Actor:
    return Actor(ActorKind.OPERATOR, os.environ.get("USER") or "operator", "cli")


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _known(
    settings: Settings, wanted: tuple[str, ...], read: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The policy's action types and owners; an agent that may do everything needs no policy to be read."""
    try:
        policy = read_policy(settings.policy)
    except SettingsInvalid:
        if {*wanted, *read} == {EVERYTHING}:
            return (), ()
        raise
    return tuple(policy.actions), tuple(policy.owners)


def _span(text: str, option: str, *, never: bool = False) -> timedelta | None:
    if (never and text == "never") or text in {"0", "0s"}:
        if never and text != "never":
            raise BadInput("is no time at all", field=option, remedy="give a time such as 90d")
        return None
    try:
        return timedelta(seconds=parse_duration(text))
    except ValueError as error:
        raise BadInput(str(error), field=option, remedy="give a whole number and a unit: 90s, 15m, 12h, 90d") from error


def _show_issued(issued: Issued, *, as_json: bool) -> None:
    expires = None if issued.expires_at is None else timestamp(issued.expires_at)
    if as_json:
        found: dict[str, Any] = {"agent": issued.agent.name, "agent_id": issued.agent.id, "token": issued.token}
        if issued.instance is not None:
            found |= {"instance": issued.instance.name, "instance_id": issued.instance.id}
        typer.echo(json.dumps(found | {"prefix": issued.prefix, "expires_at": expires}))
        return
    what = "provisioner" if issued.instance is None else f"instance {issued.instance.name}"
    typer.echo(
        f"{issued.agent.name}, {what}, until {expires or 'it is revoked'}. Keep this token: it is shown this once.",
        err=True,
    )
    typer.echo(issued.token)


def _agent(agent: Agent) -> dict[str, Any]:
    return {
        "id": agent.id,
        "name": agent.name,
        "owner": agent.owner_email,
        "actions": list(agent.action_types),
        "reads": list(agent.reads),
        "created_at": timestamp(agent.created_at),
        "expires_at": agent.expires_at and timestamp(agent.expires_at),
        "revoked_at": agent.revoked_at and timestamp(agent.revoked_at),
        "provisioners": [_credential(one) for one in agent.provisioners],
    }


def _instance(instance: Instance) -> dict[str, Any]:
    return {
        "id": instance.id,
        "name": instance.name,
        "created_at": timestamp(instance.created_at),
        "deleted_at": instance.deleted_at and timestamp(instance.deleted_at),
        "webhook": instance.delivery and instance.delivery.url,
        "credentials": [_credential(one) for one in instance.credentials],
    }


def _credential(one: Credential) -> dict[str, Any]:
    return {
        "prefix": one.prefix,
        "issued_at": timestamp(one.issued_at),
        "expires_at": one.expires_at and timestamp(one.expires_at),
        "revoked_at": one.revoked_at and timestamp(one.revoked_at),
    }


def _credential_line(one: Credential, clock: Clock) -> str:
    ends = [end for end in (one.revoked_at, one.expires_at) if end is not None]
    if not ends:
        return f"{one.prefix}...  never ends"
    return f"{one.prefix}...  {'ended' if min(ends) <= clock.now() else 'ends'} {timestamp(min(ends))}"


def _state(agent: Agent, clock: Clock) -> str:
    if agent.revoked_at is not None:
        return "revoked"
    return "expired" if agent.expires_at is not None and agent.expires_at <= clock.now() else "active"
