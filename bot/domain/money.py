"""Amounts of money: exact decimals with a currency, never floats."""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from bot.errors import BadInput

CURRENCY = re.compile(r"^[A-Z]{3}$")
_WRITTEN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
"""A decimal that everybody reads alike. Exponents, other scripts' digits and ``1_0`` are not."""
MAX_DIGITS = 15
"""Digits of an amount, in all; every such amount is a distinct double, so comparing it anywhere is exact."""


class Money(msgspec.Struct, frozen=True, gc=False, order=False):
    """An amount in one currency (ISO 4217 code)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def decimal_of(value: object, *, field: str = "amount") -> Decimal:
    """The exact decimal that a JSON number or a decimal text (ASCII digits, no exponent) says.

    Raises:
        BadInput: when it is neither, is not finite, or has more than ``MAX_DIGITS`` digits.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise BadInput("is not a number", field=field, remedy="send a number, or a decimal in a string")
    if isinstance(value, str) and not _WRITTEN.fullmatch(value := value.strip(" ")):
        raise BadInput("is not a decimal number", field=field, remedy="send a number such as 12.50")
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite():
        raise BadInput("is not a finite number", field=field, remedy="send a number such as 12.50")
    digits, exponent = len(number.as_tuple().digits), number.adjusted()
    if max(digits, exponent + 1, digits - exponent - 1) > MAX_DIGITS:
        raise BadInput(f"has more than {MAX_DIGITS} digits", field=field, remedy="send fewer digits")
    return number
