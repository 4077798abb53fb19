"""One request as a page: everything a card shows, what may be done with it, and its history."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from adapters.desk.workroom import SURFACE, VISITOR, WORKROOM
from bot.attending import heirs, snooze_choices
from bot.cards import card, history, revealed_to
from bot.cards.wording import suggestions_said
from bot.domain.lessons import Lesson
from bot.domain.requests import Request
from bot.errors import NotAllowed, NotFound
from bot.learning.sheets import seen_of, sheets_of
from bot.policy.document import Policy
from bot.receiving import may_see


@dataclass(frozen=True, slots=True)
class Said:
    """What a page has to say beside the card: a heading and a sentence, and what was typed and must not be lost."""

    heading: str
    message: str
    remedy: str | None = None
    typed: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    form: str = ""
    """The form that was sent: ``approve``, ``reject``, ``ask``, ``reassign``, ``snooze``, ``withdraw``, ``revoke``."""

    @property
    def kept(self) -> dict[str, str]:
        """What was written, to stand on the page where its form may be gone by now; choices say little by then."""
        return {name: value for name, value in self.typed.items() if name not in {"to", "until"}}


async def find(request: web.Request) -> Request:
    """The request that an address names.

    Raises:
        NotFound: when there is none.
        NotAllowed: saying who may see it.
    """
    room = request.app[WORKROOM]
    id_ = request.match_info["id"]
    found = await room.store.request(id_)
    if found is None:
        raise NotFound("There is no such request.", remedy="The queue shows what waits.")
    if not may_see(found, request[VISITOR].person):
        raise not_yours(found, room.policy())
    return found


def not_yours(found: Request, policy: Policy) -> NotAllowed:
    """Who may, instead."""
    names = [person.name for id_ in found.routing.approvers if (person := policy.people.get(id_)) is not None]
    return NotAllowed(
        f"This request belongs to {found.routing.owner_title}.",
        remedy=f"It may be decided by {', '.join(names)}." if names else "Ask the accountable executive.",
    )


async def show(request: web.Request) -> web.StreamResponse:
    """``GET /desk/requests/{id}``."""
    return await show_request(request, await find(request))


async def show_request(
    request: web.Request, found: Request, *, status: int = 200, said: Said | None = None
) -> web.Response:
    """The page of a request as it stands now, with a word about what was just tried."""
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now = room.policy(), room.clock.now()
    records = await room.store.events(f"request:{found.id}")
    agent = await room.store.agent(found.agent_id)
    name = None if agent is None else agent.name
    revealed = revealed_to(records, visitor.person, SURFACE, now)
    drawn = card(
        found, policy, viewer=visitor.person, now=now, revealed=revealed, agent=name, pauses=room.pausing.now()
    )
    return room.pages.show(
        "request.html",
        status=status,
        now=now,
        zone=policy.zone,
        visitor=visitor,
        card=drawn,
        suggested=suggestions_said(drawn),
        history=history(records, found, policy, revealed=revealed, agent=name),
        said=said,
        lessons=tuple(lesson.value for lesson in Lesson),
        heirs=heirs(found, visitor.person, policy, now) if found.pending else [],
        snoozes=snooze_choices(found, now) if found.pending else [],
        items=sheets_of(found, policy),
        seen=seen_of(found),
        mine=found.decision is not None and found.decision.by.id == visitor.person.id,
    )
