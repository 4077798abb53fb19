"""One's own page: what waits for somebody, to be decided here; what they put off, what is paused, what they decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.teams.cards.buttons import approve
from adapters.teams.cards.elements import actions, beside, bullets, group, line, link, moment, opens, run, title
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.lessons import LISTED, listed
from adapters.teams.cards.room import fitted
from bot.cards import Card
from bot.cards.cutting import brief, sentence
from bot.cards.pauses import Stopped
from bot.cards.room import Pen
from bot.cards.wording import LABELS
from bot.receiving import Home

Json = dict[str, Any]
HOME = "home"
"""What its buttons send along, so that the answer to them is the page again."""
_BUNDLES = 5
"""How many kinds of what can be decided together."""
QUEUE = 12
"""Requests of a list at most."""


def home_card(home: Home, lead: str | None = None) -> Json:
    """The page, within Teams' size; ``lead`` is a plain sentence above it, about what was just tried. Pure."""

    def draw(pen: Pen) -> Json:
        shown = home.queue[: min(QUEUE, pen.room.rows)]
        rest = home.more + len(home.queue) - len(shown)
        above = [line([run("🔔 "), run(sentence(brief(lead, 800)))])] if lead else []
        body = [
            *above,
            title(_waiting(len(shown) + rest)),
            *([part for card in shown for part in _item(card, pen)] if shown else [_nothing()]),
            *([line([run(f"And {rest} more, on the desk.", "small", "subtle")], "Small")] if rest else []),
            *_bundles(home),
            *_lessons(home),
            *_listed("Put off by you", home.snoozed, home.until, pen),
            *_paused(home.pauses, pen),
            *_listed("Decided by you today", home.decided, {}, pen),
        ]
        return card_of(body, [link("Open the desk", home.desk_url)] if home.desk_url else [])

    return fitted(draw)


def _lessons(home: Home) -> list[Json]:
    shown = home.lessons[:LISTED]
    if not shown:
        return []
    more = home.more_lessons + len(home.lessons) - len(shown)
    heading = line([run(f"To be learned ({len(shown) + more})", "bold")])
    return [*group([heading]), *listed(shown, more, home.desk_url, HOME)]


def _bundles(home: Home) -> list[Json]:
    """What can be decided together, each kind with its button."""
    found: list[Json] = []
    for one in home.bundles[:_BUNDLES]:
        told = line([run(brief(one.title, 200), "bold"), run(f": {len(one.requests)} alike")])
        button = opens("Decide together…", "bulk", {"request": one.first})
        found.append(beside([told], [actions([button])]))
    return group(found) if found else []


def _waiting(count: int) -> str:
    return {0: "Nothing waits for you", 1: "1 request waits for you"}.get(count, f"{count} requests wait for you")


def _nothing() -> Json:
    return line([run("What you may decide appears here, and in its owner's channel.", "subtle")], "Small")


def _item(card: Card, pen: Pen) -> list[Json]:
    held = next((reason.text for reason in card.reasons if reason.kind == "hold"), None)
    made = [approve(card, key=HOME)] if card.may("approve") else []
    if card.may("reject"):
        made.append(opens("Reject", "reject", {"request": card.request_id}, "destructive"))
    made.append(opens(LABELS["details"], "details", {"request": card.request_id}))
    told = [
        line([run(brief(card.title, min(300, pen.room.value)), "bold")]),
        *([line([run(f"Held: {brief(held, min(300, pen.room.reason))}")])] if held else []),
        line([run("Expires ", "subtle"), moment(card.deadline_at, "subtle"), *_besides(card)]),
    ]
    return [group(told)[0] | {"separator": True}, actions(made)]


def _besides(card: Card) -> list[Json]:
    parts = [brief(card.status.label, 100)] if card.status.state == "claimed" else []
    if card.signatures_needed > 1:
        parts.append(f"{len(card.signatures)} of {card.signatures_needed} signed")
    return [run(f" · {' · '.join(parts)}", "subtle")] if parts else []


def _listed(heading: str, cards: Sequence[Card], until: Mapping[str, datetime], pen: Pen) -> list[Json]:
    if not cards:
        return []
    items = []
    for card in cards[: pen.room.items]:
        said = [run(brief(card.title, min(200, pen.room.item)))]
        if (back := until.get(card.request_id)) is not None:
            said += [run(", comes back ", "subtle"), moment(back, "subtle")]
        elif not card.status.open:
            said.append(run(f": {brief(card.status.label, 100)}", "subtle"))
        items.append(said)
    return _titled(f"{heading} ({len(cards)})", items, len(cards) - len(items))


def _paused(pauses: Sequence[Stopped], pen: Pen) -> list[Json]:
    if not pauses:
        return []
    items = [
        [
            run(brief(one.title, min(200, pen.room.item)), "bold"),
            run(f": {brief(one.reason, min(300, pen.room.item))}. By {brief(one.by, 80)}, ", "subtle"),
            moment(one.at, "subtle"),
            *((run(", until ", "subtle"), moment(one.until, "subtle")) if one.until is not None else ()),
            *((run(", what is held is frozen", "subtle"),) if one.freeze else ()),
        ]
        for one in pauses[: pen.room.items]
    ]
    return _titled(f"Paused ({len(pauses)})", items, len(pauses) - len(items))


def _titled(heading: str, items: list[list[Json]], more: int) -> list[Json]:
    rest = [[run(f"and {more} more", "italic")]] if more > 0 else []
    return group([line([run(heading, "bold")]), *bullets([*items, *rest])])
