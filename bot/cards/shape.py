"""The shape of a card: frozen values of plain text and instants (aware UTC), nothing that belongs to one surface."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.cards.pauses import Stopped


class Row(msgspec.Struct, frozen=True):
    """One titled value. ``value`` and ``before`` are None where there is none; ``masked`` says that both are hidden."""

    name: str
    title: str
    value: str | None
    kind: str = "text"
    """A ``FieldKind``."""
    sensitive: bool = False
    masked: bool = False
    editable: bool = False
    before: str | None = None
    changed: bool = False
    """Whether a reviewer signed another value than the agent proposed; ``before`` is the proposed one then."""


class Status(msgspec.Struct, frozen=True):
    """How it stands: one of the states below, since ``at``, by ``who``.

    pending, claimed, approved, approved_with_edits, rejected, expired, cancelled, revoked, redeemed, ran, failed,
    not_run.
    """

    state: str
    label: str
    tone: str
    """``waiting``, ``good``, ``bad`` or ``quiet``."""
    who: str | None = None
    where: str | None = None
    at: datetime | None = None
    note: str | None = None
    until: datetime | None = None
    """When this state ends by itself: the deadline of a request, or of a grant that waits."""
    reason: str | None = None
    """The reason of a rejection, in words; ``note`` is what was written beside it."""

    @property
    def open(self) -> bool:
        """Whether it still waits for its decision."""
        return self.state in {"pending", "claimed"}


class Reason(msgspec.Struct, frozen=True):
    """Why the gate held (or let pass, or blocked) it: the rule in words, its sentence, and what it compared."""

    rule: str
    title: str
    text: str
    kind: str
    compared: tuple[Row, ...] = ()


class Stage(msgspec.Struct, frozen=True):
    """One of several sequential signatures: whose, what they look at, and who has signed in it so far."""

    title: str
    text: str
    needed: int
    signed: tuple[str, ...] = ()
    current: bool = False
    """Whether it waits for this one."""


class Lacking(msgspec.Struct, frozen=True):
    """What is missing before it goes on: to its next stage, or to be approved."""

    signatures: int
    covering: str | None = None
    """The amount that the limit of at least one of them has to cover; None where nobody more has to cover it."""


class Exchange(msgspec.Struct, frozen=True):
    """A question to the agent and its answer."""

    who: str
    at: datetime
    question: str
    answer: str | None = None
    answered_at: datetime | None = None


class Ability(msgspec.Struct, frozen=True):
    """Something that can be done with it. Where it is not ``allowed``, ``why`` and ``remedy`` say so in sentences.

    approve, edit, reject, claim, release, ask, reassign, snooze, reveal, withdraw, revoke; of its feedback item
    accept_item, finish_item, decline_item, change_item; of a sample grade_good, needs_work.
    """

    name: str
    title: str
    allowed: bool
    why: str | None = None
    remedy: str | None = None


class HistoryLine(msgspec.Struct, frozen=True):
    """One fact of the record: who did what, when and on which surface."""

    at: datetime
    who: str
    where: str | None
    what: str
    note: str | None = None
    type: str = ""


class Lesson(msgspec.Struct, frozen=True):
    """A feedback item; texts are plain."""

    kind: str
    """A ``bot.domain.lessons.Lesson``."""
    title: str
    state: str
    """A ``FeedbackState``."""
    label: str
    """How far it has come, in words."""
    who: str | None
    """Who has it."""
    due_at: datetime
    overdue: bool
    suggested: str
    """What the policy's rules suggested, in words."""
    rule: str
    """Which of them, in words."""
    changes: int
    """How many changes it has had."""
    last: str | None = None
    """Who changed it last."""
    note: str | None = None
    """What was written at the last change."""
    diff: str | None = None
    """A change of the policy that it proposes."""
    proposed: str | None = None
    """What that change does, and would have done."""


class Look(msgspec.Struct, frozen=True):
    """Somebody's look at a sample."""

    state: str
    """``waiting``, ``good`` or ``needs_work``."""
    label: str
    """The same in words."""
    who: str
    """Who is asked, or who said so."""
    why: str
    """Why it was taken, in words."""
    note: str | None = None


class Card(msgspec.Struct, frozen=True):
    """Everything that a reviewer sees of one request, but for its history."""

    request_id: str
    title: str
    fallback: str
    """One sentence for notifications and screen readers."""
    status: Status
    decision: Status | None
    """How it was decided, while ``status`` may tell already what followed."""
    changes: tuple[Row, ...]
    subject: tuple[Row, ...]
    """For whom."""
    reasons: tuple[Reason, ...]
    claim: str | None
    """The agent's reasoning: the agent's claim, not a fact."""
    transcript: tuple[str, ...]
    evidence: tuple[str, ...]
    citations: tuple[str, ...]
    signals: tuple[Row, ...]
    origin: tuple[Row, ...]
    """Agent, tool, model, build, policy version."""
    owner: str
    deciders: tuple[str, ...]
    signatures: tuple[str, ...]
    """Those that count in its stage; once it is decided, all."""
    signatures_needed: int
    """In its stage: as many at least."""
    opened_at: datetime
    due_at: datetime
    """The promise."""
    deadline_at: datetime
    """When it expires, which means: not run."""
    exchanges: tuple[Exchange, ...]
    abilities: tuple[Ability, ...]
    reject_reasons: tuple[str, ...]
    action_type: str
    action_class: str
    level: str
    high_class: bool
    statutory_at: datetime | None = None
    """When a limit of the law ends that runs beside the promise."""
    erased: bool = False
    snoozed: tuple[tuple[str, datetime], ...] = ()
    """Who put it off for themselves, and until when."""
    stages: tuple[Stage, ...] = ()
    """In their order; none where one signature or several beside each other are all."""
    lacking: Lacking | None = None
    """None once it is decided."""
    widened: tuple[str, ...] = ()
    """Those of ``deciders`` who may decide because it was escalated to them."""
    moved_from: str | None = None
    """Whose it was, where its escalation made it another owner's."""
    claimed_until: datetime | None = None
    """When whoever has it has it no longer, where claims are limited."""
    stopped_at: datetime | None = None
    """Since when the time of its promise stands still, because a question to the agent is open."""
    frozen: Stopped | None = None
    """What keeps it from being approved, or its approval from being spent; None while nothing does."""

    suggestions: tuple[tuple[str, str], ...] = ()
    """What each reason of a rejection suggests to learn: the code, and a kind of lesson; none once it is decided."""
    lesson: Lesson | None = None
    """What is to be learned of it; None where nobody corrected it."""
    look: Look | None = None
    """Who is asked to look at it afterwards, and what they said; None where nobody is."""

    @property
    def awaited(self) -> tuple[str, ...]:
        """Those of ``deciders`` who have not signed it, in this stage or an earlier one."""
        signed = {*self.signatures, *(name for stage in self.stages for name in stage.signed)}
        return tuple(name for name in self.deciders if name not in signed)

    def may(self, name: str) -> bool:
        """Whether this viewer may do this now."""
        return any(ability.allowed for ability in self.abilities if ability.name == name)

    def ability(self, name: str) -> Ability | None:
        """What is said of one ability, if it applies at all."""
        return next((ability for ability in self.abilities if ability.name == name), None)
