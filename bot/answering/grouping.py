"""Grouping: counts by name, for names that agents may make up at will, so of a bounded number."""

from __future__ import annotations

from collections.abc import Callable

from bot.answering.figures import Part

MOST_NAMES = 300
"""Names that are told apart."""
OTHERS = "(others)"
"""All names after those. No id, code or build that is told apart is written so: a real one gets a space before it."""
NONE_GIVEN = "(none given)"
EDITED = "(edited)"
_OWN = {OTHERS: "Others", NONE_GIVEN: "None given", EDITED: "Edited"}


class Grouped:
    """How many of how many, by name."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}

    def add(self, name: str | None, *, hit: bool) -> None:
        """One more of this name, which is one that is looked for or not."""
        known = NONE_GIVEN if not name else f" {name}" if name in _OWN else name
        self.count(known, hit=hit)

    def count(self, name: str, *, hit: bool) -> None:
        """The same for a name of ours."""
        if name not in self._counts and len(self._counts) >= MOST_NAMES:
            name = OTHERS
        counts = self._counts.setdefault(name, [0, 0])
        counts[0] += hit
        counts[1] += 1

    def parts(self, title: Callable[[str], str], of: int | None = None) -> tuple[Part, ...]:
        """Every name that has one that is looked for, most first; ``of`` is each name's own number unless given."""
        found = [
            Part(name, _OWN.get(name) or title(name), hits, every if of is None else of)
            for name, (hits, every) in self._counts.items()
            if hits
        ]
        return tuple(sorted(found, key=lambda part: (-part.count, part.of, part.name)))
