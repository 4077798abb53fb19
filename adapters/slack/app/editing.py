"""Editing in two steps: what was typed is checked and shown as before and after; signing that approves it.

What was typed waits on the shelf in between, under the id of the form that it was typed into.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.slack.app.acting import act
from adapters.slack.app.room import SURFACE, Room
from adapters.slack.app.visiting import Visit, request_id
from adapters.slack.cards import modals, reading
from bot.cards import card, change_rows, revealed_to, try_out
from bot.cards.masking import Masker
from bot.deciding import require_pending
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.editing import parse_form
from bot.forms import typed_over
from bot.learning.suggesting import of_edit
from bot.receiving import Draft, Drafts

Json = dict[str, Any]
View = Mapping[str, Any]
ROOM = "slack.edits"


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
    command = draft.signing(request)
    try_out(request, command, person, room.policy(), now)
    await _drafts(room).keep(visit.view, draft)
    return {"response_action": "push", "view": await _before_and_after(room, request, person, draft, visit.view)}


async def sign(room: Room, visit: Visit, view: View) -> Json:
    """Approve what was reviewed, and close the modals.

    Raises:
        SignoffError: as the rules say; then the form below still has what was typed.
    """
    sent = reading.metadata(view)
    request = await room.find(visit, request_id(sent.get("request")))
    person = await room.person(visit, request)
    draft = await _drafts(room).find(sent.get("key", ""), request, person)
    await act(room, request.id, draft.signing(request), person)
    await _drafts(room).drop(sent["key"])
    return reading.clear()


async def _before_and_after(room: Room, request: Request, person: Person, draft: Draft, key: str) -> Json:
    now, policy = room.clock.now(), room.policy()
    revealed = revealed_to(await room.store.events(f"request:{request.id}"), person, SURFACE, now)
    drawn = card(request, policy, viewer=person, now=now, revealed=revealed)
    arguments = parse_form(request, draft.typed)
    rows = change_rows(request, policy, Masker(request, revealed), arguments)
    lesson = draft.lesson or of_edit(request, arguments, policy).learn.value
    return modals.review_form(drawn, rows, draft.note, lesson, key)


def _drafts(room: Room) -> Drafts:
    return Drafts(room.store.shelf, room.clock, ROOM)
