"""On call and away: the forms that ``bot.rostering.sheets`` has, and what the command answers."""

from __future__ import annotations

from typing import Any

from adapters.slack.cards.blocks import context, header, plain, section
from adapters.slack.cards.drawn import Drawn
from adapters.slack.cards.markup import escape
from adapters.slack.cards.modals import widgets
from adapters.slack.cards.modals.frame import modal
from adapters.slack.cards.modals.texts import brief
from adapters.slack.cards.rich import bullets, line, rich, run
from bot.rostering.sheets import Entry, Sheet
from bot.rostering.wording import Ahead, Turns

Json = dict[str, Any]
_ROTATIONS = 8
_THEN = 6
_AWAY = 15


def duty_form(sheet: Sheet) -> Json:
    """One of the sheets as a modal; its ``callback_id`` is the sheet's name."""
    return modal(
        sheet.name, sheet.title, [section(plain(sheet.told)), *map(entry_field, sheet.entries)], submit=sheet.button
    )


def entry_field(entry: Entry) -> Json:
    """One entry of a sheet as an input."""
    if entry.choices:
        element = widgets.select(entry.choices, entry.value or None)
    else:
        element = widgets.text(initial=entry.value, most=entry.most)
    return widgets.field(entry.name, entry.label, element, hint=entry.hint or None, required=entry.required)


def on_call_answer(ahead: Ahead, desk_url: str) -> Drawn:
    """Who is on call now and next, where nobody is, and who is away; the rest stands on the desk."""
    made: list[Json] = []
    for turns in ahead.rotations[:_ROTATIONS]:
        made += [header(turns.title), rich([line([run("Now: ", "bold"), run(brief(turns.now, 300))]), *_below(turns)])]
    if not ahead.rotations:
        made.append(section(plain("The policy has no rotation.")))
    if ahead.away:
        items = [_numbered(one.number, one.text) for one in ahead.away[:_AWAY]]
        made.append(rich([line([run("Away", "bold")]), bullets(items)]))
    told = [f"Your quiet hours: {ahead.quiet}."] if ahead.quiet else []
    told.append("What has a number is ended by /signoff oncall end NUMBER.")
    left = max(0, len(ahead.rotations) - _ROTATIONS) + max(0, len(ahead.away) - _AWAY)
    if left:
        told.append(f"{left} more, and all of the next 14 days, stand on the desk: {desk_url}/duty")
    made.append(context([plain(" ".join(told))]))
    text = "; ".join(f"{turns.title}: {turns.now}" for turns in ahead.rotations[:_ROTATIONS])
    return Drawn(text=escape(brief(f"On call. {text}", 1000), 3000), blocks=made)


def _below(turns: Turns) -> list[Json]:
    made: list[Json] = []
    if turns.gaps:
        items = [[run(f"⚠ {brief(text, 300)}")] for text in turns.gaps[:_THEN]]
        made += [line([run("Nobody is on call", "bold")]), bullets(_more(items, len(turns.gaps)))]
    if turns.covers:
        items = [_numbered(one.number, one.text) for one in turns.covers[:_THEN]]
        made += [line([run("Covers", "bold")]), bullets(_more(items, len(turns.covers)))]
    if turns.then:
        items = [[run(brief(text, 200))] for text in turns.then[:_THEN]]
        made += [line([run("Then", "bold")]), bullets(_more(items, len(turns.then)))]
    return made


def _more(items: list[list[Json]], count: int) -> list[list[Json]]:
    return items if count <= len(items) else [*items, [run(f"and {count - len(items)} more", "italic")]]


def _numbered(number: int, text: str) -> list[Json]:
    return [run(f"#{number}", "code"), run(f" {brief(text, 400)}")]
