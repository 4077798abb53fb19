"""Asking: who and when, as people type it, and the summary read from the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from bot.answering.counting import Counting, settled
from bot.answering.figures import Cut, Figures, Summary
from bot.answering.keeping import Keeping, Kept, Span, spans_of
from bot.answering.periods import Period, read_period
from bot.answering.summarising import summary_of
from bot.domain.facts import Counted
from bot.domain.spelling import spelled
from bot.errors import BadInput
from bot.policy.document import Owner, Policy
from bot.ports import Clock, Store

MOST_REQUESTS = 1_000_000
"""Requests that one summary counts, and as many of the span before; a summary says when there were more."""
PAGE = 200
"""Requests read at a time. Decoding and counting them holds the event loop, for as long as one page takes."""
_OWNERS_TOLD = 12


class _How(msgspec.Struct, frozen=True):
    """By what everything of one summary is counted."""

    policy: Policy
    zone: ZoneInfo


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
        self._kept = Keeping(store.shelf)

    async def summary(self, owner: str | None = None, period: str | None = None, at: datetime | None = None) -> Summary:
        """The summary of an owner (id or title; None is everybody) in a period as ``read_period`` takes it.

        ``at`` is the instant at which the period is seen, now without it: requests count as they stand by now.

        Its days are those of the owner's hours, else of the policy's time zone. What was counted of whole hours and
        days is kept and used again while none of their requests has changed; the rest is read page by page, letting
        go of the event loop between pages. Where there are more than ``most`` requests it counts the
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
        how = _How(policy, zone)
        cut = await self._count(counting, owner, period.start, period.end, how)
        before: Figures | None = None
        if cut is None:
            earlier = Counting(policy, period.at, agents, zone)
            whole = await self._count(earlier, owner, period.before_start, period.before_end, how) is None
            before = earlier.figures() if whole else None
        return summary_of(policy, owner, period, counting.figures(), before, cut)

    async def _count(
        self, counting: Counting, owner: str | None, start: datetime, end: datetime, how: _How
    ) -> Cut | None:
        """Count what was opened from ``start`` until ``end``, the newest first; returns where that had to stop."""
        spans = spans_of(start, end)
        extents = await self._store.extents([(span.since, span.before) for span in spans], owner)
        left, all_ = self._most, sum(requests for requests, _ in extents)
        name = f"{how.policy.version} {how.zone.key} {'' if owner is None else ':' + owner}"
        kept = await self._kept.get(name, dict(zip(spans, extents, strict=True)), self._clock.now())
        for span, extent in zip(spans, extents, strict=True):
            if extent[0] >= left < all_:
                return Cut(self._most, await self._read(counting, owner, span, left))
            left, all_ = left - extent[0], all_ - extent[0]
            if not extent[0]:
                continue
            if span in kept:
                await self._take(counting, kept[span])
            elif span.whole:
                made = await self._anew(counting, owner, span, extent, how)
                await self._kept.put(name, span, made, self._clock.now())
            else:
                await self._read(counting, owner, span)
        return None

    async def _take(self, counting: Counting, kept: Kept) -> None:
        """Count a whole span by what was kept of it."""
        counting.take(kept.counts)
        for one in await asyncio.gather(*(self._store.request(id_) for id_ in kept.open)):
            if one is not None:
                counting.add(one)

    async def _anew(
        self, counting: Counting, owner: str | None, span: Span, extent: tuple[int, int], how: _How
    ) -> Kept:
        """Count the requests of a span, and keep that."""
        own = Counting(how.policy, counting.at, {}, how.zone)
        unsettled: list[Counted] = []
        await self._read(own, owner, span, unsettled=unsettled)
        counting.take(own.counts)
        for one in unsettled:
            counting.add(one)
        return Kept(*extent, own.counts, tuple(one.id for one in unsettled))

    async def _read(
        self,
        counting: Counting,
        owner: str | None,
        span: Span,
        most: int | None = None,
        *,
        unsettled: list[Counted] | None = None,
    ) -> datetime:
        """Count the newest requests of a span; returns when the oldest of them was opened.

        Those that count for something else tomorrow are put into ``unsettled`` instead, where that is given.
        """
        after, since, left = None, span.before, most
        while left is None or left > 0:
            limit = self._page if left is None else min(self._page, left)
            page = await self._store.facts(span.since, span.before, owner, limit=limit, after=after)
            for one in page.items:
                since = one.opened_at
                if unsettled is None or settled(one):
                    counting.add(one)
                else:
                    unsettled.append(one)
            left, after = None if left is None else left - len(page.items), page.next
            if after is None:
                break
            await asyncio.sleep(0)
        return since


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
