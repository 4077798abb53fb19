"""Texts in Adaptive Cards: anybody's words that must stay words, mentions, and instants in the reader's own zone.

https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/text-features
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_STAND_INS = {
    "*": "\N{ASTERISK OPERATOR}",
    "_": "\N{FULLWIDTH LOW LINE}",
    "~": "\N{TILDE OPERATOR}",
    "`": "\N{MODIFIER LETTER GRAVE ACCENT}",
    ":": "\N{MODIFIER LETTER COLON}",
    "@": "\N{FULLWIDTH COMMERCIAL AT}",
    "#": "\N{FULLWIDTH NUMBER SIGN}",
    ".": "\N{ONE DOT LEADER}",
    ")": "\N{FULLWIDTH RIGHT PARENTHESIS}",
    "[": "\N{FULLWIDTH LEFT SQUARE BRACKET}",
    "]": "\N{FULLWIDTH RIGHT SQUARE BRACKET}",
    "<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
    ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
    "&": "\N{FULLWIDTH AMPERSAND}",
    "\\": "\N{REVERSE SOLIDUS OPERATOR}",
    "-": "\N{HYPHEN}",
    "+": "\N{FULLWIDTH PLUS SIGN}",
    "=": "\N{FULLWIDTH EQUALS SIGN}",
    "|": "\N{FULLWIDTH VERTICAL LINE}",
    "{": "\N{FULLWIDTH LEFT CURLY BRACKET}",
}
"""Look-alikes for the characters that act."""
_CALL = re.compile(r"\{(?=\{)")
_ACTS = re.compile(
    r"\*|`|~(?=~)|(?<=~)~"  # bold and italic act inside words too
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"
    r"|\[(?=[^\]]*\][(\[:])|\](?=[(\[:])"  # links, pictures and what they refer to
    r"|<(?=[A-Za-z/!?])"  # <at>, tags, addresses
    r"|&(?=#?\w+;)"  # entities
    r"|\\(?=[!-/:-@\[-`{-~])"
    r"|:(?=//)|(?<=mailto):|(?<=tel):"  # addresses
    r"|(?<=[^\W_])\.(?=[A-Za-z]{2})"  # evil.test
    r"|@(?=\w)"
    r"|\{(?=\{)"  # {{DATE(...)}} and {{TIME(...)}}
    # headings, quotations, lists, lines, tables:
    r"|^\s*(?:#{1,6}(?=\s|$)|>+|[-+](?=\s|$)|-{2,}|={2,}|\||[0-9]{1,9}[.)](?=\s|$))",
    re.MULTILINE | re.IGNORECASE,
)
_DOUBLED = re.compile(r"(?<= ) |(?<=\n) ")
_UNSAFE_IN_NAMES = re.compile(r"[<>&\\\[\]]")


def escape(text: str) -> str:
    """Text from anybody as a TextBlock's markdown in which nothing acts, within one line.

    Clients differ in which marks they read and in how one is escaped, so a mark that would act where it stands is
    replaced by a visible look-alike; one that would not, as in ``cust_42``, stays. Where exact text matters use a
    ``TextRun``, which takes no markdown; this is for headings, mentions and errors, which only a TextBlock shows.
    """
    line = " ".join(text.split())
    return _ACTS.sub(lambda found: "".join(_STAND_INS.get(one, one) for one in found.group()), line)


def literal(text: str) -> str:
    """Text from anybody for a ``TextRun``, a label or a choice, which take no markdown.

    Only date functions act there, and their braces are replaced by look-alikes. A space after a space is made one that
    is not swallowed, so that two different values never look alike.
    """
    return _DOUBLED.sub("\u00a0", _CALL.sub(_STAND_INS["{"], text.replace("\t", "    ")))


def mark_of(name: str) -> str:
    """How a mention of this name stands in a TextBlock, and in the ``text`` of its entity."""
    return f"<at>{_UNSAFE_IN_NAMES.sub('', escape(name)) or 'somebody'}</at>"


def date(at: datetime) -> str:
    """An instant (aware) as each reader's client writes it in his own zone: day and time."""
    stamp = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return f"{{{{DATE({stamp},SHORT)}}}} {{{{TIME({stamp})}}}}"


def utc(at: datetime) -> str:
    """``2026-03-02 15:30 UTC``, where nothing writes it in the reader's zone."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
