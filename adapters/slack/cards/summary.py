"""A summary as a message: what to know first, two small charts, and every figure as text for who listens."""

from __future__ import annotations

from typing import Any

from adapters.slack.cards import blocks, limits
from adapters.slack.cards.drawn import Drawn
from adapters.slack.cards.markup import cut, date, escape, utc
from adapters.slack.cards.rich import box, bullets, line, moment, rich, run
from bot.answering import Late, Summary, Told, heading, headline, told
from bot.answering.bars import chart, columns
from bot.answering.wording import MEANS, cut_text, late_text
from bot.cards import plain
from bot.errors import SignoffError

Json = dict[str, Any]
_TITLE = 100
_APART = "The chart and the file with every figure come as a direct message."
_WHEN = "{date_short_pretty}, {time}"


def summary_message(
    summary: Summary,
    *,
    desk_url: str | None = None,
    late: str | None = None,
    problem: str | None = None,
    files: bool = False,
) -> Drawn:
    """A summary, within every limit of Slack's; ``desk_url`` is the desk's first page.

    ``late`` says why it comes late, ``problem`` what of it could not be attached, both in plain words; with ``files``
    it says that they come apart.

    Nothing in it notifies anybody, and only ``desk_url`` is linked to, whatever agents and policies call things. Pure.
    """
    paragraphs = told(summary)
    made = [
        blocks.header(heading(summary)),
        blocks.context([blocks.mrkdwn(_span(summary))]),
        blocks.section(blocks.plain(headline(summary)), block_id="headline"),
        *_said("cut", cut_text(summary)),
        *_said("late", late),
        *(paragraph(one) for one in paragraphs),
        *_late(summary.figures.latest, desk_url),
        *_said("problem", problem),
        *([blocks.context([blocks.plain(_APART)])] if files else []),
        *_foot(summary, desk_url),
    ]
    return Drawn(text=_text(summary, paragraphs, late, problem), blocks=made)


def _span(summary: Summary) -> str:
    period = summary.period
    return f"{date(period.start, _WHEN)} to {date(period.end, _WHEN)}"


def paragraph(one: Told) -> Json:
    """A title with its figure, a small chart and lines, as one block."""
    parts = [line([run(one.title, "bold")])]
    if one.bars:
        parts.append(box(chart([(bar.label, bar.count) for bar in one.bars])))
    if one.columns:
        parts.append(box(columns(one.columns)))
    if one.lines:
        parts.append(bullets([[run(said)] for said in one.lines]))
    return rich(parts)


def _late(latest: tuple[Late, ...], desk_url: str | None) -> list[Json]:
    """The latest ones, each leading to its page on the desk."""
    if not latest:
        return []
    items = []
    for late in latest:
        title = cut(_title(late), _TITLE)
        shown: Json = run(title)
        if desk_url is not None:
            shown = {"type": "link", "url": f"{desk_url.rstrip('/')}/requests/{late.request_id}", "text": title}
        items.append([shown, run(" of "), moment(late.opened_at, _WHEN), run(f": {late_text(late)}")])
    return [rich([line([run("Longest past their time", "bold")]), bullets(items)], block_id="latest")]


def _title(late: Late) -> str:
    return " ".join(plain(late.title).split())


def _said(block_id: str, said: str | None) -> list[Json]:
    return [blocks.section(blocks.plain(f"⚠ {said}"), block_id=block_id)] if said else []


def _foot(summary: Summary, desk_url: str | None) -> list[Json]:
    made = [] if summary.nothing else [blocks.context([blocks.plain(MEANS)])]
    if desk_url is not None:
        made.append(blocks.actions([blocks.button("Open the desk", "open_desk", url=desk_url)]))
    return made


def _text(summary: Summary, paragraphs: tuple[Told, ...], late: str | None, problem: str | None) -> str:
    """The same figures in sentences."""
    said = [f"{heading(summary)}: {headline(summary)}", cut_text(summary) or "", late or "", problem or ""]
    for one in paragraphs:
        counts = [f"{bar.label} {bar.count:,}" for bar in one.bars]
        amounts = [f"{name} {value}" for name, value in one.columns]
        said.append(f"{one.title}{': ' if counts or amounts else '.'}{', '.join([*counts, *amounts])}")
        said[-1] = said[-1].rstrip(".") + "."
        said.extend(each.rstrip(".") + "." for each in one.lines)
    said.extend(f"{_title(late)} of {utc(late.opened_at)}: {late_text(late)}." for late in summary.figures.latest)
    return escape(" ".join(filter(None, said)), limits.FALLBACK_TEXT)


def unattached(error: SignoffError) -> str:
    """What is said where the files of a summary are not, in plain words."""
    remedy = f" ({error.remedy})" if error.remedy else ""
    return f"The chart and the file could not be attached: {error.message}{remedy}."
