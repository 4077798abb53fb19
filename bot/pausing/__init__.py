"""Pausing: stop automation for an action type, an agent, an owner or everything, and let it go on, on record.

What is in force is the state of one ledger. Whoever opens a request, approves one or spends an approval names that
ledger in the needs of the transaction and asks the view, so that nothing is let through after the commit of a pause.
``Pausing`` is for people: their commands, and what every surface shows of it.
"""

from bot.domain.pauses import PAUSES as LEDGER
from bot.pausing.alarming import Alarming
from bot.pausing.commanding import NEEDS, STREAM, Pausing, in_force
from bot.pausing.gate import (
    PAUSED,
    by,
    covers,
    end,
    freezing,
    frozen,
    refuse_frozen_approval,
    refuse_frozen_grant,
    said,
)
from bot.pausing.scopes import (
    END_CHOICES,
    FREEZE,
    FREEZE_CHOICES,
    MAX_REASON,
    allowed,
    concerns,
    end_of,
    freezes,
    may_pause,
    pausable,
    sayable,
    who_may,
)

__all__ = [
    "END_CHOICES",
    "FREEZE",
    "FREEZE_CHOICES",
    "LEDGER",
    "MAX_REASON",
    "NEEDS",
    "PAUSED",
    "STREAM",
    "Alarming",
    "Pausing",
    "allowed",
    "by",
    "concerns",
    "covers",
    "end",
    "end_of",
    "freezes",
    "freezing",
    "frozen",
    "in_force",
    "may_pause",
    "pausable",
    "refuse_frozen_approval",
    "refuse_frozen_grant",
    "said",
    "sayable",
    "who_may",
]
