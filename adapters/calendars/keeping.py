"""Keeping: the calendars of a policy's rotations, as last read; one that can't be read stays as it was."""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec

from adapters.calendars.fetching import Fetched, Fetching
from adapters.calendars.reading import MAX_BYTES, read
from bot.errors import SignoffError
from bot.policy.document import Policy
from bot.ports import Clock, Shelf
from bot.rostering import AHEAD, Planned

log = logging.getLogger("signoff.calendars")

EVERY_SECONDS = timedelta(minutes=10).total_seconds()
ROOM = "calendars"
"""Of the shelf: what was read last, by address, so that a server which starts while it can't be read has it."""
_MOST = 250_000
"""Bytes that the shelf takes; a calendar that is larger when packed is not kept through a new start."""
_BEFORE = timedelta(days=2)


class Calendars:
    """``planned`` is what they say; ``failures`` is what went wrong when they were read last, by rotation."""

    def __init__(self, fetching: Fetching, clock: Clock, policy: Callable[[], Policy], shelf: Shelf | None) -> None:
        self._fetching = fetching
        self._clock = clock
        self._policy = policy
        self._shelf = shelf
        self._kept: dict[str, Fetched] = {}
        self._planned: dict[str, tuple[Planned, ...]] = {}
        self.failures: dict[str, str] = {}

    @property
    def named(self) -> dict[str, str]:
        """The file or address of each rotation that has one."""
        rotations = self._policy().rotations.values()
        return {rotation.id: rotation.calendar for rotation in rotations if rotation.calendar is not None}

    def planned(self) -> Mapping[str, tuple[Planned, ...]]:
        """Who is on call by each calendar, by rotation, from two days ago to more than 14 days ahead."""
        return self._planned

    async def refresh(self) -> None:
        """Read all of them again, at once; what fails is logged, and what it said before stays."""
        await asyncio.gather(*(self._refresh(rotation, place) for rotation, place in self.named.items()))

    async def _refresh(self, rotation: str, place: str) -> None:
        last = self._kept.get(place) or await self._remembered(place)
        try:
            found = await self._fetching.fetch(place, last)
            self._planned[rotation] = await self._read(found)
        except SignoffError as error:
            await self._failed(rotation, error, last)
            return
        self.failures.pop(rotation, None)
        self._kept[place] = found
        if found is not last:
            await self._remember(place, found)

    async def _failed(self, rotation: str, error: SignoffError, last: Fetched | None) -> None:
        """Say so, and go on with what was read before: of that, with the days that have come near since."""
        self.failures[rotation] = f"{error.message} ({error.remedy})" if error.remedy else error.message
        log.warning("the calendar of rotation %s is not read: %s", rotation, error.code)
        if last is None:
            return
        try:
            self._planned[rotation] = await self._read(last)
        except SignoffError:
            log.warning("what was kept of the calendar of rotation %s can't be read either", rotation)

    async def _read(self, found: Fetched) -> tuple[Planned, ...]:
        now: datetime = self._clock.now()
        until = now + AHEAD + _BEFORE
        return await asyncio.to_thread(read, found.body, self._policy(), now - _BEFORE, until)

    async def _remembered(self, place: str) -> Fetched | None:
        try:
            text = None if self._shelf is None else await self._shelf.get(ROOM, place, self._clock.now())
        except SignoffError:
            return None
        if text is None:
            return None
        found = msgspec.json.decode(text, type=Fetched)
        unpacked = zlib.decompressobj().decompress(found.body, MAX_BYTES + 1)
        return Fetched(unpacked, found.etag, found.modified)

    async def _remember(self, place: str, found: Fetched) -> None:
        text = msgspec.json.encode(Fetched(zlib.compress(found.body), found.etag, found.modified))
        if self._shelf is None or len(text) > _MOST:
            return
        try:
            await self._shelf.put(ROOM, place, text)
        except SignoffError as error:
            log.warning("a calendar could not be kept: %s", error.code)
