"""Cutting text to a length by characters, never inside a letter with its marks or an emoji of several characters."""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, the last one an ellipsis where something is missing."""
    return text if len(text) <= limit else cut_at(text, limit - len(ELLIPSIS), limit)


def cut_at(text: str, end: int, limit: int) -> str:
    """What stands before ``end`` (a place inside the text) and an ellipsis; the ellipsis alone where that is nothing.

    ``limit`` is how many characters there may be in all.
    """
    return ELLIPSIS[:limit] if end <= 0 else text[: between_letters(text, end)].rstrip() + ELLIPSIS


def between_letters(text: str, end: int) -> int:
    """The last place up to ``end``, inside the text, that is between two letters."""
    while end > 0 and _joined(text[end - 1], text[end]):
        end -= 1
    return end


def brief(text: str, limit: int = 240) -> str:
    """A text within one line."""
    return cut(" ".join(text.split()), limit)


def sentence(text: str) -> str:
    """With a capital at its start and a full stop at its end."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if not text or text[-1] in ".!?…:" else ".")


def _joined(before: str, after: str) -> bool:
    """Whether two neighbours belong to one letter or one emoji."""
    if unicodedata.category(after) in {"Mn", "Me", "Mc"} or after in "\u200c\u200d" or before in "\u200c\u200d":
        return True
    tone = "\U0001f3fb" <= after <= "\U0001f3ff"
    tag = "\U000e0020" <= after <= "\U000e007f"
    flag = all("\U0001f1e6" <= one <= "\U0001f1ff" for one in (before, after))
    return tone or tag or flag
