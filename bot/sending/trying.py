"""Trying: one attempt at an errand, and what this process remembers of the attempts before it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.cards import Card, Gathered, HistoryLine
from bot.domain.requests import MessageRef
from bot.errors import BadInput, Busy, ChannelUnavailable, MessageGone, SignoffError, Unavailable, Uncertain
from bot.ports import Chat, Leased
from bot.recording import Errand
from bot.sending.noting import Notes
from bot.sending.scene import Scene

REMEMBERED = 10_000
"""Errands whose attempts are remembered; forgetting one only means to look before posting."""
STUBBORN = 6
"""After so many failures that are not the platform's trouble with everything, a card is shown elsewhere."""


@dataclass(slots=True)
class Remembered:
    """Of one errand in this process: attempts that the platform surely did not take, failures, and surprises.

    ``alone``: failures that it had while the platform took others, or was not at a loss for an answer.
    """

    untaken: int = 0
    failures: int = 0
    surprises: int = 0
    alone: int = 0
    taken_then: int | None = None
    """How many others the platform had taken when it last failed."""
    done: set[str] = field(default_factory=set)
    """What of it was done, where it is much: ids of requests or of people."""


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
    chat: Chat[Card, HistoryLine, Gathered]
    notes: Notes
    look: Callable[[], Awaitable[Scene | None]]
    count: Callable[[str], None]
    again: bool
    stubborn: bool = False
    """Whether this errand has failed so often, and alone, that waiting will not help."""
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
        except (Busy, Unavailable, MessageGone, ChannelUnavailable, BadInput):
            self._loose.discard(place)
            raise
        await note(ref)
        self._loose.discard(place)

    async def show(
        self, place: str, post: Callable[[], Awaitable[MessageRef]], note: Callable[[MessageRef], Awaitable[None]]
    ) -> SignoffError | None:
        """Show a card in a place; returns why it can't stand there, when it can't.

        What the platform will never take, and what fails again and again while others are taken, must neither hold up
        whatever waits behind it nor be shown to nobody.
        """
        try:
            await self.ask(place, post(), note)
        except (ChannelUnavailable, BadInput) as problem:
            return problem
        except Busy:
            raise
        except Exception as problem:
            if not self.stubborn:
                raise
            if isinstance(problem, SignoffError):
                return problem
            return Unavailable(f"it failed there ({type(problem).__name__})")
        return None
