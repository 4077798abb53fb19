"""The queue: what waits for a decision, least time left first, and after it what its reader put off."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from aiohttp import web

from adapters.desk.listing import address, chosen, drawn
from adapters.desk.workroom import VISITOR, WORKROOM, Workroom
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.listing import PAGE, list_requests, queue_of
from bot.ports import RequestQuery
from bot.receiving import may_see

SOON = timedelta(minutes=5)
MOST_SKIPPED = 5
"""Digits of a number in an address."""
Query = dict[str, str]


class _Shown(msgspec.Struct, frozen=True):
    """A page of the queue: what waits, what was put off, how many more, and the query of the next page."""

    items: tuple[Request, ...]
    snoozed: tuple[Request, ...] = ()
    more: int = 0
    next: Query | None = None
    cut: bool = False


async def queue(request: web.Request) -> web.StreamResponse:
    """``GET /desk/``: mine to decide, or with ``show=all`` everything that I may see."""
    room, person = request.app[WORKROOM], request[VISITOR].person
    policy, now = room.policy(), room.clock.now()
    filters = chosen(request, room)
    everything = request.query.get("show") == "all"
    scope = {"show": "all"} if everything else {}
    query = RequestQuery(
        owners=(filters["owner"],) if "owner" in filters else None,
        action_type=filters.get("action"),
        after=request.query.get("after") or None,
    )
    skipped = _skipped(request)
    found = await (_all(room, query, person, now) if everything else _mine(room, query, person, now, skipped))
    owners = policy.owners_of(person.id)
    pauses = room.pausing.now()
    items = drawn(found.items, policy, person, now, pauses)
    return room.pages.show(
        "queue.html",
        now=now,
        zone=policy.zone,
        visitor=request[VISITOR],
        items=items,
        snoozed=drawn(found.snoozed, policy, person, now, pauses),
        waiting=len(items) + found.more,
        soon=sum(item.card.deadline_at - now <= SOON for item in items),
        more=address("/desk/", scope, filters, found.next) if found.next else None,
        first=address("/desk/", scope, filters) if query.after or skipped else None,
        cut=found.cut,
        everything=everything,
        filters=filters,
        mine_url=address("/desk/", filters),
        all_url=address("/desk/", {"show": "all"}, filters),
        owners=owners,
        actions=[one for one in policy.actions.values() if one.owner in {owner.id for owner in owners}],
    )


def _skipped(request: web.Request) -> int:
    text = request.query.get("skip", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_SKIPPED else 0


async def _all(room: Workroom, query: RequestQuery, person: Person, now: datetime) -> _Shown:
    def wanted(one: Request) -> bool:  # its time may be over, though the clock has not said so yet
        return one.deadline_at > now and may_see(one, person)

    due = msgspec.structs.replace(query, statuses=("pending",), order="due")
    listed = await list_requests(room.store, due, wanted)
    return _Shown(listed.items, next={"after": listed.next} if listed.next else None, cut=listed.cut)


async def _mine(room: Workroom, query: RequestQuery, person: Person, now: datetime, skipped: int) -> _Shown:
    found = await queue_of(room.store, room.policy(), person, now, narrowed=query, skipped=skipped)
    put_off = () if skipped else found.snoozed
    if found.more:
        here = {"after": query.after or "", "skip": str(skipped + PAGE)}
        return _Shown(found.items, put_off, found.more, here)
    return _Shown(found.items, put_off, 0, {"after": found.next} if found.next else None, found.cut)
