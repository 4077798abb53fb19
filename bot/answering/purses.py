"""Purses: sums of money by currency and by what became of it, exact whatever their size."""

from __future__ import annotations

from collections import defaultdict
from decimal import Context, Decimal

from bot.answering.figures import Amounts
from bot.domain.money import Money
from bot.domain.requests import Request
from bot.domain.verdicts import ActionClass
from bot.errors import BadInput
from bot.policy.document import Policy
from bot.policy.paths import amount_of

_EXACT = Context(prec=80)
"""Amounts have at most 15 digits on either side of the point, and are fewer than 10 to the 40th."""
_OF_HELD = {"approved": "approved", "rejected": "refused"}
"""Where a decision's name differs from what its money is called."""


class Purses:
    """What the requests that were counted are about, by currency."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self._held: dict[str, int] = defaultdict(int)
        self.without_amount = 0

    def add(self, request: Request, state: str) -> None:
        """Count a request's amount under its verdict (``allowed``, ``blocked``) or the state of a held one."""
        money = request.assessment.amount
        held = state not in {"allowed", "blocked"}
        if money is None:
            self.without_amount += held and request.assessment.action_class is ActionClass.MONEY
            return
        if held:
            self._held[money.currency] += 1
            self._put(money.currency, "held", money.amount)
        if state == "edited":
            self._add_edited(request, money)
        else:
            self._put(money.currency, _OF_HELD.get(state, state), money.amount)

    def _add_edited(self, request: Request, asked: Money) -> None:
        signed = self._signed(request)
        if signed is None or signed.currency != asked.currency:
            self._put(asked.currency, "unknown", asked.amount)
            return
        self._put(asked.currency, "approved", signed.amount)
        less = _EXACT.subtract(asked.amount, signed.amount)
        self._put(asked.currency, "edited_down" if less > 0 else "edited_up", less.copy_abs())

    def _signed(self, request: Request) -> Money | None:
        """The amount of the arguments that were signed, as far as they can be read today."""
        action = self._policy.actions.get(request.assessment.action_type)
        try:
            return amount_of(action, request.arguments, request.assessment.context, request.proposal.context)
        except BadInput:
            return None

    def _put(self, currency: str, name: str, amount: Decimal) -> None:
        sums = self._sums[currency]
        sums[name] = _EXACT.add(sums[name], amount)

    def amounts(self) -> tuple[Amounts, ...]:
        """The sums by currency."""
        return tuple(
            Amounts(currency=currency, requests=self._held[currency], **sums)
            for currency, sums in sorted(self._sums.items())
        )
