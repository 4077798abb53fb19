"""``signoff digest``: what comes by itself, when it is next, how it would look; and sending one now."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from adapters.timers import next_by_cron
from bot import friction
from bot.answering import Answering, Summary, heading, headline, told
from bot.answering.asking import find_owner, zone_of
from bot.answering.bars import chart, columns
from bot.app import read_policy, workplace
from bot.cli.reading import AsJson, Database, now, operator, say_json
from bot.digesting import Digesting, Due
from bot.errors import BadInput
from bot.friction import Friction, Frictions
from bot.policy.digests import FRICTION, Digest
from bot.policy.document import Owner, Policy
from bot.recording import timestamp
from bot.settings import Settings, load_settings


def digest_command(
    owner: Annotated[str | None, typer.Argument(help="An owner; without one, every digest is listed.")] = None,
    name: Annotated[str | None, typer.Argument(help="One of its digests; the only one needs no name.")] = None,
    *,
    send: Annotated[bool, typer.Option("--send", help="Send it now; the server posts it.")] = False,
    policy: Annotated[Path | None, typer.Option(help="The policy file (SIGNOFF_POLICY).")] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """List the digests of the policy, show what one would say now, or send it now.

    Sending one changes nothing of when it comes by itself.
    """
    settings = load_settings(policy=policy, database=database)
    document = read_policy(settings.policy)
    if owner is None:
        if send:
            raise BadInput("needs an owner", field="--send", remedy="name the owner whose digest it is")
        _list(document, as_json=as_json)
        return
    team = find_owner(owner, document)
    chosen = _chosen(team, name)
    shown, due = asyncio.run(_work(settings, document, team, chosen, send=send))
    if as_json:
        places = {surface: list(found) for surface, found in chosen.places.items()}
        say_json({"owner": team.id, "digest": chosen.name, "sent": due is not None, "places": places})
        return
    _show(shown)
    if due is None:
        typer.echo(f"This is {chosen.name} as it would be now; --send sends it.", err=True)
    else:
        where = ", ".join(f"{place} on {surface}" for surface, places in due.places.items() for place in places)
        typer.echo(f"It goes to {where or 'nowhere: no chat surface is set up'}.", err=True)


async def _work(
    settings: Settings, document: Policy, team: Owner, chosen: Digest, *, send: bool
) -> tuple[Summary | Friction, Due | None]:
    async with workplace(settings, migrate=False) as place:
        shown: Summary | Friction
        if chosen.kind == FRICTION:
            frictions = Frictions(place.store, place.clock, lambda: document)
            shown = (await frictions.measured(team.id, chosen.period)).friction
        else:
            shown = await Answering(place.store, place.clock, lambda: document).summary(team.id, chosen.period)
        if not send:
            return shown, None
        connected = {"slack": settings.slack_mode != "off", "teams": bool(settings.teams_app_id)}
        surfaces = tuple(name for name, there in connected.items() if there)
        digesting = Digesting(place.store, place.clock, lambda: document, next_by_cron, lambda: surfaces)
        return shown, await digesting.send(team, chosen, operator())


def _chosen(team: Owner, name: str | None) -> Digest:
    """The digest of this name, or the only one.

    Raises:
        BadInput: naming those that there are.
    """
    there = ", ".join(digest.name for digest in team.digests)
    if not there:
        raise BadInput(f"{team.id} has no digest", field="owner", remedy="add `digests:` to the owner in the policy")
    found = [digest for digest in team.digests if name in {None, digest.name}]
    if len(found) != 1:
        raise BadInput("is not one of its digests", field="name", remedy=f"choose one of {there}")
    return found[0]


def _list(document: Policy, *, as_json: bool) -> None:
    found = [
        (team, digest, zone_of(team, document), next_by_cron(digest.cron, zone_of(team, document).key, now()))
        for team in document.owners.values()
        for digest in team.digests
    ]
    if as_json:
        say_json([_row(*one) for one in found])
        return
    if not found:
        typer.echo("The policy has no digests; `digests:` of an owner makes one.", err=True)
    for team, digest, zone, upcoming in found:
        at = "never" if upcoming is None else f"{upcoming.astimezone(zone):%a %Y-%m-%d %H:%M} {zone.key}"
        where = "; ".join(f"{surface}: {', '.join(places)}" for surface, places in digest.places.items())
        typer.echo(
            f"{team.id} {digest.name}  {digest.kind}  {digest.cron.text}  {digest.period}  next {at}  to {where}"
        )


def _row(team: Owner, digest: Digest, zone: ZoneInfo, upcoming: datetime | None) -> dict[str, object]:
    return {
        "owner": team.id,
        "digest": digest.name,
        "kind": digest.kind,
        "cron": digest.cron.text,
        "timezone": zone.key,
        "period": digest.period,
        "next": None if upcoming is None else timestamp(upcoming),
        "places": {surface: list(places) for surface, places in digest.places.items()},
    }


def _show(shown: Summary | Friction) -> None:
    """The words and bars of a chat; what is for a risk owner's eyes is in none of them."""
    if isinstance(shown, Friction):
        first, said = f"{friction.heading(shown)}\n{friction.headline(shown)}", friction.told(shown)
    else:
        first, said = f"{heading(shown)}\n{headline(shown)}", told(shown)
    typer.echo(first)
    for one in said:
        typer.echo(f"\n{one.title}")
        if one.bars:
            typer.echo(chart([(bar.label, bar.count) for bar in one.bars]))
        if one.columns:
            typer.echo(columns(one.columns))
        for line in one.lines:
            typer.echo(f"- {line}")
