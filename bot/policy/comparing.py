"""Comparisons with arithmetic, worked out beside CEL from the numbers as they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.policy import exactness, syntax
from bot.policy.environment import ExpressionFailed, Values, environment, evaluate, plainly

Number = Callable[[Values], Any]
"""Gives a number that a comparison calculates with, or raises ``ExpressionFailed``."""


class Comparison:
    """A comparison with arithmetic: its form, and where its numbers come from."""

    __slots__ = ("_form", "_numbers")

    def __init__(self, form: str, numbers: tuple[Number, ...]) -> None:
        self._form = form
        self._numbers = numbers

    def holds(self, values: Values) -> bool:
        """Whether it is true of these values.

        Raises:
            ExpressionFailed: when a number is missing or none.
        """
        numbers = [number(values) for number in self._numbers]
        try:
            return exactness.compare(self._form, numbers)
        except ValueError as error:
            raise ExpressionFailed(str(error)) from error


def number_at(parsed: syntax.Message, node: syntax.Message) -> Number:
    """Where a number comes from: it is written there, stands under a name, or is worked out by CEL."""
    written, path = syntax.literal(node), syntax.path(node)
    if written is not None:
        return lambda _: written
    if path:
        return lambda values: _at(path, values)
    program = environment().deserialize(syntax.write(syntax.standalone(parsed, node)))
    return lambda values: _worked_out(evaluate(program, values.activation))


def _at(path: tuple[str, ...], values: Values) -> Any:  # noqa: ANN401 -- whatever was sent
    found: Any = values.known
    for name in path:
        if not isinstance(found, Mapping) or name not in found:
            raise ExpressionFailed(f"{name} is missing")
        found = found[name]
    return found


def _worked_out(value: Any) -> int | float:  # noqa: ANN401 -- whatever CEL gives, an error among it
    if isinstance(value, (int, float)):
        return value
    raise ExpressionFailed(plainly(str(value)))
