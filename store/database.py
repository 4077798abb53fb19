"""What the parts of a store ask of a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from store.sql import Rows, Script, Sql, Step, Value

T = TypeVar("T")


class Database(Protocol):
    """One database, read beside its writer. Everything raises ``Unavailable`` when it can't be reached."""

    @property
    def kind(self) -> str:
        """``sqlite`` or ``postgres``."""
        ...

    @property
    def stride(self) -> int:
        """How many rows are best walked through at a time."""
        ...

    async def read(self, statement: Sql, *args: Value) -> Rows:
        """Rows of a quick query, as committed."""
        ...

    async def scan(self, statement: Sql, *args: Value) -> Rows:
        """The same for a query that may take long: it holds up no quick one."""
        ...

    async def walk(self, take: Callable[[Iterable[Any]], T], statement: Sql, *args: Value) -> T:
        """What ``take`` answers when it went through the rows, each a sequence, as they are read."""
        ...

    async def snapshot(self, steps: Sequence[Step]) -> Sequence[Rows]:
        """The rows of several queries, all as of one instant."""
        ...

    async def perform(self, script: Callable[[], Script[T]]) -> T:
        """Run a script in one transaction; its answer after the commit is durable."""
        ...
