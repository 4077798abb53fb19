"""The whole context of a request: everything that its card cuts or leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapters.teams.cards.dialogs import telling
from adapters.teams.cards.dialogs.frame import Sheet
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.elements import line, link, moment, run, title
from adapters.teams.cards.standing import plain_line
from bot.cards import Card, HistoryLine
from bot.cards.cutting import brief
from bot.cards.room import ROOMS, Pen
from bot.cards.standing import progress
from bot.cards.wording import LABELS

Json = dict[str, Any]
_NAMES = 500
Parts = Mapping[str, Iterable[Json]]
"""Elements below their headings."""


def details_card(card: Card, history: Sequence[HistoryLine], desk_url: str | None = None) -> Json:
    """As much as a card holds, in the order of its weight; what was left out is named, with where it is whole.

    ``desk_url`` is the request's own page on the desk.
    """
    return told(card, standing(card), _parts(card, history), desk_url)


def told(card: Card, first: Sequence[Json], parts: Parts, desk_url: str | None) -> Json:
    """The title, ``first``, and as much of the parts as fits."""
    sheet = Sheet([_end(list(parts))])
    sheet.add(title(card.title), *first)
    left_out = []
    for name, elements in parts.items():
        added = [_added(sheet, name, number, each) for number, each in enumerate(elements)]
        if not all(added):
            left_out.append(f"{name} ({'in part' if any(added) else 'whole'})")
    body = sheet.whole()
    body[-1:] = [_end(left_out)] if left_out else []
    links = [link(LABELS["desk"], desk_url), link(LABELS["file"], f"{desk_url.rstrip('/')}/file")] if desk_url else []
    return card_of(body, links)


def _added(sheet: Sheet, name: str, number: int, element: Json) -> bool:
    heading = line([run(name, "bold")], "Medium") | {"separator": True}
    return sheet.add(heading, element) if number == 0 else sheet.add(element)


def standing(card: Card) -> list[Json]:
    """How it stands, and its times."""
    status = card.status
    who = f" by {brief(status.who, 200)}" if status.who and status.who not in status.label else ""
    when = [run(", "), moment(status.at)] if status.at is not None and status.state != "pending" else []
    made = [line([run(brief(status.label, 300), "bold"), run(who or " "), *when])]
    if status.note:
        made.append(line([run(f"Note: {brief(status.note, 600)}")]))
    times = [run("Opened "), moment(card.opened_at), run(" · promised by "), moment(card.due_at)]
    made.append(line([*times, run(" · expires "), moment(card.deadline_at)]))
    if card.statutory_at is not None:
        made.append(line([run("A limit of the law runs beside the promise: "), moment(card.statutory_at)]))
    if card.status.open:
        made.append(line([run(f"May decide: {brief(', '.join(card.awaited), _NAMES) or 'nobody any more'}")]))
    if card.signatures:
        signed = f"Signed: {len(card.signatures)} of {card.signatures_needed}, "
        made.append(line([run(signed + brief(", ".join(card.signatures), _NAMES))]))
    return [*made, *map(plain_line, progress(card, Pen(ROOMS[0])))]


def _parts(card: Card, history: Sequence[HistoryLine]) -> Parts:
    open_ = card.status.open
    return {
        "What will change" if open_ else "What it is about": _each(telling.row_parts, card.changes),
        "Why it was held" if open_ else "What the gate said": _each(telling.reason_parts, card.reasons),
        "What the agent claims, in its own words": telling.text_parts(card.claim or ""),
        "Evidence": _each(telling.item_parts, card.evidence),
        "Citations": _each(telling.item_parts, card.citations),
        "The customer's last words": _each(telling.item_parts, card.transcript),
        "For whom": _each(telling.row_parts, card.subject),
        "Signals": _each(telling.row_parts, card.signals),
        "Questions to the agent": _each(telling.exchange_parts, card.exchanges),
        "History": _each(telling.history_parts, history),
        "Where it comes from": _each(telling.row_parts, card.origin),
    }


def _each(make: Any, items: Iterable[Any]) -> list[Json]:  # noqa: ANN401 - one maker and what it makes of
    return [part for item in items for part in make(item)]


def _end(left_out: Sequence[str]) -> Json:
    """What is missing, and where all of it is."""
    names = ", ".join(left_out)
    return line([run(f"Too long to be shown here: {names}. It is whole on the desk.", "small", "subtle")], "Medium")
