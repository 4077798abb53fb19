"""Plain text from anybody: what can't be seen, or turns the order of what can, is made visible instead."""

from __future__ import annotations

import re
import unicodedata

MAX_MARKS = 4
"""Combining marks that may sit on one letter; Unicode's own stream-safe bound is 30, and no language needs 5."""
_JOINERS = {"\u200c", "\u200d"}
_ODD = re.compile(r"[^\n\t\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u0590]")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_EMOJI_TAIL = {"\ufe0e", "\ufe0f"}


def plain(text: str) -> str:
    """The text as every surface may show it: line feeds and tabs stay, other controls become ``⟨U+202E⟩``.

    Bidirectional overrides, zero-width and other invisible characters are written out, since they make two different
    values look alike; joiners stay between letters that need them. Too many combining marks are counted, not drawn.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _ODD.search(text):
        return text
    parts: list[str] = []
    marks = 0
    for position, character in enumerate(text):
        kind = unicodedata.category(character)
        if kind in {"Mn", "Me"} and character not in _EMOJI_TAIL:
            marks += 1
            if marks <= MAX_MARKS:
                parts.append(character)
            continue
        if marks > MAX_MARKS:
            parts.append(f"⟨{marks - MAX_MARKS} more marks⟩")
        marks = 0
        hidden = kind in _HIDDEN and character not in "\n\t" and not _joins(text, position)
        parts.append(f"⟨U+{ord(character):04X}⟩" if hidden else character)
    if marks > MAX_MARKS:
        parts.append(f"⟨{marks - MAX_MARKS} more marks⟩")
    return "".join(parts)


def _joins(text: str, position: int) -> bool:
    """Whether a joiner stands between two characters outside of ASCII, as in emoji and in Persian."""
    if text[position] not in _JOINERS or not 0 < position < len(text) - 1:
        return False
    around = text[position - 1], text[position + 1]
    return all(not one.isascii() and unicodedata.category(one)[0] != "C" for one in around)


def words(name: str) -> str:
    """A machine's name as a person would say it: ``sudden_rise`` is "Sudden rise"."""
    spaced = re.sub(r"[_\-.\s]+", " ", plain(name)).strip()
    return spaced[:1].upper() + spaced[1:] if spaced else name
