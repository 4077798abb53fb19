"""A summary as a card: what to know first, small charts, and every figure."""

from __future__ import annotations

from typing import Any

from adapters.teams.cards import limits
from adapters.teams.cards.elements import bullets, group, line, lines, link, moment, run, title
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.room import size
from bot.answering import Late, Summary, Told, heading, headline, told
from bot.answering.bars import chart, columns
from bot.answering.wording import MEANS, cut_text, late_text
from bot.cards import plain
from bot.cards.cutting import brief, cut

Json = dict[str, Any]
_LINE = 400


def summary_card(summary: Summary, *, desk_url: str | None = None) -> Json:
    """A summary, within Teams' size; ``desk_url`` is the desk's first page.

    Nothing in it notifies or links, whatever agents and policies call things. Paragraphs that do not fit are left out
    from the end, and said to be. Pure.
    """
    period, missing = summary.period, cut_text(summary)
    first = [
        title(heading(summary)),
        line([moment(period.start, "small", "subtle"), run(" to ", "small", "subtle"), moment(period.end, "small")]),
        line([run(headline(summary))], "Small"),
        *([line([run(missing, "italic")], "Small")] if missing else []),
    ]
    parts = [*map(_paragraph, told(summary)), *_late(summary.figures.latest)]
    last = [] if summary.nothing else [line([run(MEANS, "small", "subtle")], "Medium")]
    buttons = [link("Open the desk", desk_url)] if desk_url else []
    whole = card_of([*first, *parts, *last], buttons)
    while parts and size(whole) > limits.CARD_BYTES:
        parts.pop()
        left_out = line([run("The rest was too long to be shown here; it is whole on the desk.", "italic")], "Small")
        whole = card_of([*first, *parts, left_out, *last], buttons)
    return whole


def _paragraph(one: Told) -> Json:
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
