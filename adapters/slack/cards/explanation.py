"""Why the gate said what it said of a request: the message shortcut "Explain this card"."""

from __future__ import annotations

from typing import Any

from adapters.slack.cards.blocks import context, divider, header, mrkdwn, plain, section
from adapters.slack.cards.markup import date, escape
from adapters.slack.cards.modals import telling
from adapters.slack.cards.modals.frame import Sheet, modal
from adapters.slack.cards.modals.texts import brief
from bot.cards import Card, Row
from bot.cards.caps import cap_rows
from bot.cards.wording import VERDICTS
from bot.domain.requests import Request
from bot.domain.verdicts import VerdictKind

Json = dict[str, Any]


def explain_view(card: Card, request: Request) -> Json:
    """Verdict, each rule with what it compared, what it takes of the caps, who asked, by which policy and build."""
    cut = context([plain("The rest was too long to be shown here; it is whole on the desk.")])
    sheet = Sheet([cut])
    routing = request.routing
    verdict = request.assessment.verdict.kind
    signers = (
        f"{card.signatures_needed} signature{'s' if card.signatures_needed > 1 else ''} of {escape(card.owner, 100)}"
    )
    lines = [f"*{VERDICTS[verdict]}*", f"Judged {date(request.opened_at)}, as a change of class {card.action_class}."]
    if verdict is VerdictKind.HOLD:
        lines.append(f"It needs {signers}: {escape(brief(', '.join(card.deciders), 400)) or 'nobody is left'}.")
        lines.append(f"Promised by {date(routing.due_at)}, expires {date(card.deadline_at)}: then it is not run.")
    sheet.add(header(card.title), section(mrkdwn("\n".join(lines))))
    parts = {
        "Rules that spoke": [part for reason in card.reasons for part in telling.reason_parts(reason)],
        "What it takes of the caps": [part for row in cap_rows(request) for part in telling.row_parts(row)],
        "What was judged": [part for row in _judged(card) for part in telling.row_parts(row)],
    }
    told = [telling.titled(title, found) for title, found in parts.items()]
    added = [sheet.add(block) for found in told if found for block in (divider(), *found)]
    blocks = sheet.whole()
    title = "Why it was held" if verdict is VerdictKind.HOLD else "What the gate said"
    return modal("explain", title, blocks if not all(added) else blocks[:-1], metadata={"request": card.request_id})


def _judged(card: Card) -> list[Row]:
    kind = Row("action", "Action type", f"{card.action_type} (level {card.level})")
    return [kind, *card.origin]
