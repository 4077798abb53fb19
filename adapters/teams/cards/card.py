"""A request's card: what changes, for whom, why held and by when at first sight, the rest below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.teams.cards import facts, limits
from adapters.teams.cards.buttons import buttons, statement
from adapters.teams.cards.elements import block, execute, line, run, title
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.markup import escape, utc
from adapters.teams.cards.room import fitted
from adapters.teams.cards.standing import Called, Mention, standing
from bot.cards import Card
from bot.cards.cutting import brief, cut
from bot.cards.room import Pen
from bot.cards.wording import LEFT_OUT

Json = dict[str, Any]


def card_attachment(
    card: Card,
    *,
    mentions: Sequence[Mention] = (),
    lead: str | None = None,
    desk_url: str | None = None,
    viewer: bool = False,
    inline: bool = False,
) -> Json:
    """The Adaptive Card of a request, within Teams' size whatever its texts are. Pure.

    ``mentions`` are notified by its first lines, while it is open; ``lead`` is a plain sentence that stands above it;
    ``desk_url`` is where the desk shows the same request. ``viewer``: it was drawn for one person, who is told why
    where they may not decide; else it is for anybody, and a click is judged when it comes. ``inline``: rejecting
    unfolds inside of it, for a client that opens no dialogs. Nothing else in it notifies, links or formats.

    Buttons of ``buttons.AT_ONCE`` are Action.Execute with ``verb`` and data ``{"request": id}``, and as fallback an
    Action.Submit with the same data and ``verb`` in it. All others are Action.Submit with
    ``{"request": id, "verb": command, "msteams": {"type": "task/fetch"}}`` (and ``field`` of ``show``).
    """
    whom = mentions if card.status.open else ()

    def draw(pen: Pen) -> Json:
        called = Called(whom, min(limits.MENTIONS, 2 * pen.room.names))
        below = statement(card) if viewer else []
        body = [*_body(card, pen, called.text, lead), *below]
        return card_of(body, buttons(card, desk_url, inline=inline), called.entities)

    return fitted(draw)


def refresh_for(user_ids: Sequence[str], request_id: str, key: str = "") -> Json:
    """The card's ``refresh``: these people's clients, sixty at most, fetch their own view by verb ``refresh``."""
    action = execute("Refresh", "refresh", {"request": request_id} | ({"key": key} if key else {}))
    ids = [*dict.fromkeys(user_ids)][: limits.REFRESH_USERS]
    return {"action": {name: action[name] for name in ("type", "title", "verb", "data")}, "userIds": ids}


def fallback_text(card: Card, lead: str | None = None) -> str:
    """The whole in a sentence or two, for notifications and screen readers. Inert as markdown too."""
    first = f"{cut(escape(lead), 800)} " if lead else ""
    last = f" Decide by {utc(card.deadline_at)}, or it is not run." if card.status.open else ""
    return first + cut(escape(card.fallback), limits.FALLBACK_TEXT - len(first) - len(last)) + last


def _body(card: Card, pen: Pen, called: str, lead: str | None) -> list[Json]:
    above = _lead(lead, called, pen) if lead else []
    made = [
        *above,
        title(pen.text(card.title, min(limits.TITLE, pen.room.said))),
        *standing(card, pen, "" if lead else called),
        *facts.subject(card, pen),
        *(facts.why(card, pen) if card.status.open else []),
        *facts.changes(card, pen),
        *([*facts.claim(card, pen), *facts.support(card, pen)] if card.status.open or lead else []),
        *facts.exchanges(card, pen),
        *([] if card.status.open else facts.held_for(card, pen)),
        *facts.origin(card, pen),
    ]
    return [*made, line([run(LEFT_OUT, "small", "subtle")], "Small")] if pen.left_out else made


def _lead(lead: str, called: str, pen: Pen) -> list[Json]:
    said = line([run(pen.text(brief(lead, limits.FALLBACK_TEXT), pen.room.said))])
    return [block(f"🔔 {called}"), said] if called else [line([run("🔔 "), *said["inlines"]])]
