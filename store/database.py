"""What the parts of a store ask of a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from store.sql import Rows, Script, Sql, Step, Value

T = TypeVar("T")


class Database(Protocol):
    """One database, read beside its writer. Everything raises ``Unavailable`` when it can't be reached."""

    @property
    def kind(self) -> str:
        """``sqlite`` or ``postgres``."""
        ...

    async def read(self, statement: Sql, *args: Value) -> Rows:
        """Rows of a quick query, as committed."""
        ...

    async def scan(self, statement: Sql, *args: Value) -> Rows:
        """The same for a query that may take long: it holds up no quick one."""
        ...

    async def snapshot(self, steps: Sequence[Step]) -> Sequence[Rows]:
        """The rows of several queries, all as of one instant."""
        ...

    async def perform(self, script: Callable[[], Script[T]]) -> T:
        """Run a script in one transaction; its answer after the commit is durable."""
        ...
