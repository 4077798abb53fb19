"""A gathered ping: one list of many requests that somebody is told of together, neutral as a card is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from bot.cards.cutting import brief
from bot.cards.shape import Card, Status

NAMED = 20
"""Requests that a list names at most; of the others it says how many there are."""
_BRIEF = 120
"""Characters of a title where several stand in one sentence."""


class Named(msgspec.Struct, frozen=True):
    """One request of a list: what, how much and for whom (``title``), whose, by when, and how it stands."""

    request_id: str
    title: str
    owner: str
    due_at: datetime
    deadline_at: datetime
    status: Status
    high_class: bool = False

    @property
    def open(self) -> bool:
        """Whether it still waits for its decision."""
        return self.status.open


class Gathered(msgspec.Struct, frozen=True):
    """The list: those that it names, how many others belong to it, and how many of those still wait."""

    named: tuple[Named, ...]
    others: int = 0
    others_open: int = 0
    over: bool = False
    """Whether nothing is known of it any more: it is too old to be told how its requests ended."""

    @property
    def count(self) -> int:
        """How many requests it is about."""
        return len(self.named) + self.others

    @property
    def waiting(self) -> int:
        """How many of them still wait."""
        return sum(one.open for one in self.named) + self.others_open


OVER = Gathered((), over=True)


def named(card: Card) -> Named:
    """A request as a list names it, by its card for whoever reads the list."""
    return Named(
        request_id=card.request_id,
        title=card.title,
        owner=card.owner,
        due_at=card.due_at,
        deadline_at=card.deadline_at,
        status=card.status,
        high_class=card.high_class,
    )


def headline(gathered: Gathered) -> str:
    """What it is about and what of it still waits, in one sentence."""
    count, waiting = gathered.count, gathered.waiting
    if gathered.over:
        return "These requests are over"
    if not waiting:
        return f"All {count} of these requests are decided"
    if waiting == count:
        return f"{count} requests wait for a decision, and their promises are at risk"
    return f"{waiting} of {count} requests still {'waits' if waiting == 1 else 'wait'} for a decision"


def hint(gathered: Gathered) -> str:
    """What to do with them; what a list says whose requests are all decided."""
    if gathered.over:
        return "How they ended is on the desk."
    if not gathered.waiting:
        return "Nothing here waits for you any more."
    return "They came together, so this is one message. Each can be decided on its card, on your own page or the desk."


def rest(gathered: Gathered) -> str | None:
    """What is said of those that it does not name; None where it names all."""
    if not gathered.others:
        return None
    waiting = gathered.others_open
    stand = "all of them decided" if not waiting else f"{waiting} of them waiting" if waiting < gathered.others else ""
    return f"And {gathered.others} more{f', {stand}' if stand else ''}: they are in the queue"


def shortened(gathered: Gathered, most: int) -> Gathered:
    """The same with so many named at most, the rest among the others: where the longest names leave no room."""
    dropped = gathered.named[most:]
    waiting = gathered.others_open + sum(one.open for one in dropped)
    return replace(gathered, named=gathered.named[:most], others=gathered.others + len(dropped), others_open=waiting)


def fallback(gathered: Gathered, most: int = 3) -> str:
    """The whole in a few sentences, for notifications and screen readers."""
    waiting: Sequence[Named] = [one for one in gathered.named if one.open]
    first = "; ".join(brief(one.title, _BRIEF) for one in waiting[:most])
    return f"{headline(gathered)}." + (f" First: {first}." if first else "")
