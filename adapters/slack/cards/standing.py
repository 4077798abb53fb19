"""How a request stands, in the lines right under its title: by when and who, or how it ended and what followed."""

from __future__ import annotations

from adapters.slack.cards.drawn import Mentions
from adapters.slack.cards.markup import cut, date, escape, mention, mention_group
from adapters.slack.cards.room import Pen
from bot.cards import Card, Status

_SIGNS = {
    "pending": "⏳",
    "claimed": "⏳",
    "approved": "✅",
    "approved_with_edits": "✅",
    "rejected": "⛔",
    "expired": "⌛",
    "cancelled": "🚫",
    "revoked": "↩️",
    "redeemed": "▶️",
    "ran": "🏁",
    "failed": "❌",
    "not_run": "⌛",
}
_BY_SOMEBODY = {"approved", "approved_with_edits", "rejected"}
_MENTIONS = 40
_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}


def standing(card: Card, pen: Pen, mentions: Mentions) -> str:
    """The lines as markup."""
    lines = _open(card, pen, mentions) if card.status.open else _ended(card, pen)
    return "\n".join(line for line in lines if line)


def called(mentions: Mentions) -> str:
    """Everybody who is to be notified, as markup."""
    groups = [mention_group(group) for group in dict.fromkeys(mentions.groups)]
    return " ".join([*groups, *(mention(user) for user in dict.fromkeys(mentions.users))][:_MENTIONS])


def by_when(card: Card) -> str:
    """The deadline as a sentence; without a full stop."""
    return f"Decide by {date(card.deadline_at)}, or it is not run"


def _open(card: Card, pen: Pen, mentions: Mentions) -> list[str]:
    promised = f" · answer promised by {date(card.due_at)}" if card.due_at < card.deadline_at else ""
    if card.statutory_at is not None:
        promised += f" · limit of the law {date(card.statutory_at)}"
    left = [name for name in card.deciders if name not in card.signatures]
    who = f"{pen.names([*map(escape, left)], 'or')} may decide" if left else "Nobody may decide it now"
    owner = f"{pen.text(escape(card.owner), pen.room.name)}: " if card.owner else ""
    called_for = called(mentions)
    return [
        f"{_SIGNS['pending']} *Decide by {date(card.deadline_at)}*, or it is not run{promised}",
        f"👥 {called_for + ' · ' if called_for else ''}{owner}{who}",
        _signed(card, pen),
        _claimed(card, pen),
        _snoozed(card, pen),
    ]


def _signed(card: Card, pen: Pen) -> str:
    if card.signatures_needed < 2:  # noqa: PLR2004 - one signature is the decision itself
        return ""
    missing = max(card.signatures_needed - len(card.signatures), 0)
    more = f"{_NUMBERS.get(missing, str(missing))} {'more ' if card.signatures else ''}needed"
    who = f": {pen.names([*map(escape, card.signatures)])}" if card.signatures else ""
    return f"✍️ *{len(card.signatures)} of {card.signatures_needed} signed*{who}; {more}"


def _claimed(card: Card, pen: Pen) -> str:
    status = card.status
    if status.state != "claimed":
        return ""
    since = f", {date(status.at)}" if status.at is not None else ""
    return f"🙋 *{_label(status, pen)}*{since}"


def _snoozed(card: Card, pen: Pen) -> str:
    shown = [f"{cut(escape(name), pen.room.name)} until {date(until)}" for name, until in card.snoozed]
    return f"💤 Put off by {', '.join(pen.first(shown, pen.room.names))}" if shown else ""


def _ended(card: Card, pen: Pen) -> list[str]:
    decision, status = card.decision, card.status
    if decision is None:
        return [_fact(status, pen)]
    lines = [_fact(decision, pen), _why(decision, pen), _signers(card, pen)]
    if status.state != decision.state:
        return [*lines, _fact(status, pen), _why(status, pen)]
    if status.until is not None:
        lines.append(f"▶️ The agent may run it once, until {date(status.until)}")
    return lines


def _fact(status: Status, pen: Pen) -> str:
    """``✅ *Approved* by Dana on Slack, today at 10:32``."""
    who = f" by {pen.text(escape(status.who), pen.room.name)}" if status.who and status.state in _BY_SOMEBODY else ""
    if status.who and status.who in status.label:
        who = ""
    where = f" on {pen.text(escape(status.where), pen.room.name)}" if status.where and who else ""
    when = f", {date(status.at)}" if status.at is not None else ""
    return f"{_SIGNS.get(status.state, '•')} *{_label(status, pen)}*{who}{where}{when}"


def _label(status: Status, pen: Pen) -> str:
    return " ".join(pen.text(escape(status.label), pen.room.name + 40).split())


def _why(status: Status, pen: Pen) -> str:
    reason = f"*{pen.text(escape(status.reason), pen.room.name)}*" if status.reason else ""
    note = " ".join(pen.text(escape(status.note), pen.room.said).split()) if status.note else ""
    said = ": ".join(each for each in (reason, note) if each)
    return f"> {said}" if said else ""


def _signers(card: Card, pen: Pen) -> str:
    several = len(card.signatures) > 1 and card.signatures_needed > 1
    return f"✍️ Signed by {pen.names([*map(escape, card.signatures)])}" if several else ""
