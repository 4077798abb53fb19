"""Figures: what was measured, over how many rounds, against which goal."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure's median is held against. It is printed and never fails anything."""

    sense: Literal[">=", "<="]
    value: float

    def met(self, value: float) -> bool:
        """Whether a value reaches it."""
        return value >= self.value if self.sense == ">=" else value <= self.value


def at_least(value: float) -> Goal:
    """More is better."""
    return Goal(">=", value)


def at_most(value: float) -> Goal:
    """Less is better."""
    return Goal("<=", value)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with a sample for each round."""

    section: str
    name: str
    unit: str
    samples: tuple[float, ...]
    goal: Goal | None = None
    note: str = ""

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return statistics.median(self.samples)

    @property
    def met(self) -> bool | None:
        """Whether the median reaches the goal; None without one."""
        return None if self.goal is None else self.goal.met(self.median)

    def as_json(self) -> dict[str, Any]:
        """The figure as the results file holds it."""
        return {
            "section": self.section,
            "name": self.name,
            "unit": self.unit,
            "min": min(self.samples),
            "median": self.median,
            "max": max(self.samples),
            "samples": list(self.samples),
            "goal": None if self.goal is None else {"sense": self.goal.sense, "value": self.goal.value},
            "met": self.met,
            "note": self.note,
        }


@dataclass(slots=True)
class Report:
    """Everything that a run found, and what it left out and why."""

    machine: dict[str, str]
    figures: list[Figure] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(
        self, section: str, name: str, unit: str, samples: Iterable[float], goal: Goal | None = None, note: str = ""
    ) -> None:
        """Keep a figure; without samples there is none."""
        kept = tuple(samples)
        if kept:
            self.figures.append(Figure(section, name, unit, kept, goal, note))

    def skip(self, section: str, reason: str) -> None:
        """Say what was left out."""
        self.skipped.append((section, reason))

    def as_json(self) -> dict[str, Any]:
        """The results file."""
        return {
            "machine": self.machine,
            "figures": [figure.as_json() for figure in self.figures],
            "skipped": [{"section": section, "reason": reason} for section, reason in self.skipped],
            "seconds": self.seconds,
        }


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Round by round, one over the other: only figures of one round compare."""
    return [one / other for one, other in zip(ours, theirs, strict=True) if other]


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
