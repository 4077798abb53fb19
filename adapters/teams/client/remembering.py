"""What was posted to Teams, so that nothing is posted twice: written before a try and after its answer.

Teams lets a bot neither search a conversation nor name a posting, so what was taken without an answer is found in two
ways only: by what was written here, and by the card itself, which tells of itself as soon as somebody sees it (its
refresh bears the posting's id). See docs/adr/0009.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from bot.ports import Clock, Shelf

ROOM, STANDING, BY_MESSAGE, THREADS = "teams.postings", "teams.standing", "teams.messages", "teams.threads"
KEPT = timedelta(days=30)
"""How long a posting can still be recognised."""
THREAD_KEPT = timedelta(days=400)
"""How long what was said below a card can still be taken away, and a card is known to be its posting's alone."""


class Sent(msgspec.Struct, frozen=True):
    """One posting: tried at ``at``; what became of it, where that is known."""

    at: datetime
    conversation: str = ""
    message: str = ""
    answered: bool = False
    """Whether Teams answered the try at all, be it with a failure."""
    place: str = ""
    """Where it was sent to: a channel or a chat."""

    @property
    def known(self) -> bool:
        """Whether it surely stands."""
        return bool(self.message)


class Postings:
    """The postings of every process, by id."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock

    async def find(self, id_: str) -> Sent | None:
        """What became of a posting; None when it was never tried, or surely not taken."""
        now = self._clock.now()
        found = await self._shelf.get(STANDING, id_, now) or await self._shelf.get(ROOM, id_, now)
        return None if found is None else msgspec.json.decode(found, type=Sent)

    async def trying(self, id_: str, place: str) -> None:
        """It is sent to a channel (or a thread in it) or a chat now."""
        await self._put(id_, Sent(self._clock.now(), place=place_of(place)))

    async def untaken(self, id_: str) -> None:
        """Teams did not take it."""
        await self._shelf.drop(ROOM, id_)

    async def failed(self, id_: str, place: str, *, answered: bool) -> None:
        """Teams may have taken it; ``answered`` with a failure, or not at all."""
        await self._put(id_, Sent(self._clock.now(), answered=answered, place=place_of(place)))

    async def stands(self, id_: str, conversation: str, message: str) -> Sent:
        """It stands there, unless it was said before to stand elsewhere; returns where it stands.

        What stands is kept apart from what is tried, which may still be written by a try that learns nothing of it.
        """
        now = self._clock.now()
        sent = Sent(now, conversation, message, answered=True, place=place_of(conversation))
        if not await self._shelf.add(STANDING, id_, msgspec.json.encode(sent), expires_at=now + KEPT, now=now):
            sent = await self.find(id_) or sent
        if (sent.conversation, sent.message) == (conversation, message):
            until = now + THREAD_KEPT
            await self._shelf.put(BY_MESSAGE, _place(conversation, message), id_.encode(), expires_at=until)
        return sent

    async def posting_of(self, conversation: str, message: str) -> str | None:
        """The posting whose message stands there; None when that is not known."""
        found = await self._shelf.get(BY_MESSAGE, _place(conversation, message), self._clock.now())
        return None if found is None else found.decode()

    async def said(self, conversation: str, message: str) -> None:
        """Lines of ours stand in that thread; one writer a thread at a time."""
        known = await self.said_in(conversation)
        if message not in known:
            await self._keep_said(conversation, (*known, message))

    async def said_in(self, conversation: str) -> tuple[str, ...]:
        """Our lines in that thread, oldest first."""
        found = await self._shelf.get(THREADS, conversation[:512], self._clock.now())
        return () if found is None else msgspec.json.decode(found, type=tuple[str, ...])

    async def taken_away(self, conversation: str, kept: tuple[str, ...]) -> None:
        """Of our lines in that thread only these are left."""
        await self._keep_said(conversation, kept)

    async def _keep_said(self, conversation: str, messages: tuple[str, ...]) -> None:
        until = self._clock.now() + THREAD_KEPT
        await self._shelf.put(THREADS, conversation[:512], msgspec.json.encode(messages), expires_at=until)

    async def _put(self, id_: str, sent: Sent) -> None:
        await self._shelf.put(ROOM, id_, msgspec.json.encode(sent), expires_at=self._clock.now() + KEPT)


def place_of(conversation: str) -> str:
    """A conversation without the thread."""
    return conversation.partition(";")[0]


def _place(conversation: str, message: str) -> str:
    return f"{message}/{conversation}"[:512]
