"""Lists of requests: in pages, and what is one person's to decide or was decided by them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from bot.cards import try_out
from bot.deciding import Approve, Command, Reject, approvers_now
from bot.domain.people import Person
from bot.domain.requests import DecisionKind, Request
from bot.errors import SignoffError
from bot.policy.document import Policy
from bot.ports import Library, RequestQuery

PAGE = 50
SCANNED = 1000
"""Requests looked through for one page, so that a page of somebody who has few among very many still comes at once."""
EVERY = RequestQuery()
_DECIDED = tuple(kind.value for kind in DecisionKind)


class Listed(msgspec.Struct, frozen=True):
    """A part of a list: what was found, where to go on, and whether looking was given up before a page was full."""

    items: tuple[Request, ...]
    next: str | None
    cut: bool = False


class Queue(msgspec.Struct, frozen=True):
    """What is one person's to decide, least time left first."""

    items: tuple[Request, ...]
    snoozed: tuple[Request, ...] = ()
    """Theirs as well, but put off by themselves until later."""
    more: int = 0
    """How many more are theirs behind ``items``."""
    next: str | None = None
    """Where to look on, when looking was given up."""

    @property
    def cut(self) -> bool:
        """Whether looking was given up, so that there may be still more than ``more``."""
        return self.next is not None


async def list_requests(library: Library, query: RequestQuery, wanted: Callable[[Request], bool]) -> Listed:
    """The requests of a query that are wanted, in its order: a page of at least ``PAGE`` where there are so many."""
    return await _scan(library, query, wanted, PAGE)


async def _scan(library: Library, query: RequestQuery, wanted: Callable[[Request], bool], enough: int) -> Listed:
    found: list[Request] = []
    after = query.after
    for _ in range(SCANNED // PAGE):
        page = await library.requests(replace(query, limit=PAGE, after=after))
        found += filter(wanted, page.items)
        after = page.next
        if after is None or len(found) >= enough:
            return Listed(tuple(found), after)
    return Listed(tuple(found), after, cut=True)


async def queue_of(
    library: Library,
    policy: Policy,
    person: Person,
    now: datetime,
    limit: int = PAGE,
    *,
    narrowed: RequestQuery = EVERY,
    skipped: int = 0,
) -> Queue:
    """What waits for this person: theirs to approve or to reject, not signed by them yet, its time not over.

    At most ``limit`` of each list, behind the first ``skipped`` of those that are not put off. ``SCANNED`` waiting
    requests are looked through, of those and from there on that ``narrowed`` says.
    """
    query = replace(narrowed, statuses=("pending",), order="due")
    listed = await _scan(library, query, lambda one: is_for(one, policy, person, now), SCANNED)
    later = [one for one in listed.items if is_snoozed(one, person, now)]
    mine = [one for one in listed.items if not is_snoozed(one, person, now)][skipped:]
    return Queue(
        tuple(mine[:limit]), tuple(later[:limit]), max(0, len(mine) - limit), listed.next if listed.cut else None
    )


async def decided_today(
    library: Library, policy: Policy, person: Person, now: datetime, limit: int = PAGE
) -> tuple[Request, ...]:
    """What this person decided since midnight in the policy's zone, the newest request first, at most ``limit``."""
    query = RequestQuery(
        statuses=_DECIDED, decided_by=person.id, decided_from=midnight(now, policy.zone), limit=min(limit, PAGE)
    )
    return (await library.requests(query)).items[:limit]


def is_for(request: Request, policy: Policy, person: Person, now: datetime) -> bool:
    """Whether a request waits for this person: they may approve or reject it, and have not signed it."""
    if not request.pending or request.deadline_at <= now or person.id not in approvers_now(request, policy):
        return False
    if any(actor.id == person.id for actor in request.signatures):
        return False
    reasons = request.routing.reject_reasons
    reject = Reject(reasons[0] if reasons else "", "a note")
    return _may(request, reject, policy, person, now) or _may(request, Approve(), policy, person, now)


def is_snoozed(request: Request, person: Person, now: datetime) -> bool:
    """Whether this person put it off until later than now."""
    return any(one.by.id == person.id and one.until > now for one in request.snoozes)


def midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """When the day began in a zone, in UTC."""
    return datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)


def _may(request: Request, command: Command, policy: Policy, person: Person, now: datetime) -> bool:
    try:
        try_out(request, command, person, policy, now)
    except SignoffError:
        return False
    return True
