"""The frame of a run: its options, its databases and its report, as every section is given them."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.databases import POSTGRES, SQLITE, Databases
from bench.figures import Goal, Report


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    quick: bool = False
    rounds: int = 5
    databases: tuple[str, ...] = (SQLITE, POSTGRES)
    stored: int = 250_000
    """Old requests in the database of which growth is measured."""
    past: str = ""
    """The address of a database with a past that is kept (``bench.pasts``); where none is given, one is filled."""

    def size(self, full: int, quick: int) -> int:
        """How many of something, as thorough as asked for."""
        return quick if self.quick else full


class LeftOut(Exception):
    """A section, or a part of one, can't be measured here; the message says why."""


@dataclass(slots=True)
class Bench:
    """What a section measures with."""

    options: Options
    databases: Databases
    report: Report
    failed: list[str] = field(default_factory=list)
    """Sections that a fault ended."""

    @property
    def rounds(self) -> range:
        """One number a round."""
        return range(self.options.rounds)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """A part that may have to be left out: says so and lets the rest go on."""
        try:
            yield
        except LeftOut as reason:
            self.report.skip(name, str(reason))


@dataclass(slots=True)
class Samples:
    """Figures by name while rounds are run."""

    by_name: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, **figures: float) -> None:
        """One round's figures."""
        for name, value in figures.items():
            self.by_name[name].append(value)

    def __getitem__(self, name: str) -> list[float]:
        return self.by_name[name]

    def report(
        self, report: Report, section: str, unit: str, names: Mapping[str, str], goals: Mapping[str, Goal] | None = None
    ) -> None:
        """Put those named (by key: what people read) into the report."""
        for key, name in names.items():
            report.add(section, name, unit, self.by_name[key], (goals or {}).get(key))


def settle() -> None:
    """Have no garbage of an earlier part collected at the cost of the next; what stays is set apart, as servers do."""
    gc.collect()
    gc.freeze()
