"""Stopping automation and letting it go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.teams.cards import limits
from adapters.teams.cards.dialogs import fields
from adapters.teams.cards.dialogs.frame import dialog, form, names
from adapters.teams.cards.dialogs.notices import notice_card
from adapters.teams.cards.elements import line, moment, run
from adapters.teams.cards.room import size
from bot.cards.cutting import brief
from bot.cards.pauses import Stopped
from bot.pausing import END_CHOICES, FREEZE_CHOICES, MAX_REASON

Json = dict[str, Any]
Said = Mapping[str, str] | None
_TOLD = 10
_TITLES = (limits.LABEL, 80, 40, 16)
"""Characters of what can be chosen, the most generous first."""


def pause_dialog(
    scopes: Sequence[fields.Choice], scope: str | None = None, typed: Said = None, problems: Said = None
) -> Json:
    """What to stop (values and titles), why, and until when. Inputs: ``scope``, ``reason``, ``freeze``, ``end``."""
    if not scopes:
        text = "There is nothing that you may pause."
        return dialog("Pause", notice_card("", text, "The policy names who answers for what."), "small")
    said, wrong = typed or {}, problems or {}
    return _fitted(lambda longest: _pause(_cut(scopes, longest), scope, said, wrong))


def _pause(
    scopes: Sequence[fields.Choice], scope: str | None, typed: Mapping[str, str], wrong: Mapping[str, str]
) -> Json:
    reason = _reason(typed.get("reason", ""), "What went wrong?")
    chosen = fields.select(scopes, typed.get("scope", scope))
    inputs = [
        *fields.field("scope", "What to stop", chosen, problem=wrong.get("scope")),
        *fields.field(
            "reason",
            "Reason",
            reason,
            hint="Agents and people are told it, and it stays on record.",
            problem=wrong.get("reason"),
        ),
        *fields.field(
            "freeze",
            "What is held or approved",
            fields.select(FREEZE_CHOICES, typed.get("freeze", "")),
            required=False,
            problem=wrong.get("freeze"),
        ),
        *fields.field(
            "end",
            "When it ends",
            fields.select(END_CHOICES, typed.get("end", "")),
            required=False,
            problem=wrong.get("end"),
        ),
    ]
    told = (
        "From now on agents can open nothing of it. What is held already waits for its decision as before, unless you "
        "freeze it."
    )
    body = [line([run(told)]), *fields.stray(wrong, names(inputs)), *inputs]
    return form("pause", "Pause", body, button="Stop it", style="destructive")


def resume_dialog(pauses: Sequence[Stopped], typed: Said = None, problems: Said = None) -> Json:
    """What may go on again, of what is paused and this person may resume, and why. Inputs: ``scope``, ``reason``."""
    if not pauses:
        return dialog("Resume", notice_card("", "Nothing is paused that you may resume."), "small")
    said, wrong = typed or {}, problems or {}
    return _fitted(lambda longest: _resume(pauses, longest, said, wrong))


def _resume(pauses: Sequence[Stopped], longest: int, typed: Mapping[str, str], wrong: Mapping[str, str]) -> Json:
    choices = _cut([(one.scope, one.title) for one in pauses[: limits.CHOICES]], longest)
    chosen = fields.select(choices, typed.get("scope", choices[0][0]))
    reason = _reason(typed.get("reason", ""), "What was mended?")
    inputs = [
        *fields.field("scope", "What goes on again", chosen, problem=wrong.get("scope")),
        *fields.field("reason", "Reason", reason, hint="It stays on record.", problem=wrong.get("reason")),
    ]
    body = [*(_told(one, longest) for one in pauses[:_TOLD]), *fields.stray(wrong, names(inputs)), *inputs]
    return form("resume", "Resume", body, button="Let it go on")


def _reason(typed: str, placeholder: str) -> Json:
    return fields.text(value=fields.kept(typed)[:MAX_REASON], lines=True, most=MAX_REASON, placeholder=placeholder)


def _told(one: Stopped, longest: int) -> Json:
    by = f": {brief(one.reason, min(150, longest))} · {one.what} by {brief(one.by, min(60, longest))}, "
    return line([run(brief(one.title, min(100, longest)), "bold"), run(by), moment(one.at)])


def _cut(choices: Sequence[fields.Choice], longest: int) -> list[fields.Choice]:
    return [(value, brief(title, longest)) for value, title in choices]


def _fitted(draw: Callable[[int], Json]) -> Json:
    """The form with titles as long as Teams' size allows."""
    drawn: Json = {}
    for longest in _TITLES:
        drawn = draw(longest)
        if size(drawn) <= limits.DIALOG_BYTES:
            break
    return drawn
