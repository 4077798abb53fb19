"""What a request takes of the caps, as rows."""

from __future__ import annotations

from bot.cards.amounts import amount_text
from bot.cards.plaintext import plain
from bot.cards.shape import Row
from bot.domain.requests import Request
from bot.domain.verdicts import Reservation
from bot.policy.tallies import AGENT_HOUR, CUSTOMER_DAY

_CAPS = {CUSTOMER_DAY: "Of the customer's day", AGENT_HOUR: "Of the agent's hour"}


def cap_rows(request: Request) -> list[Row]:
    """A row for each cap that it counts towards; one that says so where there is none."""
    held = [_cap(one) for one in request.assessment.reserved]
    return held or [Row("caps", "Caps", "none of them counts this action")]


def _cap(held: Reservation) -> Row:
    _, kind, _, currency, *_ = [*held.key.split(":"), "", "", "", ""]
    what = f"{held.count} action{'' if held.count == 1 else 's'}"
    if held.amount:
        what += f", {amount_text(held.amount, currency)}"
    return Row(kind, _CAPS.get(kind, plain(kind)), what)
