"""Editing in two steps: what was typed is checked and shown as before and after; signing that approves it.

What was typed waits on the shelf in between, under the id of the form that it was typed into, for an hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from adapters.slack.app.acting import act
from adapters.slack.app.room import SURFACE, Room
from adapters.slack.app.visiting import Visit, request_id
from adapters.slack.cards import modals, reading
from bot.cards import card, change_rows, revealed_to, try_out
from bot.cards.masking import Masker
from bot.deciding import ApproveWithEdits, require_pending
from bot.domain.people import Person
from bot.domain.requests import Lesson, Request
from bot.editing import check_arguments, parse_form
from bot.errors import BadInput
from bot.forms import typed_over

Json = dict[str, Any]
View = Mapping[str, Any]
ROOM = "slack.edits"
KEPT = timedelta(hours=1)


class Draft(msgspec.Struct, frozen=True):
    """What somebody typed over a request's arguments (field name to text), and has not signed yet."""

    request: str
    person: str
    typed: dict[str, str]
    note: str
    lesson: str


async def review(room: Room, visit: Visit, view: View) -> Json:
    """Check what was typed, then show before and after on top of the form.

    Raises:
        EditRefused: naming every field that can't be as it was typed.
        SignoffError: as the rules say, the caps aside, which are settled on signing.
    """
    form = reading.values(view)
    request = await room.find(visit, request_id(reading.metadata(view).get("request")))
    person = await room.person(visit, request)
    draft = Draft(request.id, person.id, typed_over(request, form), form.get("note", ""), form.get("lesson", ""))
    now = room.clock.now()
    require_pending(request, room.policy(), now)
    command = _command(request, draft)
    try_out(request, command, person, room.policy(), now)
    await room.store.shelf.put(ROOM, visit.view, msgspec.json.encode(draft), expires_at=now + KEPT)
    return {"response_action": "push", "view": await _before_and_after(room, request, person, draft, visit.view)}


async def sign(room: Room, visit: Visit, view: View) -> Json:
    """Approve what was reviewed, and close the modals.

    Raises:
        SignoffError: as the rules say; then the form below still has what was typed.
    """
    sent = reading.metadata(view)
    request = await room.find(visit, request_id(sent.get("request")))
    person = await room.person(visit, request)
    kept = await room.store.shelf.get(ROOM, sent.get("key", "")[:255], room.clock.now())
    draft = None if kept is None else msgspec.json.decode(kept, type=Draft)
    if draft is None or (draft.request, draft.person) != (request.id, person.id):
        raise BadInput("what was typed is not kept any more", remedy="go back and review it again")
    await act(room, request.id, _command(request, draft), person)
    await room.store.shelf.drop(ROOM, sent["key"])
    return reading.clear()


def read_lesson(chosen: str) -> Lesson | None:
    """What is to be learned, if anything.

    Raises:
        BadInput: when it is none of the kinds.
    """
    try:
        return Lesson(chosen) if chosen else None
    except ValueError as error:
        raise BadInput("is none of the kinds", field="lesson", remedy="choose one of them") from error


def _command(request: Request, draft: Draft) -> ApproveWithEdits:
    arguments = parse_form(request, draft.typed)
    if request.pending:
        check_arguments(request, arguments)
    return ApproveWithEdits(arguments, draft.note or None, read_lesson(draft.lesson))


async def _before_and_after(room: Room, request: Request, person: Person, draft: Draft, key: str) -> Json:
    now, policy = room.clock.now(), room.policy()
    revealed = revealed_to(await room.store.events(f"request:{request.id}"), person, SURFACE, now)
    drawn = card(request, policy, viewer=person, now=now, revealed=revealed)
    rows = change_rows(request, policy, Masker(request, revealed), parse_form(request, draft.typed))
    return modals.review_form(drawn, rows, draft.note, draft.lesson, key)
