"""Why the gate said what it said of a request."""

from __future__ import annotations

from typing import Any

from adapters.teams.cards.dialogs import telling
from adapters.teams.cards.dialogs.details import told
from adapters.teams.cards.elements import line, moment, run
from bot.cards import Card, Row
from bot.cards.caps import cap_rows
from bot.cards.cutting import brief
from bot.cards.wording import VERDICTS
from bot.domain.requests import Request
from bot.domain.verdicts import VerdictKind

Json = dict[str, Any]


def explain_card(card: Card, request: Request, desk_url: str | None = None) -> Json:
    """Verdict, each rule with what it compared, what it takes of the caps, who asked, by which policy and build."""
    verdict = request.assessment.verdict.kind
    parts = {
        "Rules that spoke": [part for reason in card.reasons for part in telling.reason_parts(reason)],
        "What it takes of the caps": [part for row in cap_rows(request) for part in telling.row_parts(row)],
        "What was judged": [part for row in _judged(card) for part in telling.row_parts(row)],
    }
    first = [
        line([run(VERDICTS[verdict], "bold")]),
        line([run("Judged "), moment(request.opened_at), run(f", as a change of class {card.action_class}.")]),
        *(_held(card) if verdict is VerdictKind.HOLD else []),
    ]
    return told(card, first, parts, desk_url)


def _held(card: Card) -> list[Json]:
    plural = "s" if card.signatures_needed > 1 else ""
    signers = f"{card.signatures_needed} signature{plural} of {brief(card.owner, 100)}"
    who = brief(", ".join(card.deciders), 400) or "nobody is left"
    times = [run("Promised by "), moment(card.due_at), run(", expires "), moment(card.deadline_at)]
    return [line([run(f"It needs {signers}: {who}.")]), line([*times, run(": then it is not run.")])]


def _judged(card: Card) -> list[Row]:
    return [Row("action", "Action type", f"{card.action_type} (level {card.level})"), *card.origin]
