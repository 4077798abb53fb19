"""The forms that a click opens, each drawn for the one person who will fill it in, as the request is by then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from adapters.slack.app.acting import act
from adapters.slack.app.room import SURFACE, Room
from adapters.slack.app.visiting import Visit
from adapters.slack.cards import explanation, modals
from adapters.slack.cards.modals.rejecting import may_not
from bot.attending import heirs, snooze_choices
from bot.cards import card, history, revealed_to
from bot.cards.masking import Masker
from bot.deciding import Reveal
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.errors import BadInput
from bot.forms import inputs
from bot.learning.sheets import CHANGE, DECLINE, NEEDS_WORK, TITLES, seen_of, sheet_of

Json = dict[str, Any]
Form = Callable[[Room, Request, Person], Awaitable[Json]]


async def fill(room: Room, visit: Visit, name: str, request_id: str) -> Json:
    """The form of a command, for whoever pressed its button.

    Raises:
        SignoffError: saying why they may not see it.
    """
    request, person = await room.see(visit, request_id)
    return await FORMS[name][1](room, request, person)


async def show(room: Room, visit: Visit, request_id: str, field: str) -> Json:
    """A masked field's value, to this person alone, once it is on record that they looked.

    Raises:
        SignoffError: saying why they may not.
    """
    request, person = await room.see(visit, request_id)
    await act(room, request.id, Reveal(field), person)
    now = room.clock.now()
    drawn = card(request, room.policy(), viewer=person, now=now, revealed=frozenset({field}))
    row = next((row for row in drawn.changes if row.name == field), None)
    if row is None:
        raise BadInput("is no argument of this request", field="field")
    return modals.shown(drawn, row)


async def _details(room: Room, request: Request, person: Person) -> Json:
    now, policy = room.clock.now(), room.policy()
    records = await room.store.events(f"request:{request.id}")
    agent = await room.store.agent(request.agent_id)
    name = None if agent is None else agent.name
    revealed = revealed_to(records, person, SURFACE, now)
    drawn = card(request, policy, viewer=person, now=now, revealed=revealed, agent=name)
    told = history(records, request, policy, revealed=revealed, agent=name)
    return modals.details(drawn, told, room.request_url(request.id))


async def _explain(room: Room, request: Request, person: Person) -> Json:
    return explanation.explain_view(await room.drawn(request, person), request)


async def _edit(room: Room, request: Request, person: Person) -> Json:
    now, policy = room.clock.now(), room.policy()
    revealed = revealed_to(await room.store.events(f"request:{request.id}"), person, SURFACE, now)
    drawn = card(request, policy, viewer=person, now=now, revealed=revealed)
    fields = inputs(request, policy, Masker(request, revealed).hidden, {}, {})
    return modals.edit_form(drawn, fields, desk_url=room.request_url(request.id))


async def _reject(room: Room, request: Request, person: Person) -> Json:
    return modals.reject_form(await room.drawn(request, person))


async def _ask(room: Room, request: Request, person: Person) -> Json:
    return modals.ask_form(await room.drawn(request, person))


async def _revoke(room: Room, request: Request, person: Person) -> Json:
    return modals.revoke_form(await room.drawn(request, person))


async def _withdraw(room: Room, request: Request, person: Person) -> Json:
    return modals.withdraw_form(await room.drawn(request, person))


async def _reassign(room: Room, request: Request, person: Person) -> Json:
    policy, now = room.policy(), room.clock.now()
    drawn = await room.drawn(request, person)
    if (refused := may_not(drawn, "reassign", "Reassign")) is not None:
        return refused
    able = heirs(request, person, policy, now)
    return modals.reassign_form(drawn, [(other.id, other.name) for other in able])


async def _snooze(room: Room, request: Request, person: Person) -> Json:
    drawn = await room.drawn(request, person)
    if (refused := may_not(drawn, "snooze", "Snooze")) is not None:
        return refused
    return modals.snooze_form(drawn, snooze_choices(request, room.clock.now()))


async def _decline_item(room: Room, request: Request, person: Person) -> Json:
    return await _item(room, request, person, DECLINE)


async def _change_item(room: Room, request: Request, person: Person) -> Json:
    return await _item(room, request, person, CHANGE)


async def _needs_work(room: Room, request: Request, person: Person) -> Json:
    return await _item(room, request, person, NEEDS_WORK)


async def _item(room: Room, request: Request, person: Person, name: str) -> Json:
    made = sheet_of(name, request, room.policy())
    return modals.item_form(await room.drawn(request, person), made, seen_of(request))


FORMS: dict[str, tuple[str, Form]] = {
    "reject": ("Reject", _reject),
    "edit": ("Edit before approving", _edit),
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
"""By command: the modal's title, and what fills it."""
