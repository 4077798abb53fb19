"""Faults on demand: what the next calls of the bot meet instead of a good answer."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, Protocol, TypeVar


class Trouble(Enum):
    """What can go wrong; each platform names its own. SLOW, LOST and HANG are those after which a call was taken."""

    @property
    def taken(self) -> bool:
        """Whether the call does its work all the same."""
        return self.name in {"SLOW", "LOST", "HANG"}


class Called(Protocol):
    """A call of the bot, as far as faults ask."""

    method: str


TroubleT = TypeVar("TroubleT", bound=Trouble)
CallT = TypeVar("CallT", bound=Called)


@dataclass
class Planned(Generic[TroubleT, CallT]):
    """A fault in waiting."""

    fault: TroubleT
    method: str
    times: int | None
    seconds: float
    retry_after: int | None
    error: str
    share: float
    when: Callable[[CallT], bool]
    taken: bool
    met: int = 0
    """How many calls met it."""


@dataclass
class Faults(Generic[TroubleT, CallT]):
    """The faults in waiting, oldest first; a call meets one at most."""

    planned: list[Planned[TroubleT, CallT]] = field(default_factory=list)
    random: random.Random = field(default_factory=lambda: random.Random(7))

    def next(
        self,
        method: str,
        fault: TroubleT,
        *,
        times: int | None = 1,
        seconds: float = 0,
        retry_after: int | None = 1,
        error: str = "",
        share: float = 1,
        when: Callable[[CallT], bool] = lambda _call: True,
        taken: bool | None = None,
    ) -> Planned[TroubleT, CallT]:
        """Let the next `times` calls of a method (`*` for any; None: all that follow) meet a fault.

        Args:
            share: The part of the calls that meet it, drawn with a fixed seed; 0.05 is one in twenty.
            when: Which calls count.
            retry_after: Seconds that a 429 tells; None tells none.
            error: The error code that is answered, where the platform's usual one is not meant.
            taken: Whether the call does its work all the same, if not as the fault says; a server's error may come
                after the work is done.
        """
        took = fault.taken if taken is None else taken
        planned = Planned(fault, method, times, seconds, retry_after, error, share, when, took)
        self.planned.append(planned)
        return planned

    def clear(self) -> None:
        """Forget every fault in waiting."""
        self.planned.clear()

    def take(self, call: CallT) -> Planned[TroubleT, CallT] | None:
        """The fault that this call meets."""
        for planned in self.planned:
            if planned.method not in {"*", call.method} or not planned.when(call):
                continue
            if planned.share < 1 and self.random.random() >= planned.share:
                continue
            planned.met += 1
            if planned.times is not None and planned.met >= planned.times:
                self.planned.remove(planned)
            return planned
        return None
