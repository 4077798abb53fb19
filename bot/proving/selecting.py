"""Selecting: which events an owner, an action type or a span of time asks for, each with its way to one signed root."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

import msgspec

from bot.domain import merkle
from bot.domain.events import EventRecord
from bot.errors import BadInput
from bot.ports import Checkpoint, RequestQuery, Store
from bot.proving.exports import Span, in_order
from bot.proving.lines import EventLine, line_of_event
from bot.recording import stream_of, timestamp

PAGE = 256
_TOGETHER = 16
"""Requests that are read at the same time."""
_CACHED = 4096
"""About so many hashes are kept at hand: those of the ranges near the root."""
Range = tuple[int, int]
"""Leaves from the first up to the second."""


class Selection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was asked for. With neither owners nor an action type it is every event, else the events of those requests.

    Owners are ids of the policy, by whose a request is now. Times are RFC 3339; None is no bound.
    """

    owners: tuple[str, ...] = ()
    action_type: str | None = None
    since: str | None = None
    until: str | None = None

    @property
    def of_requests(self) -> bool:
        """Whether it is of some requests alone."""
        return bool(self.owners or self.action_type)


def selection(owners: Sequence[str], action_type: str | None, span: Span) -> Selection:
    """The selection of these owners, this action type and span."""
    since, until = (None if at is None else timestamp(at) for at in (span.since, span.until))
    return Selection(tuple(owners), action_type, since, until)


class Nodes(Protocol):
    """What is read of ``bot.ports.Seals``."""

    async def nodes(self, names: Sequence[merkle.Name]) -> Mapping[merkle.Name, bytes]:
        """See ``Seals``."""
        ...


class Paths:
    """The ways of leaves to the root over the first ``size``, made of kept nodes."""

    def __init__(self, seals: Nodes, size: int) -> None:
        self._seals = seals
        self._size = size
        self._known: dict[Range, str] = {}
        """Hashes of ranges near the root, in hex: they are on nearly every path."""

    async def of(self, indices: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """The inclusion path of each leaf, hashes in hex, from the leaf upwards.

        Raises:
            BadInput: when nodes are gone.
        """
        ranges = {index: merkle.inclusion_ranges(index, self._size) for index in indices}
        wanted = {one for each in ranges.values() for one in each}
        known = {one: self._known[one] for one in wanted if one in self._known}
        await self._learn(known, [one for one in wanted if one not in known])
        return {index: tuple([known[one] for one in each]) for index, each in ranges.items()}

    async def _learn(self, known: dict[Range, str], lacking: Sequence[Range]) -> None:
        covers = {one: merkle.cover(*one) for one in lacking}
        names = sorted({name for cover in covers.values() for name in cover})
        found = await self._seals.nodes(names)
        if len(found) < len(names):
            raise BadInput("nodes of the tree are gone", remedy="`signoff audit verify` says what is wrong")
        far = max(1, self._size // _CACHED)
        for one, cover in covers.items():
            known[one] = merkle.fold([found[name] for name in cover]).hex()
            if one[1] - one[0] >= far:
                self._known[one] = known[one]


async def selected(
    store: Store, wanted: Selection, span: Span, checkpoint: Checkpoint | None
) -> AsyncIterator[list[EventLine]]:
    """The wanted events as lines, some at a time, in constant memory; each that ``checkpoint`` covers with its path.

    Events of requests come request by request, the newest request first; else all come in the order of their leaves.

    Raises:
        BadInput: when nodes of the tree are gone.
    """
    size = 0 if checkpoint is None else checkpoint.size
    paths = Paths(store.seals, size)
    events = _of_requests(store, wanted, span, size) if wanted.of_requests else _of_all(store, span, size)
    async for page in _paged(events):
        ways = await paths.of([leaf for leaf, _ in page if leaf is not None])
        yield [line_of_event(record, leaf, None if leaf is None else ways[leaf]) for leaf, record in page]


Placed = tuple[int | None, EventRecord]


async def _of_all(store: Store, span: Span, size: int) -> AsyncIterator[Placed]:
    async for leaf, record in in_order(store, size):
        if span.holds(record.at):
            yield leaf, record


async def _of_requests(store: Store, wanted: Selection, span: Span, size: int) -> AsyncIterator[Placed]:
    query = RequestQuery(
        owners=wanted.owners or None, action_type=wanted.action_type, opened_before=span.until, limit=PAGE
    )
    while True:
        page = await store.requests(query)
        for start in range(0, len(page.items), _TOGETHER):
            streams = [stream_of("request", request.id) for request in page.items[start : start + _TOGETHER]]
            records = await asyncio.gather(*map(store.events, streams))
            leaves = await asyncio.gather(*map(store.seals.leaves_of, streams))
            for events, places in zip(records, leaves, strict=True):
                for record in events:
                    if span.holds(record.at):
                        leaf = places.get(record.seq)
                        yield (leaf if leaf is not None and leaf < size else None), record
        if page.next is None:
            return
        query = msgspec.structs.replace(query, after=page.next)


async def _paged(events: AsyncIterator[Placed]) -> AsyncIterator[list[Placed]]:
    page: list[Placed] = []
    async for one in events:
        page.append(one)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page
