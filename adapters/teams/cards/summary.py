"""A summary as a card: what to know first, small charts, and every figure."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

import msgspec

from adapters.teams.cards import limits
from adapters.teams.cards.elements import bullets, group, line, lines, link, moment, run, title
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.room import size
from bot.answering import Late, Summary, Told, heading, headline, told
from bot.answering.bars import chart, columns
from bot.answering.wording import MEANS, cut_text, late_text
from bot.cards import plain
from bot.cards.cutting import brief, cut
from bot.recording import timestamp

Json = dict[str, Any]
_LINE = 400
_ALT = 1500


class Picture(msgspec.Struct, frozen=True):
    """A chart as a PNG, with everything that it shows in words."""

    png: bytes
    alt: str

    @property
    def fits(self) -> bool:
        """Whether a card has room for it beside the figures."""
        return len(self.png) <= limits.PICTURE_BYTES


def summary_card(
    summary: Summary, *, desk_url: str | None = None, late: str | None = None, picture: Picture | None = None
) -> Json:
    """A summary, within Teams' size; ``desk_url`` is the desk's first page, ``late`` says why it comes late.

    Nothing in it notifies or links, whatever agents and policies call things. Paragraphs that do not fit are left out
    from the end, and said to be; a picture that does not fit is left out too. Pure.
    """
    period, missing = summary.period, cut_text(summary)
    first = [
        title(heading(summary)),
        line([moment(period.start, "small", "subtle"), run(" to ", "small", "subtle"), moment(period.end, "small")]),
        line([run(headline(summary))], "Small"),
        *([line([run(said, "italic")], "Small") for said in (missing, late) if said]),
        *_picture(picture),
    ]
    most = limits.CARD_BYTES if picture is None else limits.PICTURED_BYTES
    parts = [*map(paragraph, told(summary)), *_late(summary.figures.latest)]
    last = [] if summary.nothing else [line([run(MEANS, "small", "subtle")], "Medium")]
    buttons = _links(summary, desk_url) if desk_url else []
    whole = card_of([*first, *parts, *last], buttons)
    while parts and size(whole) > most:
        parts.pop()
        left_out = line([run("The rest was too long to be shown here; it is whole on the desk.", "italic")], "Small")
        whole = card_of([*first, *parts, left_out, *last], buttons)
    return whole


def _picture(picture: Picture | None) -> list[Json]:
    if picture is None:
        return []
    if not picture.fits:
        return [line([run("The chart is too large for a card; it is on the desk.", "italic")], "Small")]
    data = base64.b64encode(picture.png).decode()
    made: Json = {"type": "Image", "url": f"data:image/png;base64,{data}", "altText": cut(picture.alt, _ALT)}
    return [made | {"size": "Stretch", "msteams": {"allowExpand": True}, "spacing": "Small"}]


def _links(summary: Summary, desk_url: str) -> list[Json]:
    """The desk, and there the file with every figure, as of the same instant: a bot can't put a file in a channel."""
    asked = {"period": summary.period.name, "at": timestamp(summary.period.at)}
    query = urlencode(asked | ({"owner": summary.owner} if summary.owner else {}))
    base = desk_url.rstrip("/")
    return [link("Open the desk", desk_url), link("Every figure (CSV)", f"{base}/summary.csv?{query}")]


def paragraph(one: Told) -> Json:
    """A title with its figure, a small chart and lines, as one element."""
    parts = [line([run(one.title, "bold")])]
    if one.bars:
        parts += lines(chart([(bar.label, bar.count) for bar in one.bars]), "code", most=40)
    if one.columns:
        parts += lines(columns(one.columns), "code", most=40)
    parts += bullets([[run(cut(said, _LINE))] for said in one.lines])
    return group(parts)[0]


def _late(latest: tuple[Late, ...]) -> list[Json]:
    """The latest ones."""
    items = [
        [run(brief(plain(late.title), 100)), run(" of "), moment(late.opened_at), run(f": {late_text(late)}")]
        for late in latest
    ]
    return group([line([run("Longest past their time", "bold")]), *bullets(items)]) if items else []
