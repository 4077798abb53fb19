"""Dialogs: ``task/fetch`` opens one, ``task/submit`` makes a command of what was typed, or says in it what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from adapters.teams.app import answers, bulk, duty, editing, pausing
from adapters.teams.app.answers import Answer
from adapters.teams.app.editing import problems_of
from adapters.teams.app.forms import FORMS, fill, show
from adapters.teams.app.room import Json, Room
from adapters.teams.app.telling import card_of, log_fault
from adapters.teams.app.visiting import STRANGE, Visit, mapping, request_id, short
from adapters.teams.cards import sent, values
from bot.attending import snooze_until
from bot.deciding import Ask, Command, Reassign, Reject, Revoke, Snooze, Withdraw
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.errors import BadInput, Busy, Unavailable
from bot.learning.sheets import CHANGE, DECLINE, NEEDS_WORK, command_of
from bot.receiving import read_lesson, require_sight

Said = Mapping[str, str]
NOTHING = "Nothing was done"
SEEN = "seen"
_TWICE = "This came twice. What became of it stands on the card; if it does not, open the form again."
FROM_WORDS: dict[str, tuple[Callable[[Room, Visit, str, Said, Said], Awaitable[Json]], Any]] = {
    "pause": (pausing.pause_form, pausing.pause),
    "resume": (pausing.resume_form, pausing.resume),
    **duty.DIALOGS,
}
"""By command and dialog: what draws the form, and what its submission does."""


class Sent(msgspec.Struct, frozen=True):
    """What a dialog's button, or one that opens a dialog, sends."""

    names: Mapping[str, str]
    """What we put along: ``verb`` or ``dialog``, ``request``, ``key``, ``field``."""
    typed: Said


def read_sent(value: object) -> Sent:
    """The data of a ``task/fetch`` or ``task/submit``.

    Raises:
        BadInput: when it is no such thing.
    """
    data = mapping(value).get("data")
    if not isinstance(data, Mapping):
        raise BadInput("a dialog sends data", field="/value/data", code="malformed")
    return Sent(sent(data), values(data))


async def fetched(room: Room, visit: Visit, asked: Sent, *, first: bool) -> Answer:
    """The dialog that a button asks for, or why there is none."""
    verb = asked.names.get("verb", "")
    try:
        return answers.form(await _dialog(room, visit, verb, asked.names, first=first))
    except Exception as error:  # noqa: BLE001 - the last resort: the user is told, in the dialog
        log_fault(error, "dialog")
        return answers.words(FORMS[verb][0] if verb in FORMS else NOTHING, card_of(error))


async def _dialog(room: Room, visit: Visit, verb: str, names: Said, *, first: bool) -> Json:
    if verb in FROM_WORDS:
        return await FROM_WORDS[verb][0](room, visit, names.get("key", ""), {}, {})
    id_ = request_id(names.get("request"))
    if verb == "show":
        return await show(room, visit, id_, short(names.get("field", "")), first=first)
    if verb == "bulk":
        return await bulk.form(room, visit, id_)
    if verb not in FORMS:
        raise BadInput(STRANGE, remedy="use the buttons of the card in its channel")
    return await fill(room, visit, verb, id_)


async def submitted(room: Room, visit: Visit, form: Sent, *, first: bool) -> Answer:
    """What came of a submitted dialog: it closes, it says what is wrong, or another takes its place."""
    try:
        if not first:
            return answers.told(_TWICE)
        name = form.names.get("dialog", "")
        if name in FROM_WORDS:
            return await _from_words(room, visit, name, form.typed)
        return await _on_request(room, visit, name, form)
    except Exception as error:  # noqa: BLE001 - as above
        log_fault(error, "submission")
        return answers.words(NOTHING, card_of(error))


async def _on_request(room: Room, visit: Visit, name: str, form: Sent) -> Answer:
    if name not in COMMANDS and name not in {"bulk", "edit", "edit_review", "edit_back"}:
        raise BadInput("this form is none of Signoff's", remedy="open it again")
    request = await room.find(visit, request_id(form.names.get("request")))
    person = await room.person(visit, request)
    require_sight(request, person, room.policy())
    match name:
        case "bulk":
            return await bulk.decide(room, visit, request, person, short(form.names.get("key", "")), form.typed)
        case "edit":
            return await editing.review(room, visit, request, person, form.typed)
        case "edit_review":
            return await editing.sign(room, request, person, form.names.get("key", ""))
        case "edit_back":
            return await editing.back(room, request, person, form.names.get("key", ""))
    typed = {**form.typed, SEEN: form.names.get("key", "")}
    try:
        await room.act(request.id, COMMANDS[name](room, request, typed), person)
    except (BadInput, Busy, Unavailable) as error:
        drawn = await _again(room, name, request, person, form.typed, error)
        return answers.form(drawn, card_of(error))
    return answers.CLOSED


async def _again(room: Room, name: str, request: Request, person: Person, typed: Said, error: Exception) -> Json:
    """The form with what was typed in it, and what is wrong where it is."""
    return await FORMS[name][1](room, request, person, typed, problems_of(error))


async def _from_words(room: Room, visit: Visit, name: str, typed: Said) -> Answer:
    draw, do = FROM_WORDS[name]
    try:
        told = await do(room, visit, typed)
    except (BadInput, Busy, Unavailable) as error:
        return answers.form(await draw(room, visit, "", typed, problems_of(error)), card_of(error))
    return answers.CLOSED if told is None else answers.told(told)


def _reject(_room: Room, _request: Request, typed: Said) -> Command:
    lesson = read_lesson(typed.get("lesson", ""))
    return Reject(typed.get("reason_code", ""), typed.get("note", ""), lesson)


def _ask(_room: Room, _request: Request, typed: Said) -> Command:
    return Ask(typed.get("text", ""))


def _revoke(_room: Room, _request: Request, typed: Said) -> Command:
    return Revoke(typed.get("note", ""))


def _withdraw(_room: Room, _request: Request, typed: Said) -> Command:
    return Withdraw(typed.get("note"))


def _reassign(_room: Room, _request: Request, typed: Said) -> Command:
    return Reassign(typed.get("to", ""), typed.get("note") or None)


def _snooze(room: Room, request: Request, typed: Said) -> Command:
    return Snooze(snooze_until(request, typed.get("until", ""), room.clock.now()))


def _item(name: str) -> Callable[[Room, Request, Said], Command]:
    def command(room: Room, request: Request, typed: Said) -> Command:
        return command_of(name, request, typed, typed.get(SEEN, ""), room.policy().zone)

    return command


COMMANDS: dict[str, Callable[[Room, Request, Said], Command]] = {
    "reject": _reject,
    "ask": _ask,
    "revoke": _revoke,
    "withdraw": _withdraw,
    "reassign": _reassign,
    "snooze": _snooze,
    DECLINE: _item(DECLINE),
    CHANGE: _item(CHANGE),
    NEEDS_WORK: _item(NEEDS_WORK),
}
"""By the dialog's name."""
