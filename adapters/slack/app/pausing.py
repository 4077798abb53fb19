"""Pausing and resuming from Slack: a command opens the form, its submission is the confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from adapters.slack.app.room import SURFACE, Room
from adapters.slack.app.visiting import Visit
from adapters.slack.cards import modals, reading
from adapters.slack.cards.pauses import scope_title, stopped
from bot.domain.pauses import EVERYTHING
from bot.domain.people import Person
from bot.domain.spelling import spelled
from bot.errors import BadInput, NotAllowed
from bot.pausing import may_pause, who_may

Json = dict[str, Any]
View = Mapping[str, Any]
ENDS = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "1d": timedelta(days=1)}


async def pause_form(room: Room, visit: Visit, wanted: str) -> Json:
    """The form to stop something, with what was typed behind the command chosen in it.

    Raises:
        NotAllowed: saying who may.
    """
    person = await room.person(visit)
    agents = {agent.id: agent.name for agent in await room.store.agents() if agent.revoked_at is None}
    scopes = _scopes(room, person, agents)
    if not scopes:
        raise _nobody(room, person)
    return modals.pause_form(scopes, _chosen(wanted, scopes))


async def resume_form(room: Room, visit: Visit, wanted: str) -> Json:
    """The form to let something go on, the one that was named first.

    Raises:
        NotAllowed: saying who may.
    """
    person, policy = await room.person(visit), room.policy()
    agents = {agent.id: agent.name for agent in await room.store.agents()}
    mine = [pause for pause in room.pausing.now() if may_pause(person, pause.scope, policy)]
    if not mine and room.pausing.now():
        raise _nobody(room, person)
    told = [stopped(pause, policy, agents) for pause in mine]
    first = _chosen(wanted, [(one.scope, one.title) for one in told])
    return modals.resume_form(sorted(told, key=lambda one: one.scope != first))


async def pause(room: Room, visit: Visit, view: View) -> Json:
    """Stop it.

    Raises:
        SignoffError: as ``Pausing.pause`` says.
    """
    typed = reading.values(view)
    person = await room.person(visit)
    end = typed.get("end", "")
    if end and end not in ENDS:
        raise BadInput("is none of the choices", field="end", remedy="choose one of them")
    until = room.clock.now() + ENDS[end] if end else None
    await room.pausing.pause(typed.get("scope", ""), typed.get("reason", ""), person, SURFACE, until=until)
    return {}


async def resume(room: Room, visit: Visit, view: View) -> Json:
    """Let it go on.

    Raises:
        SignoffError: as ``Pausing.resume`` says.
    """
    typed = reading.values(view)
    person = await room.person(visit)
    await room.pausing.resume(typed.get("scope", ""), typed.get("reason", ""), person, SURFACE)
    return {}


def _scopes(room: Room, person: Person, agents: Mapping[str, str]) -> list[tuple[str, str]]:
    """What this person may stop: values and titles."""
    policy = room.policy()
    known = [EVERYTHING, *(f"owner:{id_}" for id_ in policy.owners), *(f"action:{id_}" for id_ in policy.actions)]
    known += [f"agent:{id_}" for id_ in agents]
    return [(scope, scope_title(scope, policy, agents)) for scope in known if may_pause(person, scope, policy)]


def _chosen(wanted: str, scopes: list[tuple[str, str]]) -> str | None:
    """The scope that somebody typed: whole, its id alone, or its title."""
    text = spelled(wanted)
    for scope, title in scopes:
        if text and text in {spelled(scope), spelled(scope.partition(":")[2]), spelled(title)}:
            return scope
    return None


def _nobody(room: Room, person: Person) -> NotAllowed:
    names = ", ".join(who_may(EVERYTHING, room.policy())) or "nobody"
    return NotAllowed(f"{person.name} may not pause or resume automation", remedy=f"ask {names}")
