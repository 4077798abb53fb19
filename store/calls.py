"""Calls: something to be done in a batch, and who waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.recording import Needs, View
from store.sql import Rows, Script, Step


@dataclass(slots=True, eq=False, kw_only=True)
class Call:
    """What was asked for, and what it came to: an answer or an error."""

    future: asyncio.Future[Any]
    answer: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        """Answer the caller, unless it went away; only on the event loop."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.answer)
        else:
            self.future.set_exception(self.error)


@dataclass(slots=True, eq=False, kw_only=True)
class Waiting(Call):
    """A flow to be run on what it needs, and committed."""

    needs: Needs
    flow: Callable[[View], Any]


@dataclass(slots=True, eq=False, kw_only=True)
class Job(Call):
    """A script to be run in a transaction."""

    script: Callable[[], Script[Any]]


@dataclass(slots=True, eq=False, kw_only=True)
class Look(Call):
    """Queries to be answered as of one instant: a sequence of ``Rows``."""

    steps: Sequence[Step]
    answer: Sequence[Rows] = ()


@dataclass(slots=True, eq=False, kw_only=True)
class Walk(Call):
    """A query whose rows are gone through as they are read: what ``take`` comes to."""

    step: Step
    take: Callable[[Iterable[Any]], Any]
