"""What was counted before: the variables ``history.*`` of one proposal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.domain.requests import Context
from bot.domain.verdicts import Tally
from bot.policy.document import Action, Policy
from bot.policy.tallies import agent_hour_key, amounts_key, customer_day_key, tries_key


class History:
    """The tallies of one proposal, by what they mean. Each question raises LookupError when its tally was not given."""

    def __init__(
        self, policy: Policy, action: Action, agent_id: str, tallies: Mapping[str, Tally], now: datetime
    ) -> None:
        self._policy = policy
        self._action = action
        self._agent_id = agent_id
        self._tallies = tallies
        self._now = now

    def recent(self, whose: str, name: str) -> tuple[Decimal, ...]:
        """The last amounts of an ``agent``, ``session`` or ``customer``."""
        return self._tallies[amounts_key(self._policy, self._action, whose, name)].recent

    def tries(self, context: Context) -> int | None:
        """The tries of this action in this session, this one included; None without a session."""
        if context.session is None:
            return None
        return self._tallies[tries_key(self._policy, self._action, context.session)].count + 1

    def variables(self, context: Context) -> dict[str, Any]:
        """Those that the action's expressions look at; what is not known is left out."""
        found = {name: _READ[name](self, context) for name in self._action.looks_at & _READ.keys()}
        return {name: value for name, value in found.items() if value is not None}

    def agent_median(self, _: Context) -> float | None:
        """The middle of the agent's last amounts; None without any."""
        recent = self.recent("agent", self._agent_id)
        return float(lower_median(recent)) if recent else None

    def agent_amounts(self, _: Context) -> int:
        """How many of the agent's amounts are remembered."""
        return len(self.recent("agent", self._agent_id))

    def _customer_day(self, context: Context) -> Tally | None:
        if context.customer is None:
            return None
        return self._tallies[customer_day_key(self._policy, self._action, context.customer, self._now)]

    def customer_day_total(self, context: Context) -> float | None:
        """What the customer's day holds already; None without a customer."""
        tally = self._customer_day(context)
        return None if tally is None else float(tally.total)

    def customer_day_count(self, context: Context) -> int | None:
        """How many actions the customer's day holds already; None without a customer."""
        tally = self._customer_day(context)
        return None if tally is None else tally.count

    def agent_hour_count(self, _: Context) -> int:
        """How many actions the agent's hour holds already."""
        return self._tallies[agent_hour_key(self._action, self._agent_id, self._now)].count


_READ: dict[str, Callable[[History, Context], Any]] = {
    "history.agent_median_amount": History.agent_median,
    "history.agent_amounts_count": History.agent_amounts,
    "history.session_tries": History.tries,
    "history.customer_day_total": History.customer_day_total,
    "history.customer_day_count": History.customer_day_count,
    "history.agent_hour_count": History.agent_hour_count,
}


def lower_median(amounts: tuple[Decimal, ...]) -> Decimal:
    """The middle amount, the lower of two: always one that was really proposed."""
    return sorted(amounts)[(len(amounts) - 1) // 2]
