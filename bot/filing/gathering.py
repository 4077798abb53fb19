"""Gathering: a request's file from the store, as one who may see so much of it gets it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import sha256

from msgspec.structs import replace

from bot.domain import events as e
from bot.domain.events import EventRecord, event_of
from bot.domain.people import ActorKind
from bot.domain.requests import Request
from bot.filing.bearing import bearing
from bot.filing.case import Case, told_of
from bot.filing.composing import compose
from bot.filing.people import POLICY
from bot.filing.shape import VERSION, DecisionFile, Signature, Withheld, signed_text, unsigned
from bot.filing.withholding import Mask, people_alone, without_diff
from bot.ports import Signer, Store
from bot.proving.keys import PublicKey
from bot.proving.lines import EventLine, Proof, event_of_line
from bot.proving.requests import proof_of, proven_line
from bot.recording import stream_of


class Sight(Enum):
    """How much of a request somebody may see in its file."""

    WHOLE = "whole"
    """Everything: those who answer for the owner, and whoever operates the server."""
    MASKED = "masked"
    """Sensitive values masked, and of the policy the people of this request: whoever may see its card."""
    AGENT = "agent"
    """What the agent sent itself in clear, and of the policy no more than names."""


@dataclass(frozen=True, slots=True)
class Key:
    """The key that signs, with its public part as auditors know it."""

    signer: Signer
    public: PublicKey


async def gather(store: Store, request_id: str, sight: Sight, key: Key, now: datetime) -> DecisionFile:
    """The signed file of a request as it stands now.

    Raises:
        NotFound: when there is no such request.
        BadInput: when the record can't be proven or read any more.
    """
    proof = await proof_of(store, request_id, key.public, now)
    own, found = await asyncio.to_thread(_read, proof)
    others: list[EventRecord] = [] if found is None else await bearing(store, found, own, now)
    size = 0 if proof.checkpoint is None else proof.checkpoint.size
    lines = tuple([await proven_line(store, record, size) for record in others])
    return await asyncio.to_thread(_made, proof, found, lines, sight, key)


def _read(proof: Proof) -> tuple[list[EventRecord], Request | None]:
    """The request's records, and what they come to."""
    told = told_of(proof.events, (), stream_of("request", proof.request))
    return [one.record for one in told], Case(proof.request, told, ()).request


def _made(proof: Proof, found: Request | None, others: tuple[EventLine, ...], sight: Sight, key: Key) -> DecisionFile:
    own, masked = _masked(proof, found) if sight is Sight.MASKED and found is not None else ((), ())
    if sight is Sight.AGENT:
        own = _proposals(proof)
    more = () if sight is Sight.WHOLE else _policies(others, found, proof, limits=sight is Sight.MASKED)
    withheld = (*own, *more)
    kept = {(one.stream, one.seq) for one in withheld}
    shut = replace(proof, events=tuple(_shut(line, kept) for line in proof.events))
    closed = tuple(_shut(line, kept) for line in others)
    says = compose(proof.request, shut.events, closed, withheld)
    file = DecisionFile(VERSION, proof.request, proof.made_at, masked, says, shut, closed, withheld)
    return sign(file, key.signer)


def sign(file: DecisionFile, signer: Signer) -> DecisionFile:
    """The file with the server's signature over all of it."""
    digest = sha256(unsigned(file)).hexdigest()
    signature = signer.sign(signed_text(file.request, file.made_at, digest, signer.key_id))
    return replace(file, signature=Signature(signer.key_id, signature.hex()))


def _shut(line: EventLine, kept: set[tuple[str, int]]) -> EventLine:
    return replace(line, payload=None, salt=None) if (line.stream, line.seq) in kept else line


def _proposals(proof: Proof) -> tuple[Withheld, ...]:
    """Changes of the policy that were proposed because of it: where automation stops is not for the agent to know."""
    records = [event_of_line(line) for line in proof.events]
    events = [(record, event_of(record)) for record in records if record.payload is not None]
    return tuple(
        Withheld(record.stream, record.seq, without_diff(event).decode())
        for record, event in events
        if isinstance(event, e.FeedbackChanged) and event.proposal is not None
    )


def _masked(proof: Proof, found: Request) -> tuple[tuple[Withheld, ...], tuple[str, ...]]:
    """The request's events that hold a sensitive value, as they may be shown; and which arguments are masked."""
    records = [event_of_line(line) for line in proof.events]
    events = [(record, event_of(record)) for record in records if record.payload is not None]
    routings = [event.routing for _, event in events if isinstance(event, e.Opened | e.Moved)]
    mask = Mask(found, routings)
    if not mask.fields:
        return (), ()
    shown = [(record, mask.payload(event)) for record, event in events]
    withheld = tuple(
        Withheld(record.stream, record.seq, text.decode()) for record, text in shown if text != record.payload
    )
    return withheld, mask.fields


def _policies(others: Sequence[EventLine], found: Request | None, proof: Proof, *, limits: bool) -> Iterable[Withheld]:
    """Of every policy the people of this request alone."""
    if found is None:
        return ()
    wanted = _people(found, proof)
    records = [event_of_line(line) for line in others if line.stream == POLICY and line.payload is not None]
    return [
        Withheld(record.stream, record.seq, people_alone(event_of(record), wanted, limits=limits).decode())
        for record in records
    ]


def _people(found: Request, proof: Proof) -> set[str]:
    routing = found.routing
    staged = {who for stage in routing.stages for who in stage.approvers}
    acted = {id_ for line in proof.events for kind, _, id_ in (line.actor.partition(":"),) if kind == ActorKind.PERSON}
    named = {*routing.approvers, *routing.barred, routing.accountable, routing.risk_owner, *found.told, *found.widened}
    return named | staged | acted
