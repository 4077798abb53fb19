"""App Home: what waits for this person, what they decided today, and what is stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from adapters.slack.cards import blocks, limits
from adapters.slack.cards.blocks import context, divider, header, mrkdwn, plain, section
from adapters.slack.cards.buttons import sure
from adapters.slack.cards.lessons import LISTED, listed
from adapters.slack.cards.markup import TIME, date, escape
from adapters.slack.cards.modals.texts import brief
from bot.cards import Card
from bot.cards.pauses import Stopped
from bot.receiving import Home

__all__ = ["QUEUE", "SOON", "Home", "home_view"]

Json = dict[str, Any]
QUEUE = 15
"""How many waiting requests are shown, each with its buttons."""
_LISTED = 10
"""How many of everything else."""
_BUNDLES = 5
"""How many kinds of what can be decided together."""
SOON = timedelta(minutes=10)
AGO = "{ago}"


def home_view(home: Home) -> Json:
    """The view as ``views.publish`` takes it, inside every limit."""
    shown = home.queue[:QUEUE]
    more = home.more + len(home.queue) - len(shown)
    made = [*_head(home, len(shown) + more)]
    for card in shown:
        made += [*_item(card, home.now), divider()]
    made += _more(more, home.desk_url) if shown else _nothing()
    made += _bundles(home)
    lessons = home.lessons[:LISTED]
    made += listed(lessons, home.more_lessons + len(home.lessons) - len(lessons), home.desk_url)
    made += _listed("Put off by you", home.snoozed, lambda card: _later(card, home.until.get(card.request_id)))
    made += _pauses(home.pauses)
    made += _listed("Decided by you today", home.decided, _decided)
    if not home.decided:
        made.append(context([plain("Nothing was decided by you today.")]))
    return {"type": "home", "callback_id": "home", "blocks": made[: limits.VIEW_BLOCKS]}


def _head(home: Home, count: int) -> list[Json]:
    waiting = {0: "Nothing waits for you", 1: "1 request waits for you"}.get(count, f"{count} requests wait for you")
    made = [header(waiting), context([plain(f"{brief(home.name, 100)}: yours to decide, least time left first.")])]
    if home.desk_url is not None:
        button = blocks.button("Open the desk", "open_desk", url=home.desk_url)
        made[1] = section(made[1]["elements"][0], accessory=button)
    return [*made, divider()]


def _bundles(home: Home) -> list[Json]:
    """What can be decided together, each kind with its button."""
    made = []
    for one in home.bundles[:_BUNDLES]:
        count = f"{len(one.requests)} alike"
        button = blocks.button("Decide together…", "bulk", value=one.first)
        made.append(section(mrkdwn(f"🗂️ *{escape(brief(one.title, 200))}*: {count}"), accessory=button))
    return made


def _nothing() -> list[Json]:
    text = "When an agent proposes something that you may decide, it appears here, and in its owner's channel."
    return [section(plain(text))]


def _item(card: Card, now: datetime) -> list[Json]:
    held = next((reason.text for reason in card.reasons if reason.kind == "hold"), None)
    lines = [f"*{escape(brief(card.title, 300))}*"]
    if held:
        lines.append(f"Held: {escape(brief(held, 300))}")
    lines.append(_left(card, now))
    made = section(mrkdwn("\n".join(lines)), block_id=f"queue|{card.request_id}"[: limits.ID])
    return [made, blocks.actions(_buttons(card), block_id=f"decide|{card.request_id}"[: limits.ID])]


def _left(card: Card, now: datetime) -> str:
    """By when, as each reader's clock says it; and who has it, or how many have signed."""
    sign = "🔴" if card.deadline_at - now <= SOON else "⏳"
    parts = [f"{sign} Expires {date(card.deadline_at, AGO)}, at {date(card.deadline_at, TIME)}"]
    if card.due_at < now:
        parts.append("promised time is over")
    if card.status.state == "claimed":
        parts.append(escape(brief(card.status.label, 100)))
    if card.signatures_needed > 1:
        parts.append(f"{len(card.signatures)} of {card.signatures_needed} signed")
    return " · ".join(parts)


def _buttons(card: Card) -> list[Json]:
    found = []
    if card.may("approve"):
        asks = sure(card) if card.high_class else None
        found.append(blocks.button("Approve", "approve", value=card.request_id, style="primary", asks=asks))
    if card.may("reject"):
        found.append(blocks.button("Reject", "reject", value=card.request_id, style="danger"))
    return [*found, blocks.button("Details", "details", value=card.request_id)]


def _more(count: int, desk_url: str | None) -> list[Json]:
    if not count:
        return []
    where = f" <{desk_url}|See all on the desk>" if desk_url else ""
    return [section(mrkdwn(f"And {count} more.{where}"))]


def _listed(title: str, cards: Sequence[Card], line: Callable[[Card], str]) -> list[Json]:
    if not cards:
        return []
    made = [header(f"{title} ({len(cards)})")]
    for card in cards[:_LISTED]:
        details = blocks.button("Details", "details", value=card.request_id)
        text = f"{escape(brief(card.title, 300))}\n{line(card)}"
        made.append(section(mrkdwn(text), accessory=details))
    if len(cards) > _LISTED:
        made.append(context([plain(f"And {len(cards) - _LISTED} more, on the desk.")]))
    return made


def _later(card: Card, until: datetime | None) -> str:
    comes_back = f"Comes back {date(until)} · expires" if until is not None else "Expires"
    return f"{comes_back} {date(card.deadline_at, AGO)}"


def _decided(card: Card) -> str:
    decision = card.decision
    if decision is None or decision.at is None:
        return escape(card.status.label, 100)
    followed = "" if card.status.label == decision.label else f" · {escape(card.status.label, 100)}"
    return f"{escape(decision.label, 100)}, {date(decision.at, TIME)}{followed}"


def _pauses(pauses: Sequence[Stopped]) -> list[Json]:
    if not pauses:
        return []
    made = [header(f"Paused ({len(pauses)})")]
    for one in pauses[:_LISTED]:
        until = f", until {date(one.until)}" if one.until is not None else ", until somebody resumes it"
        text = f"🛑 *{escape(one.title, 200)}*: {escape(brief(one.reason, 400))}"
        frozen = ", what is held is frozen" if one.freeze else ""
        made.append(section(mrkdwn(f"{text}\nStopped by {escape(one.by, 100)}, {date(one.at)}{until}{frozen}")))
    if len(pauses) > _LISTED:
        made.append(context([plain(f"And {len(pauses) - _LISTED} more.")]))
    return made
