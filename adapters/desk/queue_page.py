"""The queue: what waits for a decision, least time left first."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from adapters.desk.listing import address, chosen, drawn
from adapters.desk.workroom import VISITOR, WORKROOM, may_see
from bot.domain.requests import Request
from bot.listing import list_requests
from bot.ports import RequestQuery

SOON = timedelta(minutes=5)


async def queue(request: web.Request) -> web.StreamResponse:
    """``GET /desk/``: mine to decide, or with ``show=all`` everything that I may see."""
    room, person = request.app[WORKROOM], request[VISITOR].person
    policy, now = room.policy(), room.clock.now()
    filters = chosen(request, room)
    everything = request.query.get("show") == "all"
    scope = {"show": "all"} if everything else {}

    def wanted(one: Request) -> bool:
        if one.deadline_at <= now:  # over, though the clock has not said so yet
            return False
        return may_see(one, person) if everything else person.id in one.routing.approvers

    query = RequestQuery(
        statuses=("pending",),
        owners=(filters["owner"],) if "owner" in filters else None,
        action_type=filters.get("action"),
        order="due",
        after=request.query.get("after") or None,
    )
    owners = policy.owners_of(person.id)
    listed = await list_requests(room.store, query, wanted)
    items = drawn(listed, policy, person, now)
    return room.pages.show(
        "queue.html",
        now=now,
        zone=policy.zone,
        visitor=request[VISITOR],
        items=items,
        soon=sum(item.card.deadline_at - now <= SOON for item in items),
        more=address("/desk/", scope, filters, {"after": listed.next}) if listed.next else None,
        first=address("/desk/", scope, filters) if query.after else None,
        cut=listed.cut,
        everything=everything,
        filters=filters,
        mine_url=address("/desk/", filters),
        all_url=address("/desk/", {"show": "all"}, filters),
        owners=owners,
        actions=[one for one in policy.actions.values() if one.owner in {owner.id for owner in owners}],
    )
