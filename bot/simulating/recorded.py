"""What the record says for a simulation: what comes and is held, and how long people take to review it."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime

import msgspec

from bot.domain import events as e
from bot.domain.people import ActorKind
from bot.domain.requests import Assessment, Proposal, Request
from bot.domain.verdicts import VerdictKind
from bot.policy.document import Policy
from bot.policy.working_time import working_time
from bot.ports import RequestQuery, Store
from bot.recording import stream_of
from bot.simulating.arriving import Kind

MOST_REQUESTS = 20_000
"""How many requests are looked at, the newest first."""
MOST_REVIEWS = 2_000
"""Of how many decisions the events are read, for the time between claim and decision."""
_PAGE = 200


class Record(msgspec.Struct, frozen=True):
    """What was found. Durations are sorted seconds of the owner's working time, by action type."""

    requests: int = 0
    """How many were looked at."""
    kinds: tuple[Kind, ...] = ()
    claimed: dict[str, tuple[float, ...]] = {}
    """From the claim to the decision, by whoever claimed it."""
    whole: dict[str, tuple[float, ...]] = {}
    """From the opening to the decision, of those that were not claimed: waiting included."""


class _Read:
    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.requests = 0
        self.seen: Counter[str] = Counter()
        self.held: defaultdict[str, list[tuple[Proposal, Assessment]]] = defaultdict(list)
        self.decided: list[Request] = []
        self.claimed: defaultdict[str, list[float]] = defaultdict(list)
        self.whole: defaultdict[str, list[float]] = defaultdict(list)

    def add(self, request: Request) -> None:
        """Count one of what the policy still knows; an erased one says nothing."""
        decision, action = request.decision, request.assessment.action_type
        self.requests += 1
        if request.erased or action not in self.policy.actions or (decision is not None and decision.origin):
            return
        self.seen[action] += 1
        if request.assessment.verdict.kind is not VerdictKind.HOLD:
            return
        self.held[action].append((request.proposal, request.assessment))
        if decision is not None and decision.by.kind is ActorKind.PERSON and len(self.decided) < MOST_REVIEWS:
            self.decided.append(request)

    def time(self, request: Request, claimed_at: datetime | None, decided_at: datetime) -> None:
        """One review, in working time of whoever answers for it."""
        owner = self.policy.owners.get(request.routing.owner)
        since = claimed_at or request.opened_at
        if owner is None or owner.hours is None:
            seconds = (decided_at - since).total_seconds()
        else:
            seconds = float(working_time(owner.hours).working_seconds(since, decided_at))
        into = self.whole if claimed_at is None else self.claimed
        into[request.assessment.action_type].append(max(seconds, 1.0))


async def read_record(store: Store, policy: Policy, owner: str | None = None) -> Record:
    """What the newest requests say, of one owner or of all; it writes nothing.

    Raises:
        Unavailable: when the database can't be read.
    """
    found = _Read(policy)
    after: str | None = None
    while found.requests < MOST_REQUESTS:
        query = RequestQuery(owners=None if owner is None else (owner,), limit=_PAGE, after=after)
        page = await store.requests(query)
        for request in page.items:
            found.add(request)
        after = page.next
        if after is None:
            break
    for request in found.decided:
        if request.decision is not None:
            found.time(request, await _claimed_at(store, request), request.decision.at)
    return Record(
        found.requests,
        tuple(
            Kind(action, count, len(found.held[action]) / count, tuple(found.held[action]))
            for action, count in sorted(found.seen.items())
        ),
        {action: tuple(sorted(seconds)) for action, seconds in sorted(found.claimed.items())},
        {action: tuple(sorted(seconds)) for action, seconds in sorted(found.whole.items())},
    )


async def _claimed_at(store: Store, request: Request) -> datetime | None:
    """When whoever decided it last took it up, where the record says so."""
    claimed: datetime | None = None
    for record in await store.events(stream_of("request", request.id)):
        if record.payload is None:
            return None
        if record.type == "request.claimed" and request.decision and record.actor == str(request.decision.by):
            claimed = record.at
        elif record.type == "request.reassigned":
            event = e.event_of(record)
            mine = isinstance(event, e.Reassigned) and request.decision and event.to == request.decision.by.id
            claimed = record.at if mine else claimed
    return claimed
