"""Slack's markup: text that must stay text, mentions, and instants in the reader's own zone.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from bot.cards.cutting import ELLIPSIS, between_letters, cut_at

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_STAND_INS = {
    "*": "\N{ASTERISK OPERATOR}",
    "_": "\N{FULLWIDTH LOW LINE}",
    "~": "\N{TILDE OPERATOR}",
    "`": "\N{MODIFIER LETTER GRAVE ACCENT}",
    ":": "\N{MODIFIER LETTER COLON}",
    "@": "\N{FULLWIDTH COMMERCIAL AT}",
    "#": "\N{FULLWIDTH NUMBER SIGN}",
    ".": "\N{ONE DOT LEADER}",
    ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
}
"""Look-alikes for the characters that act."""
_ACTS = re.compile(
    r"(?<![A-Za-z0-9])[*_~]|[*_~](?![A-Za-z0-9])"  # bold, italic and strike begin and end at a word's edge
    r"|`"
    r"|:(?=[^\s:]+:)"  # an emoji's name
    r"|:(?=//)|(?<=mailto):|(?<=tel):"  # addresses
    r"|@(?=\w)|#(?=\w)"  # @channel, @name, #name, an e-mail address
    r"|(?<=www)\."
    r"|^[^\S\n]*>+",  # a quotation
    re.MULTILINE | re.IGNORECASE,
)
_OURS = re.compile(r"<[@#!][^<>\n]*>|&(?:amp|lt|gt);")
_LONGEST_OURS = 300
_ID = re.compile(r"[A-Z0-9]{1,40}")


def escape(text: str, limit: int | None = None) -> str:
    """Text from anybody as mrkdwn in which nothing acts: no mention, link, emoji, quotation, bold, strike or code.

    Slack's mrkdwn has entities for ``& < >`` and no escape for its other marks. Invisible characters put between them
    would travel along unseen when somebody copies a value, and not every client honours them, so a mark that would act
    where it stands is replaced by a visible look-alike (the at sign of ``@channel``, the colon of ``https://``); one
    that would not, as in ``cust_42``, stays. Where exact text matters (arguments, claims, evidence) use ``plain_text``
    with ``emoji: false`` or a run of rich text, which Slack takes literally; this is for words inside our own
    sentences. With a ``limit`` it is cut to so many characters of markup.
    """
    replaced = _ACTS.sub(lambda found: "".join(_STAND_INS.get(one, one) for one in found.group()), text)
    marked = "".join(_ENTITIES.get(one, one) for one in replaced)
    return marked if limit is None else cut(marked, limit)


def mention(user_id: str) -> str:
    """A mention that notifies one user. What is no Slack id is shown as inert text."""
    return f"<@{user_id}>" if _ID.fullmatch(user_id) else escape(user_id)


def mention_group(group_id: str) -> str:
    """A mention that notifies a user group. What is no Slack id is shown as inert text."""
    return f"<!subteam^{group_id}>" if _ID.fullmatch(group_id) else escape(group_id)


MOMENT = "{date_short_pretty} at {time}"
DAY = "{date_short_pretty}"
TIME = "{time}"


def date(at: datetime, style: str = MOMENT) -> str:
    """An instant (aware) as each reader's client writes it in his own zone; in UTC where it can't."""
    return f"<!date^{int(at.timestamp())}^{style}|{utc(at)}>"


def utc(at: datetime) -> str:
    """``2026-03-02 15:30 UTC``."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, the last one an ellipsis where something is missing.

    Never inside an entity, one of our own ``<...>``, a letter with its marks or an emoji of several characters.
    """
    if len(text) <= limit:
        return text
    end, wanted = -1, limit - len(ELLIPSIS)
    while end != wanted > 0:  # what stands before one of ours may be joined to it, and be in one itself
        end, wanted = wanted, between_letters(text, _before_ours(text, wanted))
    return cut_at(text, wanted, limit)


def _before_ours(text: str, end: int) -> int:
    start = max(0, end - _LONGEST_OURS)
    for found in _OURS.finditer(text, start, end + _LONGEST_OURS):
        if found.start() < end < found.end():
            return found.start()
    return end
