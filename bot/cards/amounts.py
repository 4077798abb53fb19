"""Amounts as a reader writes them, with every digit that was sent: what is signed is never rounded for show."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency

from bot.domain.money import CURRENCY, Money

_FORM = "#,##0.00 ¤¤"


def money_text(money: Money) -> str:
    """``1,234.50 USD``: at least the digits of its currency, never fewer than it has."""
    return amount_text(money.amount, money.currency)


def amount_text(amount: Decimal, currency: str | None) -> str:
    """An amount in a currency, or a bare number where the currency is not known."""
    if currency is None or not CURRENCY.fullmatch(currency):
        return f"{amount:,f}"
    return str(format_currency(amount, currency, _FORM, locale="en", currency_digits=True, decimal_quantization=False))


def limit_text(limit: Decimal | None, currency: str) -> str:
    """Up to which amount somebody may sign."""
    return "no limit" if limit is None else f"up to {amount_text(limit, currency)}"
