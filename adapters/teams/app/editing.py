"""Editing in two steps: what was typed is checked and shown as before and after; signing that approves it.

What was typed waits on the shelf in between, under the name of the deed that sent it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from adapters.teams.app import answers
from adapters.teams.app.answers import Answer
from adapters.teams.app.forms import edit
from adapters.teams.app.room import Json, Room
from adapters.teams.app.visiting import Visit
from adapters.teams.cards import review_dialog
from bot.cards import change_rows, try_out
from bot.cards.masking import Masker
from bot.deciding import require_pending
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.editing import EditRefused, editable_fields, parse_form
from bot.errors import BadInput, Busy, Unavailable
from bot.forms import input_name, typed_over
from bot.learning.suggesting import of_edit
from bot.receiving import Draft

Said = Mapping[str, str]
_BESIDE = ("note", "lesson")


async def review(room: Room, visit: Visit, request: Request, person: Person, form: Said) -> Answer:
    """Check what was typed, then show before and after in the form's place; else the form again, with what is wrong.

    Raises:
        SignoffError: as the rules say, the caps aside, which are settled on signing.
    """
    typed = typed_over(request, form)
    draft = Draft(request.id, person.id, typed, form.get("note", ""), form.get("lesson", ""))
    require_pending(request, room.policy(), room.clock.now())
    key = hashlib.sha256("|".join(visit.identity).encode()).hexdigest()
    try:
        try_out(request, draft.signing(request), person, room.policy(), room.clock.now())
        await room.drafts.keep(key, draft)
    except (BadInput, Busy, Unavailable) as error:
        again = await edit(room, request, person, _stood(request, form), problems_of(error))
        return answers.form(again)
    return answers.form(await _before_and_after(room, request, person, draft, key))


async def sign(room: Room, request: Request, person: Person, key: str) -> Answer:
    """Approve what was reviewed, and close the dialog.

    Raises:
        SignoffError: as the rules say.
    """
    draft = await room.drafts.find(key, request, person)
    try:
        await room.act(request.id, draft.signing(request), person)
    except (BadInput, Busy, Unavailable) as error:
        return answers.form(await edit(room, request, person, _kept(draft), problems_of(error)))
    await room.drafts.drop(key)
    return answers.CLOSED


async def back(room: Room, request: Request, person: Person, key: str) -> Answer:
    """The form again, with what was typed.

    Raises:
        BadInput: when that is not kept any more.
    """
    draft = await room.drafts.find(key, request, person)
    return answers.form(await edit(room, request, person, _kept(draft), {}))


def problems_of(error: Exception) -> dict[str, str]:
    """What is wrong, by field; by none where it is with no single one."""
    if isinstance(error, EditRefused):
        return dict(error.problems)
    if isinstance(error, BadInput):
        return {error.field or "": f"{error.message} ({error.remedy})" if error.remedy else error.message}
    return {"": "Signoff can't reach something that it needs; nothing was decided. Try again in a minute."}


def _kept(draft: Draft) -> dict[str, str]:
    return {**draft.typed, "note": draft.note, "lesson": draft.lesson}


def _stood(request: Request, form: Said) -> dict[str, str]:
    """What stood in the form, by field name."""
    fields = {field.name: input_name(field.name) for field in editable_fields(request)}
    stood = {field: form[name] for field, name in fields.items() if name in form}
    return stood | {name: form[name] for name in _BESIDE if name in form}


async def _before_and_after(room: Room, request: Request, person: Person, draft: Draft, key: str) -> Json:
    drawn = await room.drawn(request, person)
    masker = Masker(request, await room.revealed(request, person))
    arguments, policy = parse_form(request, draft.typed), room.policy()
    rows = change_rows(request, policy, masker, arguments)
    lesson = draft.lesson or of_edit(request, arguments, policy).learn.value
    return review_dialog(drawn, rows, draft.note, lesson, key, room.request_url(request.id))
