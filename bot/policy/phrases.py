"""Phrases of high risk, found whatever the case, accents, apostrophes and small words between."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from bot.domain.spelling import without_unseen

_BETWEEN = 2
"""How many other words may stand between two words of a phrase: "lost phone" finds "lost my old phone"."""
MAX_WORDS = 6
"""Words of a phrase; it bounds the ways in which a text can almost match."""
_WORD = re.compile(r"\w+")
_SPACE = re.compile(r"\s")

HIGH_RISK = (
    "lost phone",
    "lost my phone",
    "stolen phone",
    "phone was stolen",
    "new phone number",
    "can't get into my account",
    "cannot get into account",
    "locked out",
    "can't log in",
    "no access to my email",
    "change payout",
    "change bank account",
    "new bank account",
    "different bank account",
    "send it to another account",
    "bypass verification",
    "skip verification",
    "don't tell anyone",
)
"""What the policy looks for unless it says otherwise."""


class Phrase(msgspec.Struct, frozen=True):
    """A phrase ready to be looked for in folded text."""

    text: str
    words: tuple[str, ...]
    pattern: re.Pattern[str]

    def found_in(self, folded: str) -> bool:
        """Whether it stands in a text that ``fold`` made; linear in the text's length."""
        for word in self.words:
            if word not in folded:
                return False
        return self.pattern.search(folded) is not None


def fold(text: str) -> str:
    """Lower case, without accents, apostrophes and characters that nobody sees."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", _SPACE.sub(" ", text))
        decomposed = without_unseen(decomposed)
        text = "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()
        text = text.replace("\u2019", "").replace("\u2018", "")
    return text.lower().replace("'", "")


def phrase(text: str) -> Phrase:
    """A phrase from its words.

    Raises:
        ValueError: when it has no word, or more than ``MAX_WORDS``.
    """
    words = tuple(_WORD.findall(fold(text)))
    if not 1 <= len(words) <= MAX_WORDS:
        raise ValueError(f"{text[:60]!r} has {len(words)} words")
    gap = rf"(?:\W+\w+){{0,{_BETWEEN}}}?\W+"
    return Phrase(text, words, re.compile(rf"\b{gap.join(words)}\b"))
