"""On call and away from Slack: a command opens the form, its submission does it; ``oncall`` lists and ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from adapters.slack.app.room import SURFACE, Room
from adapters.slack.app.visiting import Visit
from adapters.slack.cards import answers, reading
from adapters.slack.cards.drawn import Drawn
from adapters.slack.cards.modals import duty_form, notice, on_call_answer
from bot.rostering.sheets import SHEETS, sheet
from bot.rostering.submitting import end, submit
from bot.rostering.wording import ahead

Json = dict[str, Any]
View = Mapping[str, Any]
_END = "end"


def opening(name: str) -> Callable[[Room, Visit, str], Awaitable[Json]]:
    """What fills the form of this name, with what was typed behind the command chosen in it."""

    async def form(room: Room, visit: Visit, wanted: str) -> Json:
        person = await room.person(visit)
        return duty_form(sheet(name, await room.rostering.standing(), person, room.clock.now(), wanted))

    return form


async def sent(room: Room, visit: Visit, view: View) -> Json:
    """Do what the form asks for, and say what became of it in its place.

    Raises:
        SignoffError: as ``bot.rostering.submitting.submit`` says.
    """
    person = await room.person(visit)
    name = str(view.get("callback_id"))
    told = await submit(room.rostering, name, reading.values(view), person, SURFACE, room.clock.now())
    return reading.update(notice("Done", told, "It is on record. The command oncall lists it."))


async def on_call(room: Room, visit: Visit, rest: str) -> Drawn:
    """Who is on call and away; ``end NUMBER`` ends a cover or a delegation."""
    person = await room.person(visit)
    word, _, number = rest.partition(" ")
    if word.lower() == _END:
        return answers.say(await end(room.rostering, number, person, SURFACE))
    return on_call_answer(ahead(await room.rostering.standing(), person, room.clock.now()), room.desk_url)


FORMS: dict[str, tuple[str, Callable[[Room, Visit, str], Awaitable[Json]]]] = {
    name: ({"cover": "Cover", "away": "Away", "quiet": "Quiet hours"}[name], opening(name)) for name in SHEETS
}
"""By command: the modal's title, and what fills it."""
