"""Signals: what friction comes to, as frozen values. Docs/friction.md says what each means."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from bot.answering.periods import Period
from bot.friction.weighing import wilson

LEAST_SHARE = 20
"""Of fewer than these no share is said."""
LEAST_ANSWERS = 10
"""Answers to one question."""
LEAST_DECISIONS = 10
"""Decisions of one person, to be told of by name."""
LEAST_DRIFT = 50
"""Values on either side, to compare how they lie."""
LEAST_HURRIED = 30
"""Decisions of one person, to say that they approve everything in seconds."""
COMES_BACK = timedelta(hours=48)
AROUND_RELEASE = timedelta(days=7)
"""How long before and after a release is looked at, at most."""
BASELINE = timedelta(days=28)
"""How long before the period is its normal."""
QUESTIONS = 20
SIGNIFICANT = 0.05
"""A corrected p-value below this is no chance."""
FAR = 0.2
"""A Kolmogorov-Smirnov distance from this on is a drift."""
A_DAY = "a day"
MANY_TIMES = 1.5
"""A volume this many times its normal, or as many times less, is a drift."""
ALL = 0.95
"""A share of unchanged approvals from this on is everything."""
SECONDS = 10
"""A median of reading time up to this is seconds."""


class Share(msgspec.Struct, frozen=True):
    """``hits`` of ``sample``; below ``least`` it is not said."""

    hits: int
    sample: int
    least: int = LEAST_SHARE

    @property
    def enough(self) -> bool:
        """Whether the sample is large enough to say anything."""
        return self.sample >= self.least

    @property
    def value(self) -> float | None:
        """The share; None when the sample is too small."""
        return self.hits / self.sample if self.enough else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its 95 % interval (Wilson)."""
        return wilson(self.hits, self.sample) if self.enough else None


class Part(msgspec.Struct, frozen=True):
    """The share of one agent's build."""

    agent: str
    """The agent's id."""
    build: str | None
    share: Share


class Overriding(msgspec.Struct, frozen=True):
    """Held requests that people decided, and how many of them they edited or rejected."""

    now: Share
    before: Share
    builds: tuple[Part, ...] = ()
    """By agent and build, the largest sample first."""


class Returning(msgspec.Struct, frozen=True):
    """Executed actions, and after how many of them the customer was back within 48 hours."""

    now: Share
    before: Share
    open: int = 0
    """Executed too recently: their 48 hours are not over, they are in no sample."""
    nameless: int = 0
    """Executed for a customer that is not known, or not any more."""
    contacts: int = 0
    """Contacts that were reported in the time that is looked at; where there are none, nothing is said."""


class Release(msgspec.Struct, frozen=True):
    """Escalations before and after a build went live. ``p`` is None where a sample is too small."""

    agent: str
    build: str
    released_at: datetime
    since: datetime
    """The start of the time before it."""
    until: datetime
    """The end of the time after it."""
    before: Share
    after: Share
    waiting: int
    """Held requests of either time that still wait: in neither sample."""
    p: float | None = None
    """Of Fisher's exact test, two-sided."""
    corrected: float | None = None
    """The same by Holm's method, for being one of several."""
    effect: tuple[float, float] | None = None
    """The 95 % interval (Newcombe) of the share after less the share before."""

    @property
    def significant(self) -> bool:
        """Whether it is more than chance."""
        return self.corrected is not None and self.corrected < SIGNIFICANT


class Stances(msgspec.Struct, frozen=True):
    """The answers to one question; ``versions`` has how often which stance was taken under which policy version."""

    question: str
    share: Share
    """Answers that are not what was answered most often under their version."""
    versions: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()
    """The version with most answers first, in it the commonest stance; empty when the sample is too small."""


class Contradicting(msgspec.Struct, frozen=True):
    """The questions that were asked most, and how often the answers contradict each other."""

    now: Share
    questions: tuple[Stances, ...] = ()
    """The most asked first, ``QUESTIONS`` at most."""
    more: int = 0
    """Questions beyond these."""


class Load(msgspec.Struct, frozen=True):
    """What one person decided."""

    person: str
    """Their id."""
    decisions: int
    signatures: int
    """Signatures that were not the last."""
    hours: int
    """Hours of the clock in which they decided anything."""
    busiest: int
    """The most decisions within one of them."""
    share: float
    """Of all decisions by people."""


class Loads(msgspec.Struct, frozen=True):
    """Review load a person."""

    decisions: int = 0
    people: tuple[Load, ...] = ()
    """The busiest first."""
    others: int = 0
    """People with too few decisions to be told of."""
    by_others: int = 0
    """Their decisions."""


class Drift(msgspec.Struct, frozen=True):
    """How one thing lies now and how it lay in the four weeks before."""

    what: str
    """``amount``, ``confidence`` or ``volume``."""
    agent: str
    build: str | None
    """None for volume, which is of all builds together."""
    unit: str
    """The currency of amounts; ``A_DAY`` of volumes."""
    size: int
    normal_size: int
    least: int = LEAST_DRIFT
    now: float | None = None
    """The median; of a volume, requests a day. None where a sample is too small, as the fields below."""
    normal: float | None = None
    distance: float | None = None
    """Kolmogorov and Smirnov's; of a volume, how many times its normal it is."""
    p: float | None = None
    corrected: float | None = None
    drifted: bool = False
    """Whether it is both large and more than chance."""

    @property
    def enough(self) -> bool:
        """Whether the samples are large enough to compare: of a volume its normal alone, as nothing now is telling."""
        return min(self.size if self.unit != A_DAY else self.normal_size, self.normal_size) >= self.least


class Hurried(msgspec.Struct, frozen=True):
    """A person who approved everything within seconds. A hint to look, never more."""

    owner: str
    person: str
    decisions: int
    approved: int
    """Unchanged."""
    median_seconds: float
    """Of the longest that they can have read each."""


class Friction(msgspec.Struct, frozen=True):
    """All signals of one period, for everybody who may read them. What only risk owners may see is not in here."""

    owner: str | None
    """None is everybody's."""
    owner_title: str
    period: Period
    policy_version: str
    opened: int
    """Requests that were opened in the period."""
    overriding: Overriding
    returning: Returning
    releases: tuple[Release, ...]
    contradicting: Contradicting
    loads: Loads
    drifts: tuple[Drift, ...]
    names: dict[str, str]
    """What agents and people are called, by id."""

    @property
    def nothing(self) -> bool:
        """Whether no request was opened in the period."""
        return self.opened == 0


class Hints(msgspec.Struct, frozen=True):
    """What a risk owner alone may see of the reviewers of their own owners."""

    risk_owner: str
    owners: tuple[str, ...]
    """The titles of those that they answer for."""
    hurried: tuple[Hurried, ...]
    reviewers: int
    """People with decisions enough to say anything."""
