"""The feedback board: what is to be learned, a column for each state, moved on by buttons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from adapters.desk.feedback_export import exportable
from adapters.desk.listing import address, chosen
from adapters.desk.request_page import Said
from adapters.desk.workroom import VISITOR, WORKROOM, Workroom
from bot.cards import Card, card
from bot.cards.wording import lesson_title
from bot.domain.lessons import FeedbackState, Lesson, Proposed
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.learning.harnesses import Shape
from bot.learning.listing import SCANNED, items
from bot.learning.sheets import seen_of
from bot.policy.document import Policy
from bot.receiving import may_see

HERE = "/desk/feedback"
SHOWN = 25
"""Items of a column."""
_TITLES = {"open": "Open", "accepted": "Accepted", "done": "Done", "declined": "Declined"}
_EMPTY = {
    "open": "Nothing is open: every correction was taken up.",
    "accepted": "Nobody is at work on one.",
    "done": "Nothing was learned yet.",
    "declined": "Nothing was declined.",
}
_SHAPES = {Shape.JSONL: "JSONL", Shape.PROMPTFOO: "promptfoo", Shape.OPENAI_EVALS: "OpenAI evals"}


class Lot(msgspec.Struct, frozen=True):
    """One item on the board."""

    card: Card
    seen: str
    """What its forms send along, so that nothing is done where it was changed meanwhile."""
    proposal: Proposed | None


class Column(msgspec.Struct, frozen=True):
    """The items of one state."""

    state: str
    title: str
    empty: str
    lots: tuple[Lot, ...]
    count: int
    """All of them, shown or not."""
    overdue: int
    cut: bool


async def feedback(request: web.Request) -> web.StreamResponse:
    """``GET /desk/feedback``: of ``owner``, ``kind``, who has it (``by``), and with ``overdue`` what is past due."""
    return await board(request)


async def board(
    request: web.Request, *, status: int = 200, said: Said | None = None, at: str = "", query: str | None = None
) -> web.Response:
    """The board as it stands now, with a word about what was just tried on the request ``at``.

    ``query`` narrows it instead of the address, where the answer is one to a form.
    """
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now, person = room.policy(), room.clock.now(), visitor.person
    filters = _known(_asked(request) if query is None else dict(parse_qsl(query)), policy)
    columns = [await _column(room, person, state, filters, now) for state in FeedbackState]
    everybody = sorted(policy.people.values(), key=lambda one: one.name)
    may_take = exportable(policy, person)
    return room.pages.show(
        "feedback.html",
        status=status,
        now=now,
        zone=policy.zone,
        visitor=visitor,
        columns=columns,
        counted=sum(column.count for column in columns),
        filters=filters,
        back=address("feedback", filters),
        tabs=[
            ("Everybody's", HERE, not filters),
            ("Yours", address(HERE, {"by": person.id}), filters == {"by": person.id}),
        ],
        owners=[(one.id, one.title) for one in policy.owners.values()],
        people=[(one.id, one.name) for one in everybody],
        kinds=[(one.value, lesson_title(one)) for one in Lesson],
        exports=[
            (title, address(f"{HERE}/export", {"as": shape.value, "owner": filters.get("owner", "")}))
            for shape, title in _SHAPES.items()
            if may_take and filters.get("owner", may_take[0]) in may_take
        ],
        said=said,
        at_id=at,
    )


def _asked(request: web.Request) -> dict[str, str]:
    return {
        **chosen(request, request.app[WORKROOM]),
        "kind": request.query.get("kind", ""),
        "overdue": request.query.get("overdue", ""),
    }


def _known(asked: Mapping[str, str], policy: Policy) -> dict[str, str]:
    """What the board is narrowed to; whatever else was asked for is left out."""
    values = {
        "owner": {*policy.owners},
        "by": {*policy.people},
        "kind": {one.value for one in Lesson},
        "overdue": {"yes"},
    }
    return {name: asked[name] for name in values if asked.get(name) in values[name]}


async def _column(
    room: Workroom, person: Person, state: FeedbackState, filters: Mapping[str, str], now: datetime
) -> Column:
    async def fits(one: Request) -> bool:
        return may_see(one, person) and _narrowed(one, filters, now)

    owners = (filters["owner"],) if "owner" in filters else None
    found = await items(room.store, fits, states=(state.value,), owners=owners, limit=SCANNED)
    requests = list(found.requests)
    if not state.unfinished:  # what ended last comes first
        requests.sort(key=_changed_at, reverse=True)
    policy = room.policy()
    return Column(
        state.value,
        _TITLES[state.value],
        _EMPTY[state.value],
        tuple(
            Lot(
                card(one, policy, viewer=person, now=now),
                seen_of(one),
                None if one.feedback is None else one.feedback.proposal,
            )
            for one in requests[:SHOWN]
        ),
        len(requests) + found.more,
        sum(_overdue(one, now) for one in requests),
        found.cut,
    )


def _narrowed(one: Request, filters: Mapping[str, str], now: datetime) -> bool:
    item = one.feedback
    if item is None:
        return False
    return (
        filters.get("kind", item.kind.value) == item.kind.value
        and filters.get("by", item.assignee) == item.assignee
        and ("overdue" not in filters or _overdue(one, now))
    )


def _overdue(one: Request, now: datetime) -> bool:
    item = one.feedback
    return item is not None and item.state.unfinished and item.due_at <= now


def _changed_at(one: Request) -> datetime:
    item = one.feedback
    return one.opened_at if item is None else item.steps[-1].at if item.steps else item.opened_at
