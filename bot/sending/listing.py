"""Listing: a list of many requests is posted once, and shows from then on how each of them stands."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec

from bot.cards import Card, Gathered, HistoryLine
from bot.cards.gathered import NAMED, OVER, Named, named
from bot.domain.ids import derived_uuid
from bot.domain.requests import MessageRef
from bot.errors import Busy, ChannelUnavailable, MessageGone
from bot.ports import Chat, Clock, Posting, Store
from bot.sending.gathering import Member
from bot.sending.scene import Scene
from bot.sending.trying import Try

LISTS, DRAWING = "gathered", "regathering"
KEPT = timedelta(days=90)
"""How long a list shows how its requests stand; one that is redrawn later says that they are over."""
_DRAWING_KEPT = timedelta(seconds=30)
_TURN = 1.0
"""Seconds until it is tried again to redraw what another process redraws at the moment."""

Look = Callable[[str], Awaitable[Scene | None]]


class Listed(msgspec.Struct, frozen=True):
    """Which requests (ids) a list is about, those that it names first, and what was drawn last (a SHA-256)."""

    place: str
    requests: tuple[str, ...]
    drawn: str = ""


@dataclass(slots=True)
class _Turn:
    """Within this process one redraws a list at a time, and one drawing serves all who asked before it began."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    begun: int = 0
    done: int = 0
    waiting: int = 0


class Lists:
    """Of one surface. ``look`` gives how a request stands now."""

    def __init__(self, store: Store, clock: Clock, chat: Chat[Card, HistoryLine, Gathered], look: Look) -> None:
        self._store = store
        self._clock = clock
        self._chat = chat
        self._look = look
        self._turns: dict[str, _Turn] = {}

    async def show(self, trying: Try, place: str, members: Sequence[Member], *, again: bool) -> bool:
        """Post a list of these and record that each stands in it; whether the person was reached, or need not be."""
        requests = await self._in_order(members)
        drawn = await self._draw(place, requests)
        if not drawn.waiting and not again:
            return True
        posting = Posting(derived_uuid("gathered", trying.id, place), again=again)

        async def note(ref: MessageRef) -> None:
            shown = msgspec.structs.replace(ref, surface=self._chat.surface, kind="gathered", place=place)
            # What an earlier try posted may say otherwise: it is drawn anew when its requests' cards are.
            await self._keep(shown, Listed(place, requests, "" if again else _digest(drawn)))
            await trying.notes.gathered(members, shown)

        problem = await trying.show(place, lambda: self._chat.post_list(place, drawn, posting), note)
        trying.count("unreached" if problem else "gathered")
        if problem is not None:
            for id_, _ in members:
                await trying.notes.unshown(id_, place, problem)
        return problem is None

    async def redraw(self, trying: Try, ref: MessageRef) -> None:
        """Let a list say how its requests stand; one that is gone is not missed.

        Raises:
            Busy: while another process redraws it.
        """
        key = _key(ref)
        turn = self._turns.setdefault(key, _Turn())
        asked, turn.waiting = turn.begun, turn.waiting + 1
        try:
            async with turn.lock:
                if turn.done > asked:  # begun after this was asked for, so that it has seen as much
                    return
                turn.begun += 1
                begun = turn.begun
                if await self._redraw(ref):
                    trying.count("redrawn")
                turn.done = begun
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                self._turns.pop(key, None)

    async def _redraw(self, ref: MessageRef) -> bool:
        """Whether anything had changed."""
        shelf, key, now = self._store.shelf, _key(ref), self._clock.now()
        if not await shelf.add(DRAWING, key, b"", expires_at=now + _DRAWING_KEPT, now=now):
            raise Busy("another process redraws it", retry_after=_TURN)
        try:
            found = await shelf.get(LISTS, key, now)
            listed = None if found is None else msgspec.json.decode(found, type=Listed)
            drawn = OVER if listed is None else await self._draw(listed.place, listed.requests)
            digest = _digest(drawn)
            if listed is not None and listed.drawn == digest:
                return False
            try:
                await self._chat.update_list(ref, drawn)
            except (MessageGone, ChannelUnavailable):
                return False
            if listed is not None:
                await self._keep(ref, msgspec.structs.replace(listed, drawn=digest))
            return True
        finally:
            await shelf.drop(DRAWING, key)

    async def _in_order(self, members: Sequence[Member]) -> tuple[str, ...]:
        """Least time left first."""
        found = [await self._store.request(id_) for id_, _ in members]
        known = [request for request in found if request is not None]
        return tuple(one.id for one in sorted(known, key=lambda one: (one.deadline_at, one.routing.due_at, one.id)))

    async def _draw(self, place: str, requests: Sequence[str]) -> Gathered:
        shown: list[Named] = []
        for id_ in requests[:NAMED]:
            scene = await self._look(id_)
            if scene is not None:
                shown.append(named(scene.card(place)))
        now, others = self._clock.now(), requests[NAMED:]
        found = [await self._store.request(id_) for id_ in others]
        waiting = sum(one is not None and one.pending and one.deadline_at > now for one in found)
        return Gathered(tuple(shown), len(others), waiting)

    async def _keep(self, ref: MessageRef, listed: Listed) -> None:
        body = msgspec.json.encode(listed)
        await self._store.shelf.put(LISTS, _key(ref), body, expires_at=self._clock.now() + KEPT)


def _key(ref: MessageRef) -> str:
    return f"{ref.surface}:{ref.workspace}:{ref.channel}:{ref.message}"


def _digest(drawn: Gathered) -> str:
    return hashlib.sha256(msgspec.json.encode(drawn)).hexdigest()
