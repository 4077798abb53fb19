"""On call and away: the forms that ``bot.rostering.sheets`` has, and what the command answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.teams.cards.dialogs import fields
from adapters.teams.cards.dialogs.frame import form, names
from adapters.teams.cards.elements import bullets, group, line, run, title
from adapters.teams.cards.elements import card as card_of
from bot.cards.cutting import brief
from bot.rostering.sheets import Entry, Sheet
from bot.rostering.wording import Ahead, Turns

Json = dict[str, Any]
Said = Mapping[str, str] | None
_ROTATIONS = 6
_THEN = 5
_AWAY = 10


def duty_dialog(sheet: Sheet, typed: Said = None, problems: Said = None) -> Json:
    """One of the sheets as a dialog of its name, with what was typed before and what is wrong with it."""
    typed, wrong = typed or {}, problems or {}
    inputs = [part for entry in sheet.entries for part in entry_field(entry, typed, wrong)]
    body = [line([run(sheet.told)]), *fields.stray(wrong, names(inputs)), *inputs]
    return form(sheet.name, sheet.title, body, button=sheet.button)


def entry_field(entry: Entry, typed: Mapping[str, str], wrong: Mapping[str, str]) -> list[Json]:
    """One entry of a sheet as an input, with what was typed before and what is wrong with it."""
    value = typed.get(entry.name, entry.value)
    if entry.choices:
        element = fields.select(entry.choices, value or None)
    else:
        element = fields.text(value=fields.kept(value)[: entry.most], most=entry.most)
    hint, problem = entry.hint or None, wrong.get(entry.name)
    return fields.field(entry.name, entry.label, element, hint=hint, required=entry.required, problem=problem)


def on_call_card(ahead: Ahead, desk_url: str) -> Json:
    """Who is on call now and next, where nobody is, and who is away; the rest stands on the desk."""
    body: list[Json] = [title("On call")]
    for turns in ahead.rotations[:_ROTATIONS]:
        body += group([line([run(turns.title, "bold")]), line([run(f"Now: {brief(turns.now, 200)}")]), *_below(turns)])
    if not ahead.rotations:
        body.append(line([run("The policy has no rotation.")]))
    if ahead.away:
        items = [[run(f"#{one.number} {brief(one.text, 250)}")] for one in ahead.away[:_AWAY]]
        body += group([line([run("Away", "bold")]), *bullets(items)])
    told = [f"Your quiet hours: {ahead.quiet}."] if ahead.quiet else []
    told.append("What has a number is ended by oncall end NUMBER.")
    left = max(0, len(ahead.rotations) - _ROTATIONS) + max(0, len(ahead.away) - _AWAY)
    if left:
        told.append(f"{left} more, and all of the next 14 days, stand on the desk: {desk_url}/duty")
    return card_of([*body, line([run(" ".join(told), "small", "subtle")], "Small")])


def _below(turns: Turns) -> list[Json]:
    items = [[run(f"⚠ Nobody {brief(text, 200)}", "attention")] for text in turns.gaps[:_THEN]]
    items += [[run(f"#{one.number} {brief(one.text, 250)}")] for one in turns.covers[:_THEN]]
    items += [[run(brief(text, 150))] for text in turns.then[:_THEN]]
    left = sum(max(0, len(found) - _THEN) for found in (turns.gaps, turns.covers, turns.then))
    return bullets([*items, [run(f"and {left} more", "italic")]] if left else items)
