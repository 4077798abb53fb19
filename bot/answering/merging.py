"""Merging: what was counted of several spans comes to what is counted of them together."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Any, TypeVar

import msgspec

EXACT = Context(prec=80)
"""Amounts have at most 15 digits on either side of the point, and are fewer than 10 to the 40th."""
S = TypeVar("S", bound=msgspec.Struct)


def merge(into: S, other: S) -> None:
    """Add everything that ``other`` counted to ``into``, field by field; ``other`` stays as it is.

    Numbers are added, lists follow one another, and what is counted by name is added name by name, new names last.
    """
    for name in into.__struct_fields__:
        setattr(into, name, _merged(getattr(into, name), getattr(other, name)))


def _merged(one: Any, other: Any) -> Any:  # noqa: ANN401 - numbers, names with numbers, and structs of these
    if isinstance(one, dict):
        return _by_name(one, other)
    if isinstance(one, msgspec.Struct):
        merge(one, other)
        return one
    return EXACT.add(one, other) if isinstance(one, Decimal) else one + other


def _by_name(one: dict[Any, Any], other: dict[Any, Any]) -> dict[Any, Any]:
    plain = type(next(iter(other.values()), None)) is int  # thousands of seconds, each with how often
    for name, value in other.items():
        if plain:
            one[name] = one.get(name, 0) + value
        else:
            one[name] = _merged(one[name] if name in one else type(value)(), value)
    return one
