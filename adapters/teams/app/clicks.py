"""Buttons that do something at once (``adaptiveCard/action``): carried out, and answered by the user's own view.

The base message is redrawn by whatever else follows from the decision, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from adapters.teams.app import answers
from adapters.teams.app.answers import Answer
from adapters.teams.app.homes import feedback, home, samples
from adapters.teams.app.room import Room
from adapters.teams.app.telling import card_of, log_fault, sentence_of
from adapters.teams.app.visiting import STRANGE, Visit, mapping, request_id, short
from adapters.teams.cards import sent, values
from adapters.teams.cards.home import HOME
from adapters.teams.cards.lessons import FEEDBACK
from adapters.teams.cards.samples import SAMPLES
from adapters.teams.client import SUMMARY
from bot.deciding import Command, Reject
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.errors import BadInput, NotAllowed
from bot.receiving import Stranger, may_see, read_lesson, require_sight
from bot.receiving.at_once import AT_ONCE

Json = dict[str, Any]
REFRESH, REJECT = "refresh", "reject"
_OVER = "This summary is too old to be drawn again."


class Pressed(msgspec.Struct, frozen=True):
    """What a button asks for."""

    verb: str
    request: str
    typed: Mapping[str, str]
    automatic: bool
    """A client drew the card, and nobody pressed anything."""
    key: str = ""
    """``HOME`` where it was pressed on one's own page."""


def read_pressed(value: object) -> Pressed:
    """What was pressed, of an ``adaptiveCard/action``.

    Raises:
        BadInput: when it is no action at all, or none of ours.
    """
    action = mapping(value).get("action")
    if not isinstance(action, Mapping) or not isinstance(action.get("verb"), str):
        raise BadInput("an action has a verb", field="/value/action/verb", code="malformed")
    data = action.get("data")
    if not isinstance(data, Mapping):
        raise BadInput("an action has data", field="/value/action/data", code="malformed")
    trigger = mapping(value).get("trigger")
    if trigger is not None and (not isinstance(trigger, str) or trigger not in {"manual", "automatic"}):
        raise BadInput("is none that Teams knows", field="/value/trigger", code="malformed")
    verb = action["verb"]
    # No trigger: a client of before there were any; a refresh is told by its verb then.
    names = sent(data)
    key = short(names.get("key", ""))
    return Pressed(short(verb), request_id(names.get("request")), values(data), trigger == "automatic", key)


async def clicked(room: Room, visit: Visit, pressed: Pressed, *, first: bool) -> Answer:
    """Do what a button asks for, unless it came before or nobody pressed it; the answer is how things are now."""
    if pressed.key == SUMMARY:
        return await _summary(room, visit, pressed.request)
    try:
        request = await room.find(visit, pressed.request)
        person = await room.person(visit, request)
    except Exception as error:  # noqa: BLE001 - the last resort: the user is told, on their card
        log_fault(error, "click")
        card = card_of(error)
        return answers.view(card, card)
    try:
        if first and not pressed.automatic and pressed.verb != REFRESH:
            await room.act(request.id, _command(pressed), person)
        else:
            require_sight(request, person, room.policy())
        return answers.view(await _now(room, visit, pressed, request, person))
    except Exception as error:  # noqa: BLE001 - as above
        log_fault(error, "click")
        return await _refused(room, visit, pressed, request, person, error)


async def _summary(room: Room, visit: Visit, posting: str) -> Answer:
    """A digest shows what it showed; its call only tells that it stands. One for one person alone is theirs."""
    try:
        person = await room.person(visit)
        card = None if room.publishing is None else await room.publishing.again(posting, person.id)
    except Exception as error:  # noqa: BLE001 - as above
        log_fault(error, "click")
        card = card_of(error)
    return answers.passing(_OVER) if card is None else answers.view(card)


def _command(pressed: Pressed) -> Command:
    if pressed.verb in AT_ONCE:
        return AT_ONCE[pressed.verb]()
    if pressed.verb == REJECT:  # typed inside the card
        typed = pressed.typed
        return Reject(typed.get("reason_code", ""), typed.get("note", ""), read_lesson(typed.get("lesson", "")))
    raise BadInput(STRANGE)


async def _now(
    room: Room, visit: Visit, pressed: Pressed, request: Request, person: Person, why: str | None = None
) -> Json:
    if pressed.key == HOME and visit.private:
        return await home(room, visit, person, why)
    if pressed.key == FEEDBACK and visit.private:
        return await feedback(room, visit, person)
    if pressed.key == SAMPLES and visit.private:
        return await samples(room, visit, person)
    found = await room.store.request(request.id) or request
    return await room.shown(found, person, why or await room.lead(visit, found))


async def _refused(
    room: Room, visit: Visit, pressed: Pressed, request: Request, person: Person, error: Exception
) -> Answer:
    """Why, above the card as it is now: their own, or what everybody in its channel sees of it."""
    notice = card_of(error)
    seeing = may_see(request, person)
    if isinstance(error, Stranger) or (visit.private and not seeing):
        return answers.view(notice, notice)
    if isinstance(error, NotAllowed) and not seeing:
        found = await room.store.request(request.id)
        return answers.view(await room.shown(found or request, None, sentence_of(error)), notice)
    try:
        return answers.view(await _now(room, visit, pressed, request, person, sentence_of(error)), notice)
    except Exception as again:  # noqa: BLE001 - what is needed to draw it may be what is missing
        log_fault(again, "click")
        return answers.view(notice, notice)
