"""Deciding several from one's own page: the form with those that are alike, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.teams.app import answers
from adapters.teams.app.answers import Answer
from adapters.teams.app.editing import problems_of
from adapters.teams.app.room import SURFACE, Json, Room
from adapters.teams.app.telling import card_of
from adapters.teams.app.visiting import Visit, request_id
from adapters.teams.cards.dialogs.bulk import CHOSEN, TITLE, bulk_dialog, bulk_told
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.errors import BadInput, Busy, Unavailable
from bot.receiving import bulk

Said = Mapping[str, str]


async def form(room: Room, visit: Visit, first: str) -> Json:
    """The form about everything before this person that is alike to a request.

    Raises:
        SignoffError: saying why they may not see it.
    """
    request, person = await room.see(visit, first)
    return await _drawn(room, visit, request, person, bulk.kind_of(request), {}, {})


async def decide(room: Room, visit: Visit, request: Request, person: Person, kind: str, typed: Said) -> Answer:
    """Carry it out on each that was chosen; what failed is told by name, what can't be sent so stands in the form.

    Raises:
        SignoffError: when nothing could be done at all.
    """
    try:
        ids = [request_id(id_) for id_ in typed.get(CHOSEN, "").split(",") if id_]
        for id_ in ids:
            await room.find(visit, id_)
        found = await bulk.chosen(room.store, ids, person)
        command = bulk.command_of(typed.get("decision", ""), typed.get("reason_code", ""), typed.get("note", ""))
        outcomes = await bulk.decide_all(
            room.store,
            room.deciding,
            SURFACE,
            requests=found,
            kind=kind,
            command=command,
            person=person,
            policy=room.policy(),
            now=room.clock.now(),
        )
    except (BadInput, Busy, Unavailable) as error:
        drawn = await _drawn(room, visit, request, person, kind, typed, problems_of(error))
        return answers.form(drawn, card_of(error))
    failed = bulk.failed(outcomes)
    return answers.words(TITLE, bulk_told(bulk.summed(outcomes, command), failed)) if failed else answers.CLOSED


async def _drawn(
    room: Room, visit: Visit, request: Request, person: Person, kind: str, typed: Said, problems: Said
) -> Json:
    now, policy = room.clock.now(), room.policy()

    async def ours(one: Request) -> bool:
        return await room.ours(visit, one)

    alike = await bulk.alike_of(room.store, policy, person, now, request, ours)
    return bulk_dialog(bulk.titled(request), kind, bulk.drawn(alike, policy, person, now), typed, problems)
