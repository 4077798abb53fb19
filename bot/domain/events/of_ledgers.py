"""What happens in the house: pauses, and every other fact of a ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from bot.domain.events.fact import Fact


class Paused(Fact, frozen=True, tag="ledger.paused"):
    """Automation was stopped for ``scope``: ``everything``, ``action:<id>``, ``agent:<id>`` or ``owner:<id>``."""

    scope: str
    reason: str
    until: datetime | None = None


class Resumed(Fact, frozen=True, tag="ledger.resumed"):
    """It goes on."""

    scope: str
    reason: str


class Noted(Fact, frozen=True, tag="ledger.noted"):
    """A fact of the house: a policy version taken into use, a desk link given out, a sign-in."""

    what: str
    facts: dict[str, Any] = msgspec.field(default_factory=dict)
