"""An action's ``caps``: hard limits on amount, on actions an hour and on the sum a customer a day."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.policy.document import Cap, Caps
from bot.policy.yamltree import At

CAP_KEYS = frozenset({"per_action", "per_customer_day", "per_agent_hour"})
_ACTIONS = re.compile(r"([0-9]{1,9}) actions?")
_REMEDY = "write an amount such as 500, or a count such as 30 actions, or both as [500, 30 actions]"


def read_caps(at: At, *, has_amount: bool) -> Caps:
    """The caps; one on an amount needs an action that names one."""
    found = at.keys(CAP_KEYS)
    caps = {name: _cap(place) for name, place in found.items()}
    for name, cap in caps.items():
        if cap.amount is not None and not has_amount:
            found[name].wrong("caps an amount, and the action names none", "add `amount: arguments.NAME` to the action")
    per_action = caps.get("per_action", Cap())
    if per_action.actions is not None:
        found["per_action"].wrong("can't count actions, it is one", "write an amount")
    return Caps(per_action.amount, caps.get("per_customer_day"), caps.get("per_agent_hour"))


def _cap(at: At) -> Cap:
    amount: Decimal | None = None
    actions: int | None = None
    for place in at.items() if at.is_list else [at]:
        text = place.text(longest=40)
        if text is None:
            continue
        match = _ACTIONS.fullmatch(text)
        if match:
            actions = int(match[1])
        elif re.fullmatch(r"[0-9][0-9_]*(\.[0-9]+)?", text):
            amount = place.decimal(least=Decimal(0))
        else:
            place.wrong(f"{text!r} is neither an amount nor a count of actions", _REMEDY)
    if at.is_list and not at.node.value:
        at.wrong("says no limit", _REMEDY)
    return Cap(amount, actions)
