"""Deciding several from Home: the form with those that are alike, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.slack.app.room import SURFACE, Room
from adapters.slack.app.visiting import Visit, request_id
from adapters.slack.cards import modals, reading
from adapters.slack.cards.modals.bulk import CHOSEN
from bot.domain.requests import Request
from bot.receiving import bulk

Json = dict[str, Any]
View = Mapping[str, Any]
TITLE = "Decide together"


async def form(room: Room, visit: Visit, first: str) -> Json:
    """The form about everything before this person that is alike to a request.

    Raises:
        SignoffError: saying why they may not see it.
    """
    request, person = await room.see(visit, first)
    now, policy = room.clock.now(), room.policy()

    async def ours(one: Request) -> bool:
        return await room.ours(visit, one)

    alike = await bulk.alike_of(room.store, policy, person, now, request, ours)
    cards = bulk.drawn(alike, policy, person, now)
    title = bulk.titled(request)
    return modals.bulk_form(title, bulk.kind_of(request), cards)


async def decide(room: Room, visit: Visit, view: View) -> Json:
    """Carry it out on each that was chosen; what failed is told by name.

    Raises:
        SignoffError: when nothing could be done at all.
    """
    typed, sent = reading.values(view), reading.metadata(view)
    person = await room.person(visit)
    ids = [id_ for name, value in typed.items() if name.startswith(CHOSEN) for id_ in value.split()]
    for id_ in ids:
        await room.find(visit, request_id(id_))
    command = bulk.command_of(typed.get("decision", ""), typed.get("reason_code", ""), typed.get("note", ""))
    found = await bulk.chosen(room.store, ids, person)
    outcomes = await bulk.decide_all(
        room.store,
        room.deciding,
        SURFACE,
        requests=found,
        kind=sent.get("kind", ""),
        command=command,
        person=person,
        policy=room.policy(),
        now=room.clock.now(),
    )
    failed = bulk.failed(outcomes)
    return reading.update(modals.bulk_told(bulk.summed(outcomes, command), failed)) if failed else {}
