"""Keeping: what was counted of a whole hour or day, as long as none of its requests has changed.

Kept counts are a cache, no fact: each says of how many requests with how many events it was counted, and is used only
while the store says the same of them. Days lie on the store's shelf as well, for every process and after a restart.
No personal data of customers is in them.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import blake2s

import msgspec

from bot.answering.counting import Counts
from bot.errors import SignoffError
from bot.ports import Shelf

ROOM = "counts"
DAYS_KEPT = 100
"""After which a day's counts leave the shelf; they come back when they are wanted."""
MOST_BYTES = 32 * 2**20
"""Of counts in memory."""
MOST_OPEN = 200
"""Requests of one span that are still open and are looked at each time; with more, it is counted anew each time."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = blake2s(repr((1, Counts.__struct_fields__)).encode(), digest_size=4).hexdigest()


class Span(msgspec.Struct, frozen=True):
    """A part of a period; a whole one is an hour or a day of UTC, whose counts may be kept."""

    since: datetime
    before: datetime
    whole: bool = False


class Kept(msgspec.Struct, frozen=True):
    """What was counted of a span, when the store said this extent of it."""

    requests: int
    events: int
    counts: Counts
    open: tuple[str, ...] = ()
    """Ids of the requests that are not in ``counts``, since what they count as depends on when it is asked."""


_decoder = msgspec.msgpack.Decoder(Kept)
_encode = msgspec.msgpack.Encoder().encode


def spans_of(start: datetime, end: datetime) -> list[Span]:
    """A period in spans, the newest first: whole days, whole hours where no whole day is left, and its two ends."""
    return list(_spans(start, end))[::-1]


def _spans(start: datetime, end: datetime) -> Iterator[Span]:
    at = start
    while at < end:
        day, hour = _next(at, _DAY), _next(at, _HOUR)
        if at + _DAY == day <= end:
            yield Span(at, day, whole=True)
            at = day
            continue
        yield Span(at, min(hour, end), whole=at + _HOUR == hour <= end)
        at = hour


def _next(at: datetime, length: timedelta) -> datetime:
    """The first end of an hour or day of UTC after this time."""
    return at + length - (at - _EPOCH) % length


class Keeping:
    """Keeps counts of whole spans, by whose they are and how they were counted."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    async def get(self, how: str, extents: Mapping[Span, tuple[int, int]], now: datetime) -> dict[Span, Kept]:
        """The counts of spans that were kept, of those of which the store says what it said then."""
        spans = [span for span, (requests, _) in extents.items() if span.whole and requests]
        found = await asyncio.gather(*(self._get(_key(how, span), extents[span], span, now) for span in spans))
        return {span: kept for span, kept in zip(spans, found, strict=True) if kept is not None}

    async def _get(self, key: str, extent: tuple[int, int], span: Span, now: datetime) -> Kept | None:
        found = _matching(self._known.get(key), extent)
        if found is None and _day(span):
            written = await self._shelf.get(ROOM, key, now)
            found = _matching(written, extent)
            if found is not None and written is not None:
                self._remember(key, written)
        return found

    async def put(self, how: str, span: Span, kept: Kept, now: datetime) -> None:
        """Keep the counts of a span; where they can't be, they are counted anew the next time."""
        if len(kept.open) > MOST_OPEN:
            return
        key, written = _key(how, span), _encode(kept)
        self._remember(key, written)
        if _day(span) and span.before < now:
            with suppress(SignoffError):
                await self._shelf.put(ROOM, key, written, expires_at=now + timedelta(days=DAYS_KEPT))

    def _remember(self, key: str, written: bytes) -> None:
        self._bytes += len(written) - len(self._known.pop(key, b""))
        self._known[key] = written
        while self._bytes > MOST_BYTES:
            self._bytes -= len(self._known.popitem(last=False)[1])


def _matching(written: bytes | None, extent: tuple[int, int]) -> Kept | None:
    found = None if written is None else _decoder.decode(written)
    return found if found is not None and (found.requests, found.events) == extent else None


def _day(span: Span) -> bool:
    return span.before - span.since == _DAY


def _key(how: str, span: Span) -> str:
    return f"{_FORM} {span.since:%Y-%m-%dT%H} {'day' if _day(span) else 'hour'} {how}"
