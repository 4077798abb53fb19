"""Purses: sums of money by currency and by what became of it, exact whatever their size."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from bot.answering.figures import Amounts
from bot.answering.merging import EXACT
from bot.domain.facts import Counted
from bot.domain.money import Money
from bot.domain.requests import Request
from bot.domain.verdicts import ActionClass
from bot.errors import BadInput
from bot.policy.document import Policy
from bot.policy.paths import amount_of

_OF_HELD = {"approved": "approved", "rejected": "refused"}
"""Where a decision's name differs from what its money is called."""


class Sums(msgspec.Struct):
    """What the requests that were counted are about, by currency."""

    sums: dict[str, dict[str, Decimal]] = {}
    """By currency, then by a field's name of ``Amounts``."""
    held: dict[str, int] = {}
    without_amount: int = 0

    def amounts(self) -> tuple[Amounts, ...]:
        """The sums by currency."""
        return tuple(
            Amounts(currency=currency, requests=self.held.get(currency, 0), **sums)
            for currency, sums in sorted(self.sums.items())
        )


class Purses:
    """Adds requests to sums; amounts of edits are read as ``policy`` reads them."""

    def __init__(self, policy: Policy, into: Sums) -> None:
        self._policy = policy
        self._into = into

    def add(self, request: Counted, state: str) -> None:
        """Count a request's amount under its verdict (``allowed``, ``blocked``) or the state of a held one."""
        money = request.assessment.amount
        held = state not in {"allowed", "blocked"}
        if money is None:
            self._into.without_amount += held and request.assessment.action_class is ActionClass.MONEY
            return
        if held:
            self._into.held[money.currency] = self._into.held.get(money.currency, 0) + 1
            self._put(money.currency, "held", money.amount)
        if state == "edited":
            self._add_edited(request, money)
        else:
            self._put(money.currency, _OF_HELD.get(state, state), money.amount)

    def _add_edited(self, request: Counted, asked: Money) -> None:
        signed = self._signed(request) if isinstance(request, Request) else None
        if signed is None or signed.currency != asked.currency:
            self._put(asked.currency, "unknown", asked.amount)
            return
        self._put(asked.currency, "approved", signed.amount)
        less = EXACT.subtract(asked.amount, signed.amount)
        self._put(asked.currency, "edited_down" if less > 0 else "edited_up", less.copy_abs())

    def _signed(self, request: Request) -> Money | None:
        """The amount of the arguments that were signed, as far as they can be read today."""
        action = self._policy.actions.get(request.assessment.action_type)
        try:
            return amount_of(action, request.arguments, request.assessment.context, request.proposal.context)
        except BadInput:
            return None

    def _put(self, currency: str, name: str, amount: Decimal) -> None:
        sums = self._into.sums.setdefault(currency, {})
        sums[name] = EXACT.add(sums.get(name, Decimal(0)), amount)
