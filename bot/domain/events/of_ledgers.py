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
    freeze: bool = False
    """Whether what is held can't be approved, and no approval be spent, until it goes on."""
    alarm: str | None = None
    """The alarm of the policy that did it, ``<owner>/<name>``; None where somebody did."""
    surfaces: tuple[str, ...] = ()
    """The chat surfaces that were connected: there its cards are redrawn, and whoever answers for it is told."""


class Resumed(Fact, frozen=True, tag="ledger.resumed"):
    """It goes on."""

    scope: str
    reason: str
    surfaces: tuple[str, ...] = ()
    """As in ``Paused``."""


class Covered(Fact, frozen=True, tag="ledger.covered"):
    """``person`` is on call in a rotation from ``since`` to ``until``, whoever its plan names then."""

    rotation: str
    person: str
    since: datetime
    until: datetime
    note: str | None = None


class Delegated(Fact, frozen=True, tag="ledger.delegated"):
    """While ``person`` is away, from ``since`` to ``until``, what would come to them comes to ``to``."""

    person: str
    to: str
    since: datetime
    until: datetime
    note: str | None = None


class DutyEnded(Fact, frozen=True, tag="ledger.duty_ended"):
    """A cover or a delegation was ended before its time: the fact of this number in the ledger."""

    number: int
    note: str | None = None


class QuietHoursSet(Fact, frozen=True, tag="ledger.quiet_hours_set"):
    """When somebody wants no pings that can wait: from and until, in minutes after midnight of a zone; -1: never."""

    person: str
    begins: int
    ends: int
    timezone: str = "UTC"


class Released(Fact, frozen=True, tag="ledger.released"):
    """A new build of an agent went live at ``released_at``."""

    agent_id: str
    build: str
    released_at: datetime
    note: str | None = None


class Held(Fact, frozen=True, tag="ledger.held"):
    """A legal hold: nothing that ``scope`` covers is erased or leaves by its retention until the hold ends.

    ``scope`` is ``request:<id>``, ``customer:<id>``, ``owner:<id>`` or ``action:<id>``.
    """

    hold: str
    scope: str
    reason: str


class HoldEnded(Fact, frozen=True, tag="ledger.hold_ended"):
    """The hold of this name is over."""

    hold: str
    reason: str


class Noted(Fact, frozen=True, tag="ledger.noted"):
    """A fact of the house: a policy version taken into use, a desk link given out, a sign-in."""

    what: str
    facts: dict[str, Any] = msgspec.field(default_factory=dict)
