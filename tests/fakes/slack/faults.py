"""Faults on demand: what the next calls of a method meet instead of a good answer."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.slack.api.calls import Call


class Fault(Enum):
    """What goes wrong."""

    RATE_LIMITED = auto()
    """429 with `Retry-After`; not taken."""
    SERVER_ERROR = auto()
    """500 with Slack's `internal_error`; not taken."""
    UNAVAILABLE = auto()
    """503 with a page; not taken."""
    HTML = auto()
    """200 with a page instead of JSON; not taken."""
    RESET = auto()
    """The connection is reset; not taken."""
    SLOW = auto()
    """Answered well, `seconds` late."""
    LOST = auto()
    """Taken, then the connection is reset: the caller can't know."""
    HANG = auto()
    """Taken, then no answer until the caller gives up (or `seconds` have passed)."""
    REFUSED = auto()
    """`ok: false` with the error code `error`; not taken."""

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
    retry_after: int
    error: str
    share: float
    when: Callable[[Call], bool]
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
        retry_after: int = 1,
        error: str = "internal_error",
        share: float = 1,
        when: Callable[[Call], bool] = lambda _call: True,
    ) -> Planned:
        """Let the next `times` calls of a method (`*` for any; None: all that follow) meet a fault.

        Args:
            share: The part of the calls that meet it, drawn with a fixed seed; 0.05 is one in twenty.
            when: Which calls count, by their arguments.
        """
        planned = Planned(fault, method, times, seconds, retry_after, error, share, when)
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
