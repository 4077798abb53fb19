"""What the gate says of a proposal, and why."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec


class Level(StrEnum):
    """How far an action reaches: suggests words, suggests a decision, changes customer state."""

    DRAFT = "draft"
    RECOMMEND = "recommend"
    COMMIT = "commit"


class ActionClass(StrEnum):
    """What kind of customer state an action type touches."""

    MONEY = "money"
    IDENTITY = "identity"
    ACCESS = "access"
    COMPLAINT = "complaint"
    OTHER = "other"


class VerdictKind(StrEnum):
    """Allow runs at once, hold waits for a named human, block never runs."""

    ALLOW = "allow"
    HOLD = "hold"
    BLOCK = "block"


class Reason(msgspec.Struct, frozen=True, gc=False):
    """One rule that spoke: ``rule`` is its stable name, ``compared`` what it looked at with the values it saw."""

    rule: str
    kind: VerdictKind
    text: str
    compared: dict[str, Any] = {}


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """The gate's answer under one policy version; ``reasons`` is never empty."""

    kind: VerdictKind
    reasons: tuple[Reason, ...]
    policy_version: str


class Reservation(msgspec.Struct, frozen=True, gc=False):
    """A part of a cap that is held for one request until it has run or ended: ``key`` names the tally."""

    key: str
    count: int
    amount: Decimal


class Observation(msgspec.Struct, frozen=True, gc=False):
    """Something counted once and for good (a try in a session, an amount that an agent proposed)."""

    key: str
    amount: Decimal | None = None


RECENT = 50
"""How many amounts a tally remembers, newest last; medians are taken over these."""


class Tally(msgspec.Struct, frozen=True, gc=False):
    """A running count: reservations and observations under one key."""

    key: str
    count: int = 0
    total: Decimal = Decimal(0)
    recent: tuple[Decimal, ...] = ()

    def reserve(self, reservation: Reservation, sign: int = 1) -> Tally:
        """With the reservation added (or, with ``sign`` -1, given back)."""
        return msgspec.structs.replace(
            self, count=self.count + sign * reservation.count, total=self.total + sign * reservation.amount
        )

    def observe(self, observation: Observation) -> Tally:
        """With one observation counted."""
        amount = observation.amount
        return Tally(
            self.key,
            self.count + 1,
            self.total + (amount or 0),
            self.recent if amount is None else (*self.recent, amount)[-RECENT:],
        )
