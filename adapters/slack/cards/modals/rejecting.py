"""Rejecting: why, in a code and a note, and what should be learned from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.slack.cards import limits
from adapters.slack.cards.modals import widgets
from adapters.slack.cards.modals.frame import modal
from adapters.slack.cards.modals.notices import notice
from adapters.slack.cards.modals.texts import head, sentence
from bot.cards import Card
from bot.cards.plaintext import words
from bot.cards.wording import LESSONS, suggestions_said

Json = dict[str, Any]


def reject_form(card: Card, typed: Mapping[str, str] | None = None) -> Json:
    """The form, with what was ``typed`` before (by name of input) in it again; a notice where this viewer may not."""
    refused = may_not(card, "reject", "Reject")
    if refused is not None:
        return refused
    typed = typed or {}
    codes = [(code, words(code)) for code in card.reject_reasons]
    return modal(
        "reject",
        "Reject",
        [
            *head(card),
            _reason_field(codes, typed.get("reason_code")),
            widgets.field(
                "note",
                "Note to the agent",
                widgets.text(
                    initial=typed.get("note", "")[: limits.INPUT_TEXT],
                    lines=True,
                    most=limits.INPUT_TEXT,
                    placeholder="What should it do instead?",
                ),
                hint="The agent reads reason and note; both stay on record.",
            ),
            _suggested_lesson(card, typed),
        ],
        submit="Reject",
        metadata={"request": card.request_id},
    )


def lesson_field(chosen: str | None, hint: str | None = None) -> Json:
    """What should be learned, a menu with a line of explanation for each choice."""
    return widgets.field(
        "lesson",
        "What should be learned from it?",
        widgets.select([(value, title) for value, title, _ in LESSONS], chosen or "", [line for _, _, line in LESSONS]),
        hint=hint,
        required=False,
    )


def _reason_field(codes: list[widgets.Choice], typed: str | None) -> Json:
    """A menu tells at once what was chosen in it, so that the lesson follows."""
    made = widgets.field("reason_code", "Why you reject it", _reasons(codes, typed))
    return made | {"dispatch_action": True} if made["element"]["type"] == "static_select" else made


def _suggested_lesson(card: Card, typed: Mapping[str, str]) -> Json:
    """What the chosen reason suggests is chosen already.

    Slack keeps what stood in an input of the same ``action_id``, whatever a new view says: so that differs by reason.
    """
    reason = typed.get("reason_code", "")
    made = lesson_field(typed.get("lesson", ""), suggestions_said(card))
    return made | {"element": made["element"] | {"action_id": f"lesson.{reason}"[: limits.ID]}} if reason else made


def may_not(card: Card, name: str, title: str) -> Json | None:
    """The notice that says why this viewer may not do something and what would help; None where they may."""
    ability = card.ability(name)
    if ability is None or ability.allowed:
        return None
    return notice(title, sentence(ability.why or "you may not do this"), sentence(ability.remedy or "") or None)


def _reasons(codes: list[widgets.Choice], typed: str | None) -> Json:
    if widgets.selectable(codes):
        return widgets.select(codes, typed)
    return widgets.text(initial=(typed or "")[: limits.INPUT_TEXT], placeholder="The code of a reason of the policy")
