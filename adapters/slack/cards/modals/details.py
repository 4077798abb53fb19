"""The whole context of a request: everything that its card cuts or leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.slack.cards.blocks import context, divider, header, mrkdwn, plain, section
from adapters.slack.cards.markup import date, escape
from adapters.slack.cards.modals import telling
from adapters.slack.cards.modals.frame import Sheet, modal
from adapters.slack.cards.modals.texts import brief
from adapters.slack.cards.standing import marked
from bot.cards import Card, HistoryLine
from bot.cards.room import ROOMS, Pen
from bot.cards.standing import progress
from bot.cards.wording import LABELS

Json = dict[str, Any]
_SPARED = 2_000
"""Characters of the words that end it."""


def details(card: Card, history: Sequence[HistoryLine], desk_url: str | None) -> Json:
    """As much as a modal holds, in the order of its weight; what was left out is named, with where it is whole.

    ``desk_url`` is the request's own page on the desk.
    """
    sheet = Sheet([_end(["x" * _SPARED], desk_url)])
    sheet.add(header(card.title), section(mrkdwn(standing(card))))
    left_out = []
    for title, blocks in _parts(card, history):
        added = [sheet.add(divider(), *blocks[:1]), *(sheet.add(block) for block in blocks[1:])] if blocks else []
        if not all(added):
            left_out.append(f"{title} ({'in part' if any(added) else 'whole'})")
    blocks = sheet.whole()
    blocks[-1:] = [_end(left_out, desk_url)] if left_out or desk_url else []
    return modal("details", "Details", blocks, metadata={"request": card.request_id})


def standing(card: Card) -> str:
    """How it stands, and its times, as markup."""
    status = card.status
    who = f" by {escape(status.who, 200)}" if status.who and status.who not in status.label else ""
    when = f", {date(status.at)}" if status.at is not None and status.state != "pending" else ""
    lines = [f"*{escape(status.label, 300)}*{who}{when}"]
    if status.note:
        lines.append(f"Note: {escape(brief(status.note, 1000))}")
    lines.append(f"Opened {date(card.opened_at)} · promised by {date(card.due_at)} · expires {date(card.deadline_at)}")
    if card.statutory_at is not None:
        lines.append(f"A limit of the law runs beside the promise: {date(card.statutory_at)}")
    if card.status.open:
        lines.append(f"May decide: {escape(brief(', '.join(card.awaited), 600)) or 'nobody any more'}")
    if card.signatures:
        needed = f"{len(card.signatures)} of {card.signatures_needed}"
        lines.append(f"Signed: {needed}, {escape(brief(', '.join(card.signatures), 600))}")
    return "\n".join([*lines, *(marked(line) for line in progress(card, Pen(ROOMS[0])))])


def _parts(card: Card, history: Sequence[HistoryLine]) -> list[tuple[str, list[Json]]]:
    claim = telling.text_parts(card.claim) if card.claim else []
    named = {
        "What will change" if card.status.open else "What it is about": [
            part for row in card.changes for part in telling.row_parts(row)
        ],
        "Why it was held" if card.status.open else "What the gate said": [
            part for reason in card.reasons for part in telling.reason_parts(reason)
        ],
        "What the agent claims, in its own words": claim,
        "Evidence": telling.list_parts(card.evidence),
        "Citations": telling.list_parts(card.citations),
        "The customer's last words": telling.list_parts(card.transcript),
        "For whom": [part for row in card.subject for part in telling.row_parts(row)],
        "Signals": [part for row in card.signals for part in telling.row_parts(row)],
        "Questions to the agent": [part for asked in card.exchanges for part in telling.exchange_parts(asked)],
        "History": [part for said in history for part in telling.history_parts(said)],
        "Where it comes from": [part for row in card.origin for part in telling.row_parts(row)],
    }
    return [(title, telling.titled(title, parts)) for title, parts in named.items()]


def _end(left_out: Sequence[str], desk_url: str | None) -> Json:
    """What is missing, and the way to all of it."""
    texts = []
    if left_out:
        texts.append(
            plain(f"Too long to be shown here: {brief(', '.join(left_out), _SPARED)}. It is whole on the desk.")
        )
    if desk_url:
        texts.append(mrkdwn(f"<{desk_url}|Open it on the desk> · <{desk_url.rstrip('/')}/file|{LABELS['file']}>"))
    return context(texts)
