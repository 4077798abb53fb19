"""Slack's markup and instants as HTML, the way its clients show them to one reader."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MONDAY = datetime(2026, 3, 2, 15, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Reader:
    """Who looks: where, when, and what users, groups, channels and image addresses are to them."""

    now: datetime = MONDAY
    zone: str = "America/New_York"
    names: Mapping[str, str] = field(default_factory=dict)
    """By id; an unknown one is shown as its id."""
    images: Mapping[str, str] = field(default_factory=dict)
    """By ``image_url`` or a Slack file's id or address: a ``data:`` address that the browser can open."""

    def moment(self, timestamp: int, style: str) -> str:
        """What ``<!date^timestamp^style|...>`` says: https://docs.slack.dev/messaging/formatting-message-text"""
        at = datetime.fromtimestamp(timestamp, ZoneInfo(self.zone))
        today = self.now.astimezone(ZoneInfo(self.zone)).date()
        near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((at.date() - today) // timedelta(days=1))
        short, long = f"{at:%b} {at.day}, {at.year}", f"{at:%B} {at.day}, {at.year}"
        hour = f"{at.hour % 12 or 12}:{at:%M} {at:%p}"
        words = {
            "date_num": f"{at:%Y-%m-%d}",
            "date": long,
            "date_short": short,
            "date_long": f"{at:%A}, {long}",
            "date_pretty": near or long,
            "date_short_pretty": near or short,
            "date_long_pretty": near or f"{at:%A}, {long}",
            "time": hour,
            "time_secs": f"{hour[:-3]}:{at:%S} {at:%p}",
            "ago": _ago(int(at.timestamp() - self.now.timestamp())),
        }
        return re.sub(r"\{(\w+)\}", lambda found: words[found[1]], style)


def _ago(seconds: int) -> str:
    for size, word in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count = abs(seconds) // size
        if count:
            words = f"{count} {word}{'' if count == 1 else 's'}"
            return f"in {words}" if seconds > 0 else f"{words} ago"
    return "now"


_ANGLES = re.compile(r"<([^<>\n]+)>")
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_MARKS = {"*": "b", "_": "i", "~": "s"}
_MARK = re.compile(r"(?<![A-Za-z0-9])([*_~])(?=\S)(.+?)(?<=\S)\1(?![A-Za-z0-9])")
_EMOJI = {"warning": "⚠️", "white_check_mark": "✅", "bell": "🔔", "hourglass_flowing_sand": "⏳", "no_entry": "⛔"}


def markup(text: str, reader: Reader) -> str:
    """``mrkdwn`` as HTML."""
    kept: list[str] = []

    def keep(made: str) -> str:
        kept.append(made)
        return f"\x00{len(kept) - 1}\x00"

    text = text.replace("\x00", "")  # the mark of what is kept
    text = _CODE.sub(lambda found: keep(f"<code>{escaped(found[1] or found[2])}</code>"), text)
    text = _ANGLES.sub(lambda found: keep(_angle(found[1], reader)), text)
    text = escaped(text)
    for _ in _MARKS:
        text = _MARK.sub(lambda found: f"<{_MARKS[found[1]]}>{found[2]}</{_MARKS[found[1]]}>", text)
    text = re.sub(r":([a-z0-9_+-]+):", lambda found: _EMOJI.get(found[1], found[0]), text)
    lines = "".join(_line(line) for line in text.split("\n"))
    while "\x00" in lines:
        lines = re.sub("\x00(\\d+)\x00", lambda found: kept[int(found[1])], lines)
    return lines


def escaped(text: str) -> str:
    """Slack's own entities read, then written for HTML."""
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return html.escape(text)


def _line(line: str) -> str:
    quoted = line.removeprefix("&gt;")
    return f"<blockquote>{quoted.strip()}</blockquote>" if quoted != line else f"<div>{line or '&nbsp;'}</div>"


def _angle(inside: str, reader: Reader) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("!date^"):
        _, timestamp, style, *_ = target.split("^")
        return html.escape(reader.moment(int(timestamp), style))
    if target[0] in "@#":
        return mentioned(target[0], target[1:], label, reader)
    if target.startswith("!subteam^"):
        return mentioned("@", target.removeprefix("!subteam^"), label.removeprefix("@"), reader)
    if target.startswith("!"):
        return mentioned("@", target[1:], "", reader)
    return f'<a href="#">{escaped(label or target)}</a>'


def mentioned(sign: str, id_: str, label: str, reader: Reader) -> str:
    """A mention, as its name."""
    return f'<span class="mention">{sign}{html.escape(reader.names.get(id_, label or id_))}</span>'
