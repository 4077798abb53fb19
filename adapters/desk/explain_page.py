"""Why the gate said what it said of a request."""

from __future__ import annotations

from aiohttp import web

from adapters.desk.request_page import find
from adapters.desk.workroom import SURFACE, VISITOR, WORKROOM
from bot.cards import Row, card, revealed_to
from bot.cards.caps import cap_rows
from bot.cards.wording import VERDICTS
from bot.domain.verdicts import VerdictKind


async def explain(request: web.Request) -> web.StreamResponse:
    """``GET /desk/requests/{id}/explain``: verdict, each rule with what it compared, caps, who asked, policy, build."""
    found = await find(request)
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now = room.policy(), room.clock.now()
    agent = await room.store.agent(found.agent_id)
    revealed = revealed_to(await room.store.events(f"request:{found.id}"), visitor.person, SURFACE, now)
    name = None if agent is None else agent.name
    drawn = card(found, policy, viewer=visitor.person, now=now, revealed=revealed, agent=name)
    verdict = found.assessment.verdict.kind
    kind = Row("action", "Action type", f"{drawn.action_type} (level {drawn.level})")
    return room.pages.show(
        "explain.html",
        now=now,
        zone=policy.zone,
        visitor=visitor,
        card=drawn,
        verdict=VERDICTS[verdict],
        held=verdict is VerdictKind.HOLD,
        caps=cap_rows(found),
        judged=[kind, *drawn.origin],
    )
