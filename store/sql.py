"""SQL that both databases understand: written once with ``$1``, turned into each driver's form once.

``many($1, text)`` stands for the elements of a list that is given as that parameter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
_MANY = re.compile(r"many\(\$(\d+), (\w+)\)")
_NUMBER = re.compile(r"\$(\d+)")

Rows = Sequence[Sequence[Any]]
Value = str | int | bytes | list[str] | list[int] | None
"""What a statement is given."""


@dataclass(frozen=True, slots=True)
class Sql:
    """One statement in each database's words."""

    sqlite: str
    postgres: str


def sql(text: str, *, postgres: str | None = None) -> Sql:
    """A statement; ``postgres`` is given where PostgreSQL has to hear something else."""
    return Sql(
        sqlite=_NUMBER.sub(r"?\1", _MANY.sub(r"(SELECT value FROM json_each($\1))", text)),
        postgres=_MANY.sub(r"(SELECT unnest($\1::\2[]))", postgres or text),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of a script with its arguments; with ``each`` it runs once for every row of arguments."""

    sql: Sql
    args: tuple[Value, ...] = ()
    each: Sequence[tuple[Value, ...]] | None = None


def step(statement: Sql, *args: Value) -> Step:
    """Run a statement once and hand its rows back."""
    return Step(statement, args)


Script = Generator[Step, Rows, T]
"""What is done in one transaction: it yields steps, is sent their rows and returns its answer. It may run again."""


def listed(args: Sequence[Value]) -> tuple[Any, ...]:
    """Arguments for SQLite, where a list travels as JSON."""
    return tuple(json.dumps(arg) if isinstance(arg, list) else arg for arg in args)
