"""What each event makes of a state: pure functions, the only place where a state changes.

``apply_*`` never refuses: whether something may happen was settled before the event was recorded, and a record that is
replayed must give the state it gave the first time.
"""

from __future__ import annotations

from bot.domain.lifecycle.of_agents import apply_agent, apply_instance
from bot.domain.lifecycle.of_contacts import apply_contact
from bot.domain.lifecycle.of_ledgers import apply_holds, apply_ledger, apply_pauses
from bot.domain.lifecycle.of_requests import apply_request

__all__ = [
    "apply_agent",
    "apply_contact",
    "apply_holds",
    "apply_instance",
    "apply_ledger",
    "apply_pauses",
    "apply_request",
]
