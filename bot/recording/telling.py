"""Telling: what the chat surfaces have to be told because of an event, as messages of the outbox ("errands").

An errand only says of which request and because of which event. Whoever carries it out looks at the request as it is
then, so a late errand shows the truth, and doing it twice shows the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from bot.domain.ids import derived_uuid
from bot.domain.requests import Request
from bot.domain.verdicts import VerdictKind
from bot.recording.rows import Message

CARD, REDRAW, LINES, PING = "card", "redraw", "lines", "ping"

TOLD = frozenset(
    {
        "request.signed", "request.decided", "request.claimed", "request.unclaimed", "request.asked",
        "request.answered", "request.reassigned", "request.snoozed", "request.woken", "request.reminded",
        "request.escalated",
        "request.redeemed", "request.grant_moved", "request.lapsed", "request.revoked", "request.outcome_reported",
        "request.erased",
    }
)  # fmt: skip
"""Events that change how every card looks, and have their line in its thread."""
PINGED = frozenset({"request.reassigned", "request.woken", "request.escalated"})
"""Events that somebody is told of in person."""


class Errand(msgspec.Struct, frozen=True):
    """What is to be done because of event ``seq`` of a request.

    ``card``: let its card stand where it should. ``redraw``: every card as it is now. ``lines``: what its threads lack.
    ``ping``: tell those whom that event concerns.
    """

    do: str
    seq: int


def errands(request: Request, type_: str, seq: int, at: datetime) -> Iterator[Message]:
    """What follows from an event of a request that is held, on every chat surface that was connected when it opened.

    It depends on nothing that erasing takes away.
    """
    routing = request.routing
    if not routing.surfaces or request.assessment.verdict.kind is not VerdictKind.HOLD:
        return
    for surface in routing.surfaces:
        for do in _what(type_, seq):
            if do == CARD and surface not in routing.channels:
                continue
            lane = routing.channels[surface] if type_ == "request.opened" else f"{do}:{request.id}"
            id_ = derived_uuid("errand", surface, request.id, str(seq), do)
            yield Message(id_, surface, lane, request.id, msgspec.json.encode(Errand(do, seq)), at)


def _what(type_: str, seq: int) -> tuple[str, ...]:
    if type_ in {"request.opened", "request.unshown"}:
        return (CARD,)
    if type_ in PINGED:
        return (PING, REDRAW, LINES)
    late_card = type_ == "request.posted" and seq > 2  # noqa: PLR2004 - opened and posted: nothing happened in between
    return (REDRAW, LINES) if type_ in TOLD or late_card else ()


def errand_of(message: Message) -> Errand:
    """What a message asks for."""
    return msgspec.json.decode(message.body, type=Errand)
