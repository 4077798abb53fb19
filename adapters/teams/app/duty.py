"""On call and away from Teams: a command's answer has the button that opens the form; ``oncall`` lists and ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from adapters.teams.app.room import SURFACE, Json, Room
from adapters.teams.app.visiting import Visit
from adapters.teams.cards import duty_dialog, on_call_card, say_card
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.elements import line, opens, run
from bot.rostering.sheets import SHEETS, sheet
from bot.rostering.submitting import end, submit
from bot.rostering.wording import ahead

Said = Mapping[str, str]
Draw = Callable[[Room, Visit, str, Said, Said], Awaitable[Json]]
Do = Callable[[Room, Visit, Said], Awaitable[str | None]]
_LONGEST = 200
_END = "end"


def drawing(name: str) -> Draw:
    """What draws the form of this name, with what was typed behind the command chosen in it."""

    async def form(room: Room, visit: Visit, wanted: str, typed: Said, problems: Said) -> Json:
        person = await room.person(visit)
        made = sheet(name, await room.rostering.standing(), person, room.clock.now(), wanted)
        return duty_dialog(made, typed, problems)

    return form


def doing(name: str) -> Do:
    """What does what the form of this name asks for, and says what became of it."""

    async def done(room: Room, visit: Visit, typed: Said) -> str:
        person = await room.person(visit)
        return await submit(room.rostering, name, typed, person, SURFACE, room.clock.now())

    return done


def offering(name: str) -> Callable[[Room, Visit, str], Awaitable[Json]]:
    """What answers the command of this name: the card with the button; whoever may not is told at once."""

    async def offered(room: Room, visit: Visit, rest: str) -> Json:
        person = await room.person(visit)
        made = sheet(name, await room.rostering.standing(), person, room.clock.now(), rest)
        button = opens(f"{made.title}…", name, {"key": rest[:_LONGEST]})
        return card_of([line([run(made.told)])], [button])

    return offered


async def on_call(room: Room, visit: Visit, rest: str) -> Json:
    """Who is on call and away; ``end NUMBER`` ends a cover or a delegation."""
    person = await room.person(visit)
    word, _, number = rest.partition(" ")
    if word.lower() == _END:
        return say_card(await end(room.rostering, number, person, SURFACE))
    return on_call_card(ahead(await room.rostering.standing(), person, room.clock.now()), room.desk_url)


DIALOGS: dict[str, tuple[Draw, Do]] = {name: (drawing(name), doing(name)) for name in SHEETS}
"""By command and dialog: what draws the form, and what its submission does."""
ANSWERS = {name: offering(name) for name in SHEETS} | {"oncall": on_call}
"""By command."""
