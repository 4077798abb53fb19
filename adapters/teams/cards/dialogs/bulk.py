"""Deciding several that are alike: those chosen of a list, and one answer for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.teams.cards import limits
from adapters.teams.cards.dialogs import fields
from adapters.teams.cards.dialogs.frame import dialog, form, names
from adapters.teams.cards.dialogs.notices import notice_card
from adapters.teams.cards.elements import bullets, line, run
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.markup import literal
from bot.cards import Card
from bot.cards.cutting import brief, cut, sentence
from bot.cards.plaintext import words
from bot.receiving import bulk

Json = dict[str, Any]
Said = Mapping[str, str] | None
TITLE = "Decide together"
CHOSEN = "chosen"
_SHOWN = 12


def bulk_dialog(title: str, kind: str, cards: Sequence[Card], typed: Said = None, problems: Said = None) -> Json:
    """The form. Inputs: ``chosen`` (ids, a comma between them), ``decision``, ``reason_code``, ``note``."""
    if len(cards) < bulk.LEAST:
        gone = notice_card("", "There are no longer several of these before you.", "See your queue.")
        return dialog(TITLE, gone, "small")
    typed, wrong = typed or {}, problems or {}
    note = fields.text(
        value=fields.kept(typed.get("note", "")),
        lines=True,
        most=limits.INPUT_TEXT,
        placeholder="What should it do instead?",
    )
    reasons = [("", "Choose to reject"), *((code, words(code)) for code in cards[0].reject_reasons)]
    hint = "To reject, reason and note are needed. The agent reads both, and they stay on record."
    inputs = [
        *fields.field(CHOSEN, "Which of them", _boxes(cards, typed.get(CHOSEN, "")), problem=wrong.get(CHOSEN)),
        *fields.field(
            "decision",
            "What to do with those chosen",
            fields.select(bulk.DECISIONS, typed.get("decision")),
            problem=wrong.get("decision"),
        ),
        *fields.field(
            "reason_code",
            "Why, where you reject",
            fields.select(reasons, typed.get("reason_code", "")),
            required=False,
            problem=wrong.get("reason_code"),
        ),
        *fields.field(
            "note", "Note to the agent, for all of them", note, required=False, hint=hint, problem=wrong.get("note")
        ),
    ]
    why = "Each is decided by itself and stands on record by itself."
    head = [line([run(brief(title, 300), "bold")]), line([run(why, "small", "subtle")], "Small")]
    body = [*head, *fields.stray(wrong, names(inputs)), *inputs]
    sent = {"request": cards[0].request_id, "key": kind}
    return form("bulk", TITLE, body, button="Decide", sent=sent, height="large")


def _boxes(cards: Sequence[Card], chosen: str) -> Json:
    choices = [{"title": cut(literal(_about(card)), limits.LABEL), "value": card.request_id} for card in cards]
    element: Json = {"type": "Input.ChoiceSet", "style": "expanded", "isMultiSelect": True, "wrap": True}
    element["choices"] = choices
    there = {card.request_id for card in cards}
    kept = ",".join(id_ for id_ in chosen.split(",") if id_ in there)
    return element | {"value": kept} if kept else element


def _about(card: Card) -> str:
    """What it moves and for whom, who has it, and why it was held."""
    held = next((brief(reason.text, 100) for reason in card.reasons if reason.kind == "hold"), "")
    claimed = card.status.label if card.status.state == "claimed" else ""
    return " · ".join(filter(None, (card.title, claimed, held)))


def bulk_told(summed: str, failed: Sequence[bulk.Outcome]) -> Json:
    """What became of them, each that was left as it was with why."""
    items = [
        [run(f"{brief(one.title, 150)}: ", "bold"), run(sentence(brief(one.why or "", 300)))] for one in failed[:_SHOWN]
    ]
    rest = [[run(f"and {len(failed) - _SHOWN} more", "italic")]] if len(failed) > _SHOWN else []
    body = [
        line([run(summed, "bold")]),
        line([run(f"Nothing was done with {len(failed)}:")]),
        *bullets([*items, *rest]),
    ]
    return card_of(body, [])
