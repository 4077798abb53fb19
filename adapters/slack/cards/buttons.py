"""What can be done with a request: only what somebody may do, and nothing to decide once it is decided."""

from __future__ import annotations

from typing import Any

from adapters.slack.cards import blocks, limits
from bot.cards import Card
from bot.cards.wording import LABELS, sure_text

Json = dict[str, Any]
_MORE = ("claim", "release", "ask", "reassign", "snooze", "withdraw")


def buttons(card: Card, desk_url: str | None) -> list[Json]:
    """The row of buttons: each ``action_id`` names a command, each value is the request's id.

    The entries of the menu ``more`` are ``<command>|<request id>``; what it has no room for is a button.
    """
    made = _deciding(card) if card.status.open else _learning(card)
    names = _more(card)
    room = limits.OVERFLOW_OPTIONS
    made += [blocks.button(_label(card, name), name, value=card.request_id) for name in names[room:]]
    made.append(blocks.button(LABELS["details"], "details", value=card.request_id))
    if desk_url is not None:
        made.append(blocks.button(LABELS["desk"], "open_desk", url=desk_url))
        if not card.status.open:
            made.append(blocks.button(LABELS["file"], "open_file", url=f"{desk_url}/file"))
    if names:
        entries = [blocks.option(_label(card, name), f"{name}|{card.request_id}") for name in names[:room]]
        made.append(blocks.overflow("more", entries))
    return [blocks.actions(made, block_id="actions")]


def _deciding(card: Card) -> list[Json]:
    made = []
    if card.may("approve"):
        asks = sure(card) if card.high_class else None
        made.append(blocks.button("Approve", "approve", value=card.request_id, style="primary", asks=asks))
    if card.may("reject"):
        made.append(blocks.button("Reject", "reject", value=card.request_id, style="danger"))
    if card.may("edit") and any(row.editable for row in card.changes):
        made.append(blocks.button("Edit", "edit", value=card.request_id))
    return made


def _learning(card: Card) -> list[Json]:
    names = [name for name in ("grade_good", "needs_work", "accept_item", "finish_item") if card.may(name)]
    return [blocks.button(_label(card, name), name, value=card.request_id) for name in names]


def sure(card: Card) -> Json:
    """The dialog before a grave approval."""
    title, text = sure_text(card)
    return blocks.confirm(title, text, "Approve", "Go back", style="primary")


def _more(card: Card) -> list[str]:
    names = [name for name in _MORE if card.may(name)] if card.status.open else []
    if card.status.state == "claimed" and "release" not in names and card.ability("release") is None:
        names.insert(min(1, len(names)), "release")  # a card for anybody is also before the one who claimed it
    after = [name for name in ("revoke", "decline_item", "change_item") if card.may(name)]
    return [*names, *after]


def _label(card: Card, name: str) -> str:
    ability = card.ability(name)
    return LABELS.get(name) or (ability.title if ability is not None else name.capitalize())
