"""Values that an action names by path, and the amount that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.domain.money import Money, decimal_of
from bot.domain.requests import Context
from bot.errors import BadInput
from bot.policy.document import Action, Path
from bot.policy.reading import MAX_NAME


def values_at(path: Path, arguments: Mapping[str, Any], context: Mapping[str, Any] | None) -> list[Any]:
    """Every value at a path: one, unless it goes through lists.

    Raises:
        BadInput: naming the path, when a step of it is missing.
    """
    root, *steps = path.parts
    found: list[Any] = [arguments if root == "arguments" else context or {}]
    for step in steps:
        if step == "[*]":
            if not all(isinstance(value, list) for value in found):
                raise BadInput("is no list", field=path.text)
            found = [entry for value in found for entry in value]
        else:
            if not all(isinstance(value, Mapping) and value.get(step) is not None for value in found):
                raise BadInput("is missing", field=path.text)
            found = [value[step] for value in found]
    return found


def customer_of(
    action: Action | None, arguments: Mapping[str, Any], context: Context, raw: Mapping[str, Any] | None
) -> str | None:
    """Whose state the action changes: from the action's path, else as the context says.

    Raises:
        BadInput: naming the path, when it holds no text, or another customer than the context names.
    """
    if action is None or action.customer is None:
        return context.customer
    found = values_at(action.customer, arguments, raw)
    if (
        len(found) != 1
        or isinstance(found[0], bool)
        or not isinstance(found[0], (str, int))
        or not 1 <= len(str(found[0])) <= MAX_NAME
    ):
        raise BadInput("names no one customer", field=action.customer.text)
    customer = str(found[0])
    customer.encode()
    if context.customer is not None and context.customer != customer:
        raise BadInput(f"is {customer!r}, and the context says {context.customer!r}", field=action.customer.text)
    return customer


def amount_of(
    action: Action | None, arguments: Mapping[str, Any], context: Context, raw: Mapping[str, Any] | None
) -> Money | None:
    """The amount that the action is about, in its currency; None where the action names none.

    Raises:
        BadInput: naming the field, when it is missing, no number, or not in the action's currency.
    """
    if action is None or action.amount is None:
        return None
    field = action.amount.text
    total = Decimal(0)
    values = values_at(action.amount, arguments, raw)
    for value in values:
        part = decimal_of(value, field=field)
        if part < 0 and len(values) > 1:
            raise BadInput("is a sum in which one part is below zero", field=field)
        total += part
    currency = action.currency
    if action.currency_path is not None:
        said = values_at(action.currency_path, arguments, raw)
        if any(not isinstance(value, str) or not value.isascii() or value.upper() != currency for value in said):
            raise BadInput(f"is {said[0]!r}, not {currency}", field=action.currency_path.text)
    if context.currency is not None and context.currency != currency:
        raise BadInput(f"is {context.currency!r}, not {currency}", field="context.currency")
    return Money(total if len(values) == 1 else decimal_of(total, field=field), currency)
