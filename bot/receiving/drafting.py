"""Editing in two steps: what was typed waits on the shelf until it was looked at and signed, for an hour."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from bot.deciding import ApproveWithEdits
from bot.domain.lessons import Lesson
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.editing import check_arguments, parse_form
from bot.errors import BadInput
from bot.ports import Clock, Shelf

KEPT = timedelta(hours=1)
ROOMS = ("slack.edits", "teams.edits")
"""Where on the shelf drafts lie, one for each surface."""
_LONGEST_KEY = 255


class Draft(msgspec.Struct, frozen=True):
    """What somebody typed over a request's arguments (field name to text), and has not signed yet."""

    request: str
    person: str
    typed: dict[str, str]
    note: str
    lesson: str

    def signing(self, request: Request) -> ApproveWithEdits:
        """What signing it means.

        Raises:
            EditRefused: naming every field that can't be as it was typed.
            BadInput: when the lesson is none of the kinds.
        """
        arguments = parse_form(request, self.typed)
        if request.pending:
            check_arguments(request, arguments)
        return ApproveWithEdits(arguments, self.note or None, read_lesson(self.lesson))


class Drafts:
    """The drafts of one surface; ``room`` is where on the shelf they lie. Calls raise ``Unavailable`` as it does."""

    def __init__(self, shelf: Shelf, clock: Clock, room: str) -> None:
        self._shelf = shelf
        self._clock = clock
        self._room = room

    async def keep(self, key: str, draft: Draft) -> None:
        """Keep it, in the place of what was there."""
        until = self._clock.now() + KEPT
        await self._shelf.put(self._room, key[:_LONGEST_KEY], msgspec.json.encode(draft), expires_at=until)

    async def find(self, key: str, request: Request, person: Person) -> Draft:
        """What this person typed over this request.

        Raises:
            BadInput: when it is not kept any more, or is another's.
        """
        kept = await self._shelf.get(self._room, key[:_LONGEST_KEY], self._clock.now())
        draft = None if kept is None else msgspec.json.decode(kept, type=Draft)
        if draft is None or (draft.request, draft.person) != (request.id, person.id):
            raise BadInput("what was typed is not kept any more", remedy="go back and review it again")
        return draft

    async def drop(self, key: str) -> None:
        """Forget it."""
        await self._shelf.drop(self._room, key[:_LONGEST_KEY])


async def forget_drafts(shelf: Shelf, now: datetime, requests: Collection[str]) -> int:
    """Drop every draft over one of these requests (ids), whoever typed it and wherever; returns how many.

    What has expired goes as well.
    """
    dropped = 0
    for room in ROOMS:
        for key, value in (await shelf.entries(room, now)).items():
            if msgspec.json.decode(value, type=Draft).request in requests:
                await shelf.drop(room, key)
                dropped += 1
    await shelf.clear_expired(now)
    return dropped


def read_lesson(chosen: str) -> Lesson | None:
    """What is to be learned, if anything.

    Raises:
        BadInput: when it is none of the kinds.
    """
    try:
        return Lesson(chosen) if chosen else None
    except ValueError as error:
        raise BadInput("is none of the kinds", field="lesson", remedy="choose one of them") from error
