"""Arithmetic in expressions, exact: ``amount > 3 * history.agent_median_amount`` in decimals, never in doubles.

CEL has no decimals. Comparing an amount with a number is exact all the same, for every amount (of at most 15 digits) is
a double of its own; but sums and products of doubles round. So a comparison with arithmetic on either side is replaced,
when the policy is loaded, by the name of its result, which is worked out from the numbers as they stand: in decimals,
or in fractions where it divides. Arithmetic in another place is refused, so that no rounded number is ever looked at.
"""

from __future__ import annotations

from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from bot.domain.jsontext import Json

RESULT = "@exact_"
"""What names the results begin with; no expression can write it."""
MAX_COMPARISONS = 16
"""Comparisons with arithmetic in one expression."""
_EXACT = Context(prec=120, traps=[Inexact, InvalidOperation, Overflow, DivisionByZero])
_LARGEST = 40
"""Digits before or behind the point of a number that is calculated with."""
COMPARISONS = {"_<_": lt, "_<=_": le, "_>_": gt, "_>=_": ge, "_==_": eq, "_!=_": ne}
OPERATORS = {"_+_": "+", "_-_": "-", "_*_": "*", "_/_": "/", "-_": "~"}
LEAF = "."


def compare(form: str, numbers: list[Any]) -> bool:
    """Whether a comparison holds of these numbers, exactly.

    ``form`` is the comparison in prefix notation, its leaves standing for the numbers in order: ``"_>_ . * . ."``.

    Raises:
        ValueError: when one is no number, or the result has more digits than are kept.
    """
    comparison, left, right, divides = _read(form)
    try:
        leaves = [_exact(number) for number in numbers]
        if divides:
            fractions = [Fraction(leaf) for leaf in leaves]
            return bool(comparison(_in_fractions(left, fractions), _in_fractions(right, fractions)))
        return bool(comparison(_in_decimals(left, leaves), _in_decimals(right, leaves)))
    except ZeroDivisionError as error:
        raise ValueError("it divides by zero") from error
    except (Inexact, InvalidOperation, Overflow) as error:
        raise ValueError("the numbers have too many digits") from error


def _exact(number: Json) -> Decimal:
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise ValueError(f"it calculates with {type(number).__name__}, which is no number")  # noqa: TRY004 - the expression fails, as on any other value that it can't take
    exact = Decimal(number) if isinstance(number, int) else Decimal(repr(number))
    if not exact.is_finite() or abs(exact.adjusted()) > _LARGEST:
        raise ValueError("it calculates with a number that is too large or too small")
    return exact


Tree = int | tuple[Any, ...]
"""A leaf's place among the numbers, or an operator with one or two trees."""


@lru_cache(maxsize=4096)
def _read(form: str) -> tuple[Any, Tree, Tree, bool]:
    comparison, *signs = form.split(" ")
    signs.reverse()
    leaves = iter(range(len(signs)))

    def tree() -> Tree:
        sign = signs.pop()
        if sign == LEAF:
            return next(leaves)
        return (sign, tree()) if sign == "~" else (sign, tree(), tree())

    return COMPARISONS[comparison], tree(), tree(), "/" in form


def _in_decimals(tree: Tree, leaves: list[Decimal]) -> Decimal:
    if isinstance(tree, int):
        return leaves[tree]
    operator, *operands = tree
    values = [_in_decimals(operand, leaves) for operand in operands]
    if operator == "~":
        return values[0].copy_negate()
    one, other = values
    if operator == "+":
        return _EXACT.add(one, other)
    return _EXACT.subtract(one, other) if operator == "-" else _EXACT.multiply(one, other)


def _in_fractions(tree: Tree, leaves: list[Fraction]) -> Fraction:
    if isinstance(tree, int):
        return leaves[tree]
    operator, *operands = tree
    values = [_in_fractions(operand, leaves) for operand in operands]
    if operator == "~":
        return -values[0]
    one, other = values
    if operator == "+":
        return one + other
    if operator == "/":
        return one / other
    return one - other if operator == "-" else one * other
