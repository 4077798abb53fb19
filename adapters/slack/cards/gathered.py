"""A gathered ping: many requests in one message, each with a way to its whole case and with how it ended."""

from __future__ import annotations

from typing import Any

from adapters.slack.cards import blocks, limits
from adapters.slack.cards.drawn import Drawn
from adapters.slack.cards.markup import cut, date, escape
from adapters.slack.cards.room import size
from bot.cards.cutting import brief
from bot.cards.gathered import NAMED, Gathered, Named, fallback, headline, hint, rest, shortened
from bot.cards.wording import SIGNS

Json = dict[str, Any]
_ROOMS = ((200, NAMED), (120, NAMED), (60, NAMED), (24, NAMED), (24, 12))
"""Characters of a title and how many are named, from generous to tight."""
_OWNER = 40


def gathered_message(gathered: Gathered, *, desk_url: str | None = None) -> Drawn:
    """The message of a list, within every limit of Slack's; ``desk_url`` is the desk's first page.

    Nothing in it notifies, links or formats but what is ours, whatever the requests' texts are. Pure.
    """
    made: list[Json] = []
    for most, count in _ROOMS:
        made = _blocks(shortened(gathered, count), most, desk_url)
        if size(made) <= limits.MESSAGE_JSON:
            break
    return Drawn(text=escape(fallback(gathered), limits.FALLBACK_TEXT), blocks=made)


def _blocks(gathered: Gathered, most: int, desk_url: str | None) -> list[Json]:
    others = rest(gathered)
    made = [
        blocks.section(blocks.mrkdwn(f"🔔 *{escape(headline(gathered))}*"), block_id="gathered"),
        blocks.context([blocks.plain(hint(gathered))]),
        *(_one(one, most) for one in gathered.named),
        *([blocks.section(blocks.plain(f"{others}."))] if others else []),
    ]
    if desk_url is not None:
        made.append(blocks.actions([blocks.button("Open the queue", "open_desk", url=desk_url)]))
    return made


def _one(one: Named, most: int) -> Json:
    grave = "❗ " if one.high_class and one.open else ""
    title = escape(brief(one.title, most))
    text = f"{grave}*{title}*\n{_stands(one)}"
    show = blocks.button("Show", "details", value=one.request_id)
    return blocks.section(blocks.mrkdwn(cut(text, limits.SECTION_TEXT)), accessory=show)


def _stands(one: Named) -> str:
    status = one.status
    if not one.open:
        who = f" by {escape(brief(status.who, _OWNER))}" if status.who and status.who not in status.label else ""
        return f"{SIGNS.get(status.state, '•')} {escape(brief(status.label, 100))}{who}"
    grave = "high class · " if one.high_class else ""
    claimed = f" · {escape(brief(status.label, 60))}" if status.state == "claimed" else ""
    times = f"promised by {date(one.due_at)} · expires {date(one.deadline_at)}"
    return f"{grave}{escape(brief(one.owner, _OWNER))} · {times}{claimed}"
