"""Spelling: what different ways to write one name have in common, so that none of them passes for somebody else."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_UNSEEN = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e"
    "\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\U000e0000-\\U000e0fff]"
)
"""Controls, and what Unicode calls default ignorable: it takes no place, so nobody sees that it is there."""


def without_unseen(text: str) -> str:
    """A text without the characters that nobody sees; line breaks and tabs count among them."""
    return _UNSEEN.sub("", text)


@lru_cache(maxsize=8192)
def spelled(name: str) -> str:
    """A name without regard to case, width, composition, unseen characters and the spaces around it."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return without_unseen(name).strip().casefold()
