"""Duties: who stands in for whom, who covers a rotation, and when somebody wants to be left alone. A fold of facts."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Cover(msgspec.Struct, frozen=True, gc=False):
    """From ``since`` to ``until`` this person is on call in the rotation, whoever its plan names."""

    number: int
    """Which fact of the ledger said so."""
    rotation: str
    person: str
    since: datetime
    until: datetime
    by: str
    note: str | None = None


class Delegation(msgspec.Struct, frozen=True, gc=False):
    """From ``since`` to ``until`` what would come to ``person`` comes to ``to``. It gives nobody a right to sign."""

    number: int
    person: str
    to: str
    since: datetime
    until: datetime
    by: str
    note: str | None = None


class QuietHours(msgspec.Struct, frozen=True, gc=False):
    """When somebody wants no pings that can wait: minutes after midnight there; past it when ``ends`` is less."""

    person: str
    begins: int
    ends: int
    timezone: str


class Duties(msgspec.Struct, frozen=True, gc=False):
    """Everything of the kind that the ledger says, the ended left out, the newest last."""

    covers: tuple[Cover, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    quiet: dict[str, QuietHours] = {}
    """By person id."""


NO_DUTIES = Duties()
