"""Telling: what the chat surfaces have to be told because of an event, as messages of the outbox ("errands").

An errand only says of which request and because of which event. Whoever carries it out looks at the request as it is
then, so a late errand shows the truth, and doing it twice shows the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from bot.domain.events import Event, Noted
from bot.domain.ids import derived_uuid
from bot.domain.requests import Request
from bot.domain.verdicts import VerdictKind
from bot.recording.rows import Message

CARD, REDRAW, LINES, PING, TELL = "card", "redraw", "lines", "ping", "tell"
DIGEST = "digest"
PUBLISH = "publish"

TOLD = frozenset(
    {
        "request.signed", "request.decided", "request.claimed", "request.unclaimed", "request.asked",
        "request.answered", "request.reassigned", "request.snoozed", "request.woken", "request.reminded",
        "request.escalated", "request.withdrawn", "request.stage_began", "request.rescheduled", "request.moved",
        "request.warned",
        "request.redeemed", "request.grant_moved", "request.lapsed", "request.revoked", "request.outcome_reported",
        "request.feedback_opened", "request.feedback_changed", "request.feedback_reminded",
        "request.graded",
        "request.erased",
    }
)  # fmt: skip
"""Events that change how every card looks, and have their line in its thread."""
LEARNED = frozenset({"request.feedback_opened", "request.feedback_changed", "request.feedback_reminded"})
"""Events of feedback items, which come after the decision and concern whoever has the item."""
SAMPLED = "request.sampled"
"""Somebody is asked to look at what the policy let through."""
_OF_SAMPLES = frozenset(
    {
        SAMPLED, "request.posted", "request.graded", "request.redeemed", "request.lapsed", "request.revoked",
        "request.outcome_reported",
        "request.erased",
    }
)  # fmt: skip
"""What changes the card of a sample, which is shown to that person alone."""
PINGED = frozenset({"request.reassigned", "request.woken", "request.escalated", "request.warned", SAMPLED}) | LEARNED
"""Events that somebody is told of in person."""
_OPENING = frozenset({"request.opened", "request.moved"})
"""Events after which a card comes to a channel in its turn among the others."""
CHANNEL_LOST, CHANNEL_FOUND = "channel.lost", "channel.found"
"""What is noted in the ledger of a channel, in turns: cards can't stand there any more, and they can again."""


GAPS = "rotation.gaps"
"""What is noted in the ledger of whoever answers for rotations: when nobody will be on call."""


DIGEST_DUE = "digest.due"
"""What is noted in the ledger of an owner's digests when one is to be sent: which, of when, and where it comes."""


PUBLISHED = "checkpoints"
"""The ledger in which is noted which checkpoints were to be published."""
CHECKPOINT_DUE = "checkpoint.due"
"""What is noted there: a checkpoint as a signed note, its size, and where it goes."""
CHECKPOINT = "checkpoint"
"""The kind of the messages that bring it to a file or an address, as a chat surface's name is of those to a channel."""


class Errand(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is to be done because of event ``seq`` of the message's subject: a request, or the ledger of a channel.

    ``card``: let its card stand where it should. ``redraw``: every card as it is now. ``lines``: what its threads lack.
    ``ping``: tell those whom that event concerns. ``tell``: tell whoever answers for a channel that it was lost, for a
    rotation that nobody will be on call, or for what an alarm paused.
    ``frozen`` and ``thawed``: redraw the cards of what a pause froze, or let go. ``digest``: post a summary in
    ``place``. ``publish``: post a signed checkpoint there.
    """

    do: str
    seq: int
    place: str = ""


def errands(request: Request, type_: str, seq: int, at: datetime) -> Iterator[Message]:
    """What follows from an event of a request that is held, on every chat surface that was connected when it opened.

    Of one that is not held, what concerns its sample and its feedback item. It depends on nothing that erasing takes
    away.
    """
    routing = request.routing
    held = request.assessment.verdict.kind is VerdictKind.HOLD
    sampled = request.sample is not None and type_ in _OF_SAMPLES
    if not routing.surfaces or not (held or sampled or type_ in LEARNED):
        return
    for surface in routing.surfaces:
        for do in _what(type_, seq):
            if do == CARD and surface not in routing.channels:
                continue
            lane = _lane(do, request, surface, type_, seq)
            yield errand_message(surface, lane, request.id, Errand(do, seq), at)


def _lane(do: str, request: Request, surface: str, type_: str, seq: int) -> str:
    """What keeps order: a channel its cards, a request its cards' looks and its threads. A ping waits for no other."""
    if do == CARD and type_ in _OPENING:
        return request.routing.channels[surface]
    return f"{do}:{request.id}:{seq}" if do == PING else f"{do}:{request.id}"


def channel_ledger(surface: str, place: str) -> str:
    """The ledger in which the losses of a channel are noted; an odd number of facts means that it is lost now."""
    return f"channel:{surface}:{place}"


def channel_errands(ledger: str, event: Event, seq: int, at: datetime) -> Iterator[Message]:
    """What follows from a fact in a ledger: who answers for a lost channel, or for a rotation with gaps, is told."""
    if isinstance(event, Noted) and event.what == CHANNEL_LOST:
        yield errand_message(str(event.facts["surface"]), f"{TELL}:{ledger}", ledger, Errand(TELL, seq), at)
    if isinstance(event, Noted) and event.what == GAPS:
        for surface in event.facts["surfaces"]:
            yield errand_message(str(surface), f"{TELL}:{ledger}", ledger, Errand(TELL, seq), at)
    if isinstance(event, Noted) and event.what == DIGEST_DUE:
        for surface, places in event.facts["places"].items():
            for place in places:
                errand = Errand(DIGEST, seq, str(place))
                yield errand_message(str(surface), f"{DIGEST}:{ledger}:{place}", ledger, errand, at)
    if isinstance(event, Noted) and event.what == CHECKPOINT_DUE:
        for target in map(str, event.facts["targets"]):
            surface, _, place = target.partition(":")
            kind = surface if place else CHECKPOINT
            yield errand_message(kind, publishing_lane(target), ledger, Errand(PUBLISH, seq, place or target), at)


def publishing_lane(target: str) -> str:
    """What keeps the checkpoints in order that go to one target: ``file``, ``url`` or ``<surface>:<place>``."""
    return f"{PUBLISH}:{target}"


def digests_ledger(owner_id: str) -> str:
    """The ledger in which is noted which of an owner's digests were due."""
    return f"digests:{owner_id}"


def gaps_ledger(person_id: str) -> str:
    """The ledger in which is noted what somebody was told of gaps in the rotations that they answer for."""
    return f"gaps:{person_id}"


def changes_cards(type_: str, seq: int) -> bool:
    """Whether cards are redrawn and threads brought up to date because of this event of a request."""
    return REDRAW in _what(type_, seq)


def errand_message(surface: str, lane: str, subject: str, errand: Errand, at: datetime) -> Message:
    """The message of an errand, not to be carried out before ``at``; the same for the same event."""
    place = (errand.place,) if errand.place else ()
    id_ = derived_uuid("errand", surface, subject, str(errand.seq), errand.do, *place)
    return Message(id_, surface, lane, subject, msgspec.json.encode(errand), at)


def _what(type_: str, seq: int) -> tuple[str, ...]:
    if type_ in {"request.opened", "request.unshown"}:
        return (CARD,)
    if type_ == "request.moved":
        return (CARD, REDRAW, LINES)
    if type_ in PINGED:
        return (PING, REDRAW, LINES)
    late_card = type_ == "request.posted" and seq > 2  # noqa: PLR2004 - opened and posted: nothing happened in between
    return (REDRAW, LINES) if type_ in TOLD or late_card else ()


def errand_of(message: Message) -> Errand:
    """What a message asks for."""
    return msgspec.json.decode(message.body, type=Errand)
