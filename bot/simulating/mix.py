"""The mix of action types as it is typed: ``refund=0.7,phone_change=0.3``, ``refund@120=0.5`` with an amount."""

from __future__ import annotations

import re

from bot.domain.money import Money, decimal_of
from bot.errors import BadInput
from bot.policy.document import Policy
from bot.policy.yamltree import did_you_mean
from bot.simulating.arriving import Share

_PART = re.compile(r"\s*([a-z0-9_.-]+)(?:@([0-9.]+))?\s*=\s*([0-9]+(?:\.[0-9]+)?)\s*")
_REMEDY = "write shares such as refund=0.7,phone_change=0.3, or refund@120=0.7 with an amount"


def read_mix(text: str, policy: Policy) -> list[Share]:
    """The shares; they need not come to one.

    Raises:
        BadInput: naming ``--mix``, when it can't be read or names no action of the policy.
    """
    shares = []
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise BadInput(f"{part.strip()[:80]!r} is no share of an action type", field="--mix", remedy=_REMEDY)
        action = policy.actions.get(match[1])
        if action is None:
            raise BadInput(
                f"{match[1][:80]} is no action of the policy",
                field="--mix",
                remedy=did_you_mean(match[1], policy.actions),
            )
        amount = None if match[2] is None else Money(decimal_of(match[2], field="--mix"), action.currency)
        if float(match[3]) > 0:
            shares.append(Share(action.id, float(match[3]), amount))
    if not shares:
        raise BadInput("has no share above 0", field="--mix", remedy=_REMEDY)
    return shares
