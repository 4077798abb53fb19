"""Masking: sensitive values stay hidden, also where an agent repeats them in other texts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.cards.plaintext import plain
from bot.domain.jsontext import Json
from bot.domain.requests import Request

DOTS = "••••"
_SHORTEST = 4
"""Characters that a value must have before it is looked for inside other texts."""
_BETWEEN = " \u00a0\u202f.-"
_SHORTEST_GROUPED, _LONGEST_GROUPED = 6, 64


def masked(text: str) -> str:
    """Enough to recognise, too little to know: the last 4 characters of 10 or more, the last 2 of 6 to 9, else none."""
    shown = 4 if len(text) >= 10 else 2 if len(text) >= 6 else 0  # noqa: PLR2004 - the docstring's own numbers
    return DOTS + (text[-shown:] if shown else "")


class Masker:
    """Hides one request's sensitive values, but for the fields that the viewer has just looked at."""

    def __init__(self, request: Request, revealed: frozenset[str]) -> None:
        fields = [field.name for field in request.routing.fields if field.sensitive and field.name not in revealed]
        self.hidden = frozenset(fields)
        edited = request.decision.arguments if request.decision is not None else None
        found = {
            text
            for arguments in (request.proposal.arguments, edited or {})
            for name in fields
            if name in arguments
            for text in _texts(arguments[name])
            if len(text) >= _SHORTEST
        }
        self._values = [(_however_written(value), masked(value)) for value in sorted(found, key=len, reverse=True)]

    def text(self, text: str) -> str:
        """A plain text with every hidden value in it masked."""
        for value, hidden in self._values:
            text = value.sub(lambda _, hidden=hidden: hidden, text)  # type: ignore[misc]  # a text, with no groups in it
        return plain(text)

    def texts(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Several of them."""
        return tuple(map(self.text, texts))

    def optional(self, text: str | None) -> str | None:
        """The same, of a text that may be missing."""
        return None if text is None else self.text(text)


def _however_written(value: str) -> re.Pattern[str]:
    """A value in any case of letters and, where it is short, grouped as people group numbers: ``4111 2222``."""
    marks = [re.escape(mark) for mark in value if mark not in _BETWEEN]
    if not _SHORTEST_GROUPED <= len(marks) <= _LONGEST_GROUPED:
        return re.compile(re.escape(value), re.IGNORECASE)
    return re.compile(f"[{_BETWEEN}]{{0,2}}".join(marks), re.IGNORECASE)


def _texts(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [] if value is None or isinstance(value, bool) else [str(value)]
