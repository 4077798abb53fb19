"""What was decided, by whom: the newest requests first."""

from __future__ import annotations

from aiohttp import web

from adapters.desk.listing import address, chosen, drawn
from adapters.desk.workroom import VISITOR, WORKROOM
from bot.domain.requests import DecisionKind
from bot.listing import list_requests, midnight
from bot.ports import RequestQuery
from bot.receiving import may_see

KINDS = tuple(kind.value for kind in DecisionKind)


async def decided(request: web.Request) -> web.StreamResponse:
    """``GET /desk/decided``: every decided request that I may see, by person, kind, action type and day."""
    room, person = request.app[WORKROOM], request[VISITOR].person
    policy, now = room.policy(), room.clock.now()
    filters = chosen(request, room)
    kind = request.query.get("kind", "")
    today = request.query.get("day") == "today"
    query = RequestQuery(
        statuses=(kind,) if kind in KINDS else KINDS,
        owners=(filters["owner"],) if "owner" in filters else None,
        action_type=filters.get("action"),
        decided_by=filters.get("by"),
        decided_from=midnight(now, policy.zone) if today else None,
        after=request.query.get("after") or None,
    )
    listed = await list_requests(room.store, query, lambda one: may_see(one, person))
    kept = {**filters, "kind": kind if kind in KINDS else "", "day": "today" if today else ""}
    return room.pages.show(
        "decided.html",
        now=now,
        zone=policy.zone,
        visitor=request[VISITOR],
        items=drawn(listed.items, policy, person, now, room.pausing.now()),
        more=address("/desk/decided", kept, {"after": listed.next}) if listed.next else None,
        first=address("/desk/decided", kept) if query.after else None,
        cut=listed.cut,
        filters=kept,
        mine_today=address("/desk/decided", {"by": person.id, "day": "today"}),
        is_mine_today=today and filters.get("by") == person.id,
        people=sorted(policy.people.values(), key=lambda one: one.name),
        kinds=KINDS,
        actions=policy.actions.values(),
    )
