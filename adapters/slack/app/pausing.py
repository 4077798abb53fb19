"""Pausing and resuming from Slack: a command opens the form, its submission is the confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.slack.app.room import SURFACE, Room
from adapters.slack.app.visiting import Visit
from adapters.slack.cards import modals, reading
from bot.cards.pauses import stopped
from bot.pausing import end_of, freezes, may_pause
from bot.receiving import chosen, nobody, scopes

Json = dict[str, Any]
View = Mapping[str, Any]


async def pause_form(room: Room, visit: Visit, wanted: str) -> Json:
    """The form to stop something, with what was typed behind the command chosen in it.

    Raises:
        NotAllowed: saying who may.
    """
    person = await room.person(visit)
    agents = {agent.id: agent.name for agent in await room.store.agents() if agent.revoked_at is None}
    may = scopes(person, room.policy(), agents)
    return modals.pause_form(may, chosen(wanted, may))


async def resume_form(room: Room, visit: Visit, wanted: str) -> Json:
    """The form to let something go on, the one that was named first.

    Raises:
        NotAllowed: saying who may.
    """
    person, policy = await room.person(visit), room.policy()
    agents = {agent.id: agent.name for agent in await room.store.agents()}
    mine = [pause for pause in room.pausing.now() if may_pause(person, pause.scope, policy)]
    if not mine and room.pausing.now():
        raise nobody(person, policy)
    told = [stopped(pause, policy, agents) for pause in mine]
    first = chosen(wanted, [(one.scope, one.title) for one in told])
    return modals.resume_form(sorted(told, key=lambda one: one.scope != first))


async def pause(room: Room, visit: Visit, view: View) -> Json:
    """Stop it.

    Raises:
        SignoffError: as ``Pausing.pause`` says.
    """
    typed = reading.values(view)
    person = await room.person(visit)
    until = end_of(typed.get("end", ""), room.clock.now())
    freeze = freezes(typed.get("freeze", ""))
    scope, reason = typed.get("scope", ""), typed.get("reason", "")
    await room.pausing.pause(scope, reason, person, SURFACE, until=until, freeze=freeze)
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
