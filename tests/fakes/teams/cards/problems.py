"""What may be wrong with a card."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where (a JSON pointer) and how."""

    at: str
    words: str

    def __str__(self) -> str:
        return f"{self.at or '/'} {self.words}"
