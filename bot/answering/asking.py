"""Asking: who and when, as people type it, and the summary read from the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.answering.counting import Counting
from bot.answering.figures import Cut, Figures, Summary
from bot.answering.periods import Period, read_period
from bot.answering.summarising import summary_of
from bot.domain.spelling import spelled
from bot.errors import BadInput
from bot.policy.document import Owner, Policy
from bot.ports import Clock, RequestQuery, Store

MOST_REQUESTS = 100_000
"""Requests that one summary counts, and as many of the span before; a summary says when there were more."""
PAGE = 50
"""Requests read at a time. Decoding them holds the event loop, for as long as one page takes."""
_OWNERS_TOLD = 12


class Answering:
    """Answers what happened, from the store as it is and the policy in use. One summary at a time, the next waits."""

    def __init__(
        self, store: Store, clock: Clock, policy: Callable[[], Policy], *, most: int = MOST_REQUESTS, page: int = PAGE
    ) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._most = most
        self._page = page
        self._turn = asyncio.Lock()

    async def summary(self, owner: str | None = None, period: str | None = None, at: datetime | None = None) -> Summary:
        """The summary of an owner (id or title; None is everybody) in a period as ``read_period`` takes it.

        ``at`` is the instant at which the period is seen, now without it: requests count as they stand by now.

        Its days are those of the owner's hours, else of the policy's time zone. It reads page by page, keeps counts
        alone, and lets go of the event loop between pages. Where there are more than ``most`` requests it counts the
        newest ones and says so in ``Summary.cut``.

        Raises:
            BadInput: naming ``owner`` or ``period`` and what to write.
            Unavailable: when the database can't be read.
        """
        policy = self._policy()
        whose = None if owner is None else find_owner(owner, policy)
        zoned = policy.zone if whose is None else zone_of(whose, policy)
        when = read_period(period, self._clock.now() if at is None else at, zoned)
        async with self._turn:
            return await self._summary(policy, None if whose is None else whose.id, when)

    async def _summary(self, policy: Policy, owner: str | None, period: Period) -> Summary:
        agents = {agent.id: agent.name for agent in await self._store.agents()}
        zone = ZoneInfo(period.zone)
        counting = Counting(policy, period.at, agents, zone)
        cut = await self._count(counting, owner, period.start, period.end)
        before: Figures | None = None
        if cut is None:
            earlier = Counting(policy, period.at, agents, zone)
            whole = await self._count(earlier, owner, period.before_start, period.before_end) is None
            before = earlier.figures() if whole else None
        return summary_of(policy, owner, period, counting.figures(), before, cut)

    async def _count(self, counting: Counting, owner: str | None, start: datetime, end: datetime) -> Cut | None:
        """Count what was opened from ``start`` until ``end``, the newest first; returns where that had to stop."""
        counted, after = 0, None
        while True:
            query = RequestQuery(
                owners=None if owner is None else (owner,),
                opened_from=start,
                opened_before=end,
                limit=min(self._page, self._most - counted),
                after=after,
            )
            page = await self._store.requests(query)
            for request in page.items:
                counting.add(request)
            counted += len(page.items)
            after = page.next
            if after is None:
                return None
            if counted >= self._most:
                return Cut(counted, page.items[-1].opened_at)
            await asyncio.sleep(0)


def zone_of(owner: Owner, policy: Policy) -> ZoneInfo:
    """The time zone of an owner's days."""
    named = owner.hours.timezone if owner.hours is not None else None
    return policy.zone if named is None else ZoneInfo(named)


def find_owner(text: str, policy: Policy) -> Owner:
    """The owner with this id or title, in any case of letters.

    Raises:
        BadInput: naming ``owner`` and who there is.
    """
    found = _named(text, policy)
    if found is None:
        there = ", ".join(list(policy.owners)[:_OWNERS_TOLD])
        raise BadInput(f"there is no owner {text[:40]!r}", field="owner", remedy=f"choose one of {there}")
    return found


def _named(text: str, policy: Policy) -> Owner | None:
    wanted = spelled(text)
    for owner in policy.owners.values():
        if wanted in {spelled(owner.id), spelled(owner.title)}:
            return owner
    return None


def asked(text: str, policy: Policy) -> tuple[str | None, str | None]:
    """Owner and period of what somebody typed behind ``summary``, in either order, for ``Answering.summary``.

    None stands for what was not given: ``week`` is a period alone, ``refunds`` an owner alone. A title of several
    words may be typed as it is. Of two words of which none is an owner, the last is given back as the period; one
    that is no owner is the period: the refusal then says what there is.
    """
    text = text.strip()
    if not text:
        return None, None
    if _named(text, policy) is not None:
        return text, None
    first, _, others = text.partition(" ")
    rest, _, last = text.rpartition(" ")
    for owner, period in ((rest, last), (others, first)):
        if owner and _named(owner, policy) is not None:
            return owner.strip(), period
    return (rest.strip(), last) if rest else (None, text)
