"""Words: how texts are taken apart to be found again, the same for what is looked through and for what is typed.

Letters lose their case and their compatibility forms (NFKC). What stands between spaces is one word without its
punctuation, so that ``R-10/7`` is found by ``r10`` as well as by ``R-10/``, and its parts are words besides. Scripts
that put no spaces between words are taken letter by letter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby

LONGEST = 40
"""Characters of a word; what is longer is found by its beginning."""
MOST_TYPED = 8
"""Words of a query; those behind them are not looked at."""
_LONGEST_TEXT = 2000
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


def words_of(text: str) -> Iterator[str]:
    """Every word by which a text is found, the whole ones before their parts; some may come twice."""
    for chunk in _chunks(text):
        whole = "".join(filter(_counts, chunk))
        if any(map(_unspaced, whole)):
            yield from _runs(whole)
            continue
        if whole:
            yield whole[:LONGEST]
        parts = ["".join(run) for counts, run in groupby(chunk, _counts) if counts]
        if len(parts) > 1:
            yield from (part[:LONGEST] for part in parts)


def typed_words(text: str) -> tuple[str, ...]:
    """The words that somebody looks for, without repetition: none where the text holds no letter and no digit."""
    found: dict[str, None] = {}
    for chunk in _chunks(text):
        whole = "".join(filter(_counts, chunk))
        for word in _runs(whole) if any(map(_unspaced, whole)) else (whole[:LONGEST],):
            if word:
                found[word] = None
            if len(found) == MOST_TYPED:
                return tuple(found)
    return tuple(found)


def _chunks(text: str) -> list[str]:
    return unicodedata.normalize("NFKC", text[:_LONGEST_TEXT]).casefold().split()


def _runs(whole: str) -> Iterator[str]:
    """Letters of scripts without spaces one by one, and what stands between them as it is."""
    for unspaced, run in groupby(whole, _unspaced):
        if unspaced:
            yield from run
        else:
            yield "".join(run)[:LONGEST]


def _counts(character: str) -> bool:
    return character.isalnum() or (character > "\x7f" and unicodedata.category(character)[0] == "M")


def _unspaced(character: str) -> bool:
    return character > "\u0dff" and any(first <= ord(character) <= last for first, last in _UNSPACED)
