"""Faults on demand: what the next calls of the bot meet instead of a good answer."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.teams.connector.calls import Call


class Fault(Enum):
    """What goes wrong."""

    THROTTLED = auto()
    """429 with `Retry-After`."""
    PRECONDITION_FAILED = auto()
    """412."""
    SERVER_ERROR = auto()
    """500."""
    BAD_GATEWAY = auto()
    """502."""
    UNAVAILABLE = auto()
    """503 with a page."""
    GATEWAY_TIMEOUT = auto()
    """504."""
    UNAUTHORIZED = auto()
    """401."""
    FORBIDDEN = auto()
    """403, `BotNotInConversationRoster` unless `error` says otherwise."""
    NOT_FOUND = auto()
    """404, `ActivityNotFoundInConversation` unless `error` says otherwise."""
    TOO_BIG = auto()
    """413."""
    HTML = auto()
    """200 with a page instead of JSON."""
    RESET = auto()
    """The connection is reset."""
    SLOW = auto()
    """Answered well, `seconds` late."""
    LOST = auto()
    """Taken, then the connection is reset: the caller can't know."""
    HANG = auto()
    """Taken, then no answer until the caller gives up (or `seconds` have passed)."""

    @property
    def taken(self) -> bool:
        """Whether the call does its work all the same."""
        return self in {Fault.SLOW, Fault.LOST, Fault.HANG}


@dataclass
class Planned:
    """A fault in waiting."""

    fault: Fault
    method: str
    times: int | None
    seconds: float
    retry_after: int | None
    error: str
    share: float
    when: Callable[[Call], bool]
    taken: bool
    met: int = 0
    """How many calls met it."""


@dataclass
class Faults:
    """The faults in waiting, oldest first; a call meets one at most."""

    planned: list[Planned] = field(default_factory=list)
    random: random.Random = field(default_factory=lambda: random.Random(7))

    def next(
        self,
        method: str,
        fault: Fault,
        *,
        times: int | None = 1,
        seconds: float = 0,
        retry_after: int | None = 1,
        error: str = "",
        share: float = 1,
        when: Callable[[Call], bool] = lambda _call: True,
        taken: bool | None = None,
    ) -> Planned:
        """Let the next `times` calls of a method (`*` for any; None: all that follow) meet a fault.

        Args:
            share: The part of the calls that meet it, drawn with a fixed seed; 0.05 is one in twenty.
            when: Which calls count.
            retry_after: Seconds that a 429 tells; None tells none.
            taken: Whether the call does its work all the same; a gateway's 502 and 504 may come after it.
        """
        took = fault.taken if taken is None else taken
        planned = Planned(fault, method, times, seconds, retry_after, error, share, when, took)
        self.planned.append(planned)
        return planned

    def clear(self) -> None:
        """Forget every fault in waiting."""
        self.planned.clear()

    def take(self, call: Call) -> Planned | None:
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
