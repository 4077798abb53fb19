"""Routing: whose request it is, who may sign it and by when; frozen when it opens, and what later becomes of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from bot.domain.fields import Field
from bot.domain.hours import Hours

MANAGER, ASSIGNEE = "manager", "assignee"
"""Whom a step may name besides people: the manager of whoever has claimed it, and whoever has."""
ON_CALL = "on_call:"
"""What stands before the id of a rotation, where a step names whoever is on call in it."""


class OverLimit(StrEnum):
    """What a signature is worth on an amount above its author's own limit."""

    REFUSE = "refuse"
    """Nothing: it is not taken."""
    SECOND = "second_signature"
    """One of several: another has to sign whose limit covers the amount."""


class Step(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One rung of the escalation ladder, frozen: at ``at`` (UTC) tell these people, and post there.

    ``to`` has person ids, ``on_call:<rotation>``, ``manager`` and ``assignee``; who that is shows when its time comes.
    """

    at: datetime
    to: tuple[str, ...]
    post_to: dict[str, str] = {}
    widen: bool = False
    """Whether those it goes to may decide from then on."""
    move_to: str | None = None
    """The owner whose request it is from then on."""
    repeat: int = 0
    """0 for a step's first time, 1 for its first repetition, and so on."""


class Rung(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A step whose time is counted only when its stage begins: ``after`` seconds of that stage's clock."""

    after: int
    to: tuple[str, ...]
    post_to: dict[str, str] = {}
    widen: bool = False
    move_to: str | None = None
    repeat: int = 0


class Stage(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One of several sequential signatures: its own people, promise and words. Spans are seconds from its beginning."""

    title: str
    approvers: tuple[str, ...]
    """Person ids."""
    approvals_needed: int = 1
    text: str = ""
    """What those who sign here are asked to look at."""
    respond_within: int = 15 * 60
    remind_after: tuple[int, ...] = ()
    remind_shares: tuple[int, ...] = ()
    """Those that are shares of its promised time: never later than it is due."""
    escalation: tuple[Rung, ...] = ()


class Routing(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Whose request it is, who may sign, by when: frozen when the request opens, so no policy change rewrites it.

    ``approvers``, ``approvals_needed``, ``due_at``, ``remind_at`` and ``escalation`` are those of the stage that it is
    in. They change with recorded events alone: the next stage, a stopped clock that runs again, another owner.
    """

    owner: str
    owner_title: str
    accountable: str
    risk_owner: str
    channels: dict[str, str]
    approvers: tuple[str, ...]
    """Person ids."""
    approvals_needed: int
    due_at: datetime
    deadline_at: datetime
    grant_seconds: int
    reject_reasons: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    extra_fields: bool = True
    """Whether arguments that no field names are accepted in an edit (unchanged only)."""
    remind_at: tuple[datetime, ...] = ()
    escalation: tuple[Step, ...] = ()
    high_class: bool = False
    surfaces: tuple[str, ...] = ()
    """The chat surfaces that were connected when it opened: there its cards are posted and kept up."""
    second_channels: dict[str, str] = {}
    """By surface, where its card goes when the first channel can't take it."""
    working_zone: str | None = None
    """The time zone of the working hours in which its promise was counted; None where that was elapsed time."""
    statutory_at: datetime | None = None
    """When the limit of the law ends that runs beside the promise; ``due_at`` is never later."""
    warn_at: datetime | None = None
    """When those who answer for it are warned of that limit."""
    stages: tuple[Stage, ...] = ()
    """The sequential stages, the first included; empty where one stage is all."""
    hours: Hours | None = None
    """The working hours by which instants are counted later; None is elapsed time. Set only where that may happen."""
    latest_at: datetime | None = None
    """When the agent stops waiting, whatever clock is stopped; None: ``deadline_at`` is that."""
    stops_while_asked: bool = False
    """Whether the clock of the promise stands still while a question to the agent is open."""
    over_limit: OverLimit = OverLimit.REFUSE
    barred: tuple[str, ...] = ()
    """Person ids who may not sign it although they are approvers: the owner of the agent, where the policy says so."""
    claim_seconds: int | None = None
    """For how long somebody who claims it has it."""
    gather_seconds: int = 0
    """Pings to one person within so many seconds are gathered into one; 0 where each is urgent."""
