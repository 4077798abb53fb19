"""A gathered ping: many requests in one message, each with a way to its whole case and with how it ended."""

from __future__ import annotations

from typing import Any

from adapters.teams.cards import limits
from adapters.teams.cards.elements import beside, line, link, moment, opens, run, title
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.markup import escape
from adapters.teams.cards.room import size
from bot.cards.cutting import brief, cut
from bot.cards.gathered import NAMED, Gathered, Named, fallback, headline, hint, rest, shortened
from bot.cards.wording import SIGNS

Json = dict[str, Any]
_ROOMS = ((200, NAMED), (100, NAMED), (48, NAMED), (20, NAMED), (20, 12), (20, 6))
"""Characters of a title and how many are named, from generous to tight."""
_NAME = 40


def gathered_card(gathered: Gathered, *, desk_url: str | None = None) -> Json:
    """The Adaptive Card of a list, within Teams' size; ``desk_url`` is the desk's first page.

    Nothing in it notifies, links or formats but what is ours, whatever the requests' texts are. Pure.
    """
    made: Json = {}
    for most, count in _ROOMS:
        made = _card(shortened(gathered, count), most, desk_url)
        if size(made) <= limits.CARD_BYTES:
            break
    return made


def gathered_text(gathered: Gathered) -> str:
    """The whole in a few sentences, for notifications and screen readers. Inert as markdown too."""
    return cut(escape(fallback(gathered)), limits.FALLBACK_TEXT)


def _card(gathered: Gathered, most: int, desk_url: str | None) -> Json:
    others = rest(gathered)
    body = [
        title(f"🔔 {headline(gathered)}"),
        line([run(hint(gathered), "small", "subtle")], "Small"),
        *(_one(one, most) for one in gathered.named),
        *([line([run(f"{others}.")], "Medium")] if others else []),
    ]
    return card_of(body, [link("Open the queue", desk_url)] if desk_url else [])


def _one(one: Named, most: int) -> Json:
    grave = "❗ " if one.high_class and one.open else ""
    left = [line([run(f"{grave}{brief(one.title, most)}", "bold")]), line(_stands(one, min(most, _NAME)))]
    show = {"type": "ActionSet", "actions": [opens("Show", "details", {"request": one.request_id})]}
    return beside(left, [show]) | {"separator": True}


def _stands(one: Named, most: int) -> list[Json]:
    status = one.status
    if not one.open:
        who = f" by {brief(status.who, most)}" if status.who and status.who not in status.label else ""
        return [run(f"{SIGNS.get(status.state, '•')} {brief(status.label, 2 * most)}{who}")]
    grave = [run("high class · ", "attention")] if one.high_class else []
    claimed = [run(f" · {brief(status.label, 2 * most)}", "subtle")] if status.state == "claimed" else []
    whose = run(f"{brief(one.owner, most)} · promised by ", "subtle")
    return [
        *grave,
        whose,
        moment(one.due_at, "subtle"),
        run(" · expires ", "subtle"),
        moment(one.deadline_at),
        *claimed,
    ]
