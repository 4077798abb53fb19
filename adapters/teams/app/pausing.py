"""Pausing and resuming from Teams: a command's answer has the button that opens the form; submitting it confirms."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.teams.app.room import SURFACE, Json, Room
from adapters.teams.app.visiting import Visit
from adapters.teams.cards import pause_dialog, resume_dialog
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.elements import line, opens, run
from bot.cards.pauses import stopped
from bot.pausing import end_of, freezes, may_pause
from bot.receiving import chosen, nobody, scopes

Said = Mapping[str, str]
_LONGEST = 200


def offer(name: str, wanted: str) -> Json:
    """The card with the button that opens the form; ``wanted`` is what was typed behind the command."""
    told = "Choose what is to stop." if name == "pause" else "Choose what is to go on again."
    button = opens(f"{name.capitalize()}…", name, {"key": wanted[:_LONGEST]})
    return card_of([line([run(told)])], [button])


async def pause_form(room: Room, visit: Visit, wanted: str, typed: Said, problems: Said) -> Json:
    """The form to stop something, with what was typed behind the command chosen in it.

    Raises:
        NotAllowed: saying who may.
    """
    person = await room.person(visit)
    agents = {agent.id: agent.name for agent in await room.store.agents() if agent.revoked_at is None}
    may = scopes(person, room.policy(), agents)
    return pause_dialog(may, chosen(wanted, may), typed, problems)


async def resume_form(room: Room, visit: Visit, wanted: str, typed: Said, problems: Said) -> Json:
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
    return resume_dialog(sorted(told, key=lambda one: one.scope != first), typed, problems)


async def pause(room: Room, visit: Visit, typed: Said) -> None:
    """Stop it.

    Raises:
        SignoffError: as ``Pausing.pause`` says.
    """
    person = await room.person(visit)
    until = end_of(typed.get("end", ""), room.clock.now())
    freeze = freezes(typed.get("freeze", ""))
    scope, reason = typed.get("scope", ""), typed.get("reason", "")
    await room.pausing.pause(scope, reason, person, SURFACE, until=until, freeze=freeze)


async def resume(room: Room, visit: Visit, typed: Said) -> None:
    """Let it go on.

    Raises:
        SignoffError: as ``Pausing.resume`` says.
    """
    person = await room.person(visit)
    await room.pausing.resume(typed.get("scope", ""), typed.get("reason", ""), person, SURFACE)
