"""Grouping: counts by name, for names that agents may make up at will, so of a bounded number."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from bot.answering.figures import Part

MOST_NAMES = 300
"""Names that are told apart."""
MOST_KEPT = 20_000
"""Names that are counted apart before it is known which came first."""
OTHERS = "(others)"
"""All names after those. No id, code or build that is told apart is written so: a real one gets a space before it."""
NONE_GIVEN = "(none given)"
EDITED = "(edited)"
_OWN = {OTHERS: "Others", NONE_GIVEN: "None given", EDITED: "Edited"}


class Grouped(msgspec.Struct):
    """How many of how many, by name."""

    hits: dict[str, int] = {}
    every: dict[str, int] = {}
    """In the order in which the names came first."""

    def add(self, name: str | None, *, hit: bool) -> None:
        """One more of this name, which is one that is looked for or not."""
        known = NONE_GIVEN if not name else f" {name}" if name in _OWN else name
        self.count(known, hit=hit)

    def count(self, name: str, *, hit: bool) -> None:
        """The same for a name of ours."""
        if name not in self.every and len(self.every) >= MOST_KEPT:
            name = OTHERS
        self.every[name] = self.every.get(name, 0) + 1
        self.hits[name] = self.hits.get(name, 0) + hit

    def parts(self, title: Callable[[str], str], of: int | None = None) -> tuple[Part, ...]:
        """Every name that has one that is looked for, most first; ``of`` is each name's own number unless given."""
        told: dict[str, list[int]] = {}
        for name, every in self.every.items():
            known = name if name in told or len(told) < MOST_NAMES else OTHERS
            counts = told.setdefault(known, [0, 0])
            counts[0] += self.hits.get(name, 0)
            counts[1] += every
        found = [
            Part(name, _OWN.get(name) or title(name), hits, every if of is None else of)
            for name, (hits, every) in told.items()
            if hits
        ]
        return tuple(sorted(found, key=lambda part: (-part.count, part.of, part.name)))
