"""The public holidays of a country, or of a part of it: by the package ``holidays``, which brings them along."""

from __future__ import annotations

import difflib
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=1024)
def public_holidays(code: str, year: int) -> frozenset[date]:
    """The days of the year that are public holidays there, the days on which they are observed instead among them.

    ``code`` is one that ``unknown_place`` has no remedy for: ISO 3166, such as ``US`` or ``US-NY``.
    """
    from holidays import country_holidays  # noqa: PLC0415 - takes 80 ms, and most commands need no holidays

    country, _, part = code.partition("-")
    return frozenset(country_holidays(country, subdiv=part or None, years=year, expand=False))


@lru_cache(maxsize=1024)
def unknown_place(code: str) -> str | None:
    """None when the holidays of this country, or part of it, are known; else a remedy."""
    from holidays import list_supported_countries  # noqa: PLC0415 - as above

    country, _, part = code.partition("-")
    parts = list_supported_countries().get(country)
    if parts is None:
        return "use the code of a country, such as US, DE or JP; list other closed days by their dates"
    if not part or part in parts:
        return None
    if not parts:
        return f"write {country}: its parts have no holidays of their own here"
    near = difflib.get_close_matches(part, parts, n=1)
    return f"did you mean {country}-{near[0]}?" if near else f"use one of {', '.join(parts)}, or {country} alone"
