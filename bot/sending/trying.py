"""Trying: one attempt at an errand, and what this process remembers of the attempts before it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.cards import Card, HistoryLine
from bot.domain.requests import MessageRef
from bot.errors import Busy, ChannelUnavailable, MessageGone, Unavailable, Uncertain
from bot.ports import Chat, Leased
from bot.recording import Errand
from bot.sending.noting import Notes
from bot.sending.scene import Scene

REMEMBERED = 10_000
"""Errands whose attempts are remembered; forgetting one only means to look before posting."""


@dataclass(slots=True)
class Remembered:
    """Of one errand in this process: attempts that the platform surely did not take, failures, and surprises."""

    untaken: int = 0
    failures: int = 0
    surprises: int = 0


class Memory:
    """What is remembered of errands that are not done yet."""

    def __init__(self) -> None:
        self._kept: dict[str, Remembered] = {}

    def of(self, id_: str) -> Remembered:
        """What is remembered of one, from now on."""
        if id_ not in self._kept and len(self._kept) >= REMEMBERED:
            del self._kept[next(iter(self._kept))]
        return self._kept.setdefault(id_, Remembered())

    def forget(self, id_: str) -> None:
        """It is done."""
        self._kept.pop(id_, None)


@dataclass(slots=True)
class Try:
    """One attempt. ``again``: whether an earlier one may have been taken by the platform and not been recorded."""

    leased: Leased
    errand: Errand
    chat: Chat[Card, HistoryLine]
    notes: Notes
    look: Callable[[], Awaitable[Scene | None]]
    count: Callable[[str], None]
    again: bool
    _loose: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        """The errand's message."""
        return self.leased.message.id

    @property
    def request_id(self) -> str:
        """Its request."""
        return self.leased.message.subject

    @property
    def untaken(self) -> bool:
        """Whether everything that this attempt asked for was refused, or taken and recorded."""
        return not self._loose

    async def ask(self, place: str, call: Awaitable[MessageRef], note: Callable[[MessageRef], Awaitable[None]]) -> None:
        """Post something and record that it stands; whatever comes between the two is found again the next time."""
        self._loose.add(place)
        try:
            ref = await call
        except Uncertain:
            raise
        except (Busy, Unavailable, MessageGone, ChannelUnavailable):
            self._loose.discard(place)
            raise
        await note(ref)
        self._loose.discard(place)
