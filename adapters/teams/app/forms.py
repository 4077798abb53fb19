"""The dialogs that a button opens, each drawn for the one person who will fill it in, as the request is by then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from adapters.teams.app.room import Room
from adapters.teams.app.visiting import Visit
from adapters.teams.cards import (
    ask_dialog,
    details_card,
    dialog,
    edit_dialog,
    item_dialog,
    reassign_dialog,
    reject_dialog,
    revoke_dialog,
    shown_card,
    snooze_dialog,
    withdraw_dialog,
)
from adapters.teams.cards.explanation import explain_card
from bot.attending import heirs, snooze_choices
from bot.cards import history
from bot.cards.masking import Masker
from bot.deciding import Reveal
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.errors import BadInput
from bot.forms import inputs
from bot.learning.sheets import CHANGE, DECLINE, NEEDS_WORK, TITLES, seen_of, sheet_of

Json = dict[str, Any]
Said = Mapping[str, str]
Form = Callable[[Room, Request, Person, Said, Said], Awaitable[Json]]
"""Draws a dialog with what was typed before and what is wrong with it, by name of input."""


async def fill(room: Room, visit: Visit, name: str, request_id: str) -> Json:
    """The dialog of a command, for whoever pressed its button.

    Raises:
        SignoffError: saying why they may not see it.
    """
    request, person = await room.see(visit, request_id)
    return await FORMS[name][1](room, request, person, {}, {})


async def show(room: Room, visit: Visit, request_id: str, field: str, *, first: bool) -> Json:
    """A masked field's value, to this person alone, once it is on record that they looked: once for a click.

    Raises:
        SignoffError: saying why they may not.
    """
    request, person = await room.see(visit, request_id)
    if first:
        await room.act(request.id, Reveal(field), person)
    elif field not in await room.revealed(request, person):
        raise BadInput("this came twice, and what came of the first is not known", remedy="press the button again")
    drawn = await room.drawn(request, person, field)
    row = next((row for row in drawn.changes if row.name == field), None)
    if row is None:
        raise BadInput("is no argument of this request", field="field")
    return dialog("Masked field", shown_card(row))


async def _details(room: Room, request: Request, person: Person, _typed: Said, _problems: Said) -> Json:
    records = await room.store.events(f"request:{request.id}")
    agent = await room.store.agent(request.agent_id)
    name = None if agent is None else agent.name
    drawn = await room.drawn(request, person)
    revealed = await room.revealed(request, person)
    told = history(records, request, room.policy(), revealed=revealed, agent=name)
    return dialog("Details", details_card(drawn, told, room.request_url(request.id)), "large")


async def _explain(room: Room, request: Request, person: Person, _typed: Said, _problems: Said) -> Json:
    drawn = await room.drawn(request, person)
    return dialog("Why it was held", explain_card(drawn, request, room.request_url(request.id)), "large")


async def edit(room: Room, request: Request, person: Person, typed: Said, problems: Said) -> Json:
    """The form to edit; ``typed`` and ``problems`` of arguments are by field name, of note and lesson by theirs."""
    drawn = await room.drawn(request, person)
    hidden = Masker(request, await room.revealed(request, person)).hidden
    fields = inputs(request, room.policy(), hidden, typed, problems)
    stray = {name: text for name, text in problems.items() if name not in {one.field for one in fields}}
    return edit_dialog(
        drawn, fields, stray, typed.get("note"), typed.get("lesson"), desk_url=room.request_url(request.id)
    )


async def _reject(room: Room, request: Request, person: Person, typed: Said, problems: Said) -> Json:
    return reject_dialog(await room.drawn(request, person), typed, problems)


async def _ask(room: Room, request: Request, person: Person, typed: Said, problems: Said) -> Json:
    return ask_dialog(await room.drawn(request, person), typed, problems)


async def _revoke(room: Room, request: Request, person: Person, typed: Said, problems: Said) -> Json:
    return revoke_dialog(await room.drawn(request, person), typed, problems)


async def _withdraw(room: Room, request: Request, person: Person, typed: Said, problems: Said) -> Json:
    return withdraw_dialog(await room.drawn(request, person), typed, problems)


async def _reassign(room: Room, request: Request, person: Person, typed: Said, problems: Said) -> Json:
    able = heirs(request, person, room.policy(), room.clock.now())
    drawn = await room.drawn(request, person)
    return reassign_dialog(drawn, [(other.id, other.name) for other in able], typed, problems)


async def _snooze(room: Room, request: Request, person: Person, _typed: Said, problems: Said) -> Json:
    drawn = await room.drawn(request, person)
    return snooze_dialog(drawn, snooze_choices(request, room.clock.now()), problems)


async def _decline_item(room: Room, request: Request, person: Person, typed: Said, problems: Said) -> Json:
    return await _item(room, request, person, DECLINE, (typed, problems))


async def _change_item(room: Room, request: Request, person: Person, typed: Said, problems: Said) -> Json:
    return await _item(room, request, person, CHANGE, (typed, problems))


async def _needs_work(room: Room, request: Request, person: Person, typed: Said, problems: Said) -> Json:
    return await _item(room, request, person, NEEDS_WORK, (typed, problems))


async def _item(room: Room, request: Request, person: Person, name: str, said: tuple[Said, Said]) -> Json:
    made = sheet_of(name, request, room.policy())
    return item_dialog(await room.drawn(request, person), made, seen_of(request), *said)


FORMS: dict[str, tuple[str, Form]] = {
    "reject": ("Reject", _reject),
    "edit": ("Edit before approving", edit),
    "ask": ("Ask the agent", _ask),
    "revoke": ("Revoke the approval", _revoke),
    "withdraw": ("Take my signature back", _withdraw),
    "reassign": ("Reassign", _reassign),
    "snooze": ("Snooze", _snooze),
    DECLINE: (TITLES[DECLINE], _decline_item),
    CHANGE: (TITLES[CHANGE], _change_item),
    NEEDS_WORK: (TITLES[NEEDS_WORK], _needs_work),
    "details": ("Details", _details),
    "explain": ("Why it was held", _explain),
}
"""By command: the dialog's title, and what fills it."""
