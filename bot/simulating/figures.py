"""The figures of a simulation and what each means. All spans are in seconds of elapsed time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class Wait(msgspec.Struct, frozen=True):
    """How long requests waited. Percentiles are by nearest rank."""

    count: int = 0
    mean: float = 0.0
    median: float = 0.0
    p90: float = 0.0
    p99: float = 0.0
    longest: float = 0.0


class Promise(msgspec.Struct, frozen=True):
    """What became of held requests; ``within`` + ``late`` + ``expired`` are all of them.

    Those that were late or expired are the breaches: not decided when they were promised to be.
    """

    within: int = 0
    late: int = 0
    expired: int = 0

    @property
    def held(self) -> int:
        """All of them."""
        return self.within + self.late + self.expired

    @property
    def decided(self) -> int:
        """By people."""
        return self.within + self.late

    @property
    def breaches(self) -> int:
        """Late or expired."""
        return self.late + self.expired


class Taken(msgspec.Struct, frozen=True):
    """How many requests came so far up the ladder of an owner; ``step`` counts from 1 in each stage."""

    owner: str
    step: int
    count: int
    to: tuple[str, ...]
    """Whom it told (person ids), or would have where it never came to it."""


class OwnerFigures(msgspec.Struct, frozen=True):
    """One owner's requests, by the owner that they were opened with."""

    owner: str
    title: str
    promise: Promise
    reminders: int
    wait: Wait
    """Until they were decided."""


class PersonFigures(msgspec.Struct, frozen=True):
    """One person's load. ``open_seconds`` is how long they could have taken something up, until arrivals ended."""

    person: str
    name: str
    reviews: int
    lost: int
    """Begun in vain: the request expired, or somebody else decided it meanwhile."""
    busy_seconds: float
    """Until arrivals ended."""
    open_seconds: float
    most_an_hour: int
    """Reviews that ended in one hour, in the busiest."""
    most_at: datetime | None
    """When that hour began."""

    @property
    def busy_share(self) -> float | None:
        """Above 1 where work begun in time went on after hours; None where no time was open."""
        return self.busy_seconds / self.open_seconds if self.open_seconds else None

    @property
    def an_hour(self) -> float | None:
        """Reviews for each open hour."""
        return self.reviews * 3600 / self.open_seconds if self.open_seconds else None


class HourFigures(msgspec.Struct, frozen=True):
    """One hour of the day, in ``Figures.timezone``: averages over all days but for the counts."""

    hour: int
    held: int
    reviews: int
    breaches: int
    """Of the requests that were opened in it."""
    mean_waiting: float
    most_waiting: int
    mean_busy: float
    """People."""


class Figures(msgspec.Struct, frozen=True):
    """Everything that a simulation came to."""

    policy: str
    """Its version."""
    start: datetime
    end: datetime
    """Nothing arrives from then on; what had arrived is followed to its end."""
    timezone: str
    seed: int
    assumptions: tuple[str, ...]
    """Sentences: where arrivals, amounts and durations are from, and what was made up."""
    arrived: int
    held: int
    allowed: int
    """Not held: nobody had to look."""
    blocked: int
    elsewhere: int
    """Held, but another owner's than those that were asked for."""
    promise: Promise
    unsignable: int
    """Held requests that nobody who works could have signed at any time."""
    reminders: int
    steps: tuple[Taken, ...]
    claims_over: int
    """Claims that ended before their reviews did."""
    until_taken: Wait
    """Until somebody first took it up, of those that somebody did."""
    until_decided: Wait
    """Of those that were decided."""
    most_waiting: int
    """The longest queue: requests that nobody was at."""
    most_waiting_at: datetime | None
    owners: tuple[OwnerFigures, ...]
    people: tuple[PersonFigures, ...]
    hours: tuple[HourFigures, ...]
    queue: tuple[int, ...]
    """The longest queue in each hour since the start."""

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to look at."""
        return not self.held

    def as_json(self) -> dict[str, Any]:
        """The whole, for scripts: fractions rounded to three digits, the same text for the same simulation."""
        built: dict[str, Any] = _rounded(msgspec.to_builtins(self))
        for person, one in zip(self.people, built["people"], strict=True):
            one["busy_share"], one["reviews_an_hour"] = _rounded(person.busy_share), _rounded(person.an_hour)
        for promise, one in [(self.promise, built), *((o.promise, b) for o, b in zip(self.owners, built["owners"]))]:  # noqa: B905 - built of one another
            one["promise"] |= {"held": promise.held, "decided": promise.decided, "breaches": promise.breaches}
        return built


def _rounded(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value


def wait_of(seconds: list[float]) -> Wait:
    """The figures of waits, in any order."""
    if not seconds:
        return Wait()
    ordered = sorted(seconds)
    count = len(ordered)

    def rank(percent: int) -> float:
        return ordered[-(-count * percent // 100) - 1]

    return Wait(count, sum(ordered) / count, rank(50), rank(90), rank(99), ordered[-1])
