"""Audit events: immutable facts, named in the past tense. Everything else is a view of these.

``Event`` is the union of what can happen; ``EventRecord`` is one event as it is kept: chained within its stream, its
payload held apart and bound by a salted digest, so that the payload can be erased and the proof still holds.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bot.domain.agents import Agent, Credential, Delivery, Instance
from bot.domain.jsontext import canonical_as_read
from bot.domain.people import Actor
from bot.domain.requests import (
    Assessment,
    Decision,
    Grant,
    MessageRef,
    OutcomeStatus,
    Proposal,
    Request,
    Routing,
)
from bot.domain.verdicts import Observation, Reservation


class _Fact(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag_field="type"):
    """One fact; its fields are its payload."""


# --- of a request ---------------------------------------------------------------------------------------------------


class Opened(_Fact, frozen=True, tag="request.opened"):
    """An agent proposed an action and the gate gave its verdict."""

    agent_id: str
    instance_id: str
    key: str
    submission: str
    """Digest of the whole proposal, to tell a replayed key from a conflicting one."""
    proposal: Proposal
    digest: str
    assessment: Assessment
    routing: Routing
    deadline_at: datetime
    reserved: tuple[Reservation, ...] = ()
    observed: tuple[Observation, ...] = ()


class Signed(_Fact, frozen=True, tag="request.signed"):
    """One of several needed signatures was given."""

    note: str | None = None


class Decided(_Fact, frozen=True, tag="request.decided"):
    """The one decision. An approval carries its grant; ``reserved`` is what the request holds of the caps from now."""

    decision: Decision
    grant: Grant | None = None
    reserved: tuple[Reservation, ...] = ()


class Claimed(_Fact, frozen=True, tag="request.claimed"):
    """Somebody took it."""


class Unclaimed(_Fact, frozen=True, tag="request.unclaimed"):
    """Whoever had it let it go."""


class Asked(_Fact, frozen=True, tag="request.asked"):
    """A reviewer asked the agent something."""

    question: str
    text: str


class Answered(_Fact, frozen=True, tag="request.answered"):
    """The agent answered."""

    question: str
    text: str


class Revealed(_Fact, frozen=True, tag="request.revealed"):
    """A person looked at a masked field."""

    field: str


class Reassigned(_Fact, frozen=True, tag="request.reassigned"):
    """It was handed to another person, who has it from now on."""

    to: str
    """A person's id."""
    note: str | None = None


class Snoozed(_Fact, frozen=True, tag="request.snoozed"):
    """Somebody will look at it again later; promises and deadlines go on."""

    until: datetime


class Woken(_Fact, frozen=True, tag="request.woken"):
    """The time until which somebody had put it off has come."""

    person: str


class Reminded(_Fact, frozen=True, tag="request.reminded"):
    """A reminder before its promised time was due; ``late_seconds`` where it came late."""

    number: int
    late_seconds: int = 0


class Escalated(_Fact, frozen=True, tag="request.escalated"):
    """A step of its escalation was due: these people (ids) are told, and it is posted there (channel by surface)."""

    number: int
    to: tuple[str, ...]
    post_to: dict[str, str] = {}
    late_seconds: int = 0


class Posted(_Fact, frozen=True, tag="request.posted"):
    """A card of it now stands on a chat surface."""

    message: MessageRef


class LinesPosted(_Fact, frozen=True, tag="request.lines_posted"):
    """Lines about it now stand in the thread below a card."""

    message: MessageRef


class Unshown(_Fact, frozen=True, tag="request.unshown"):
    """Its card can't stand in a place (any more): the channel is gone, or the card was deleted."""

    surface: str
    place: str
    problem: str


class Redeemed(_Fact, frozen=True, tag="request.redeemed"):
    """The agent spent the grant: it runs the action now."""

    key: str


class GrantMoved(_Fact, frozen=True, tag="request.grant_moved"):
    """The grant for edited arguments passed to the agent's next request, which asks for exactly these."""

    to: str


class Lapsed(_Fact, frozen=True, tag="request.lapsed"):
    """The grant's time passed unredeemed; its share of the caps was given back."""


class Revoked(_Fact, frozen=True, tag="request.revoked"):
    """The grant was taken back before it was redeemed."""

    note: str


class OutcomeReported(_Fact, frozen=True, tag="request.outcome_reported"):
    """The agent said what happened."""

    status: OutcomeStatus
    note: str | None = None


class Erased(_Fact, frozen=True, tag="request.erased"):
    """The personal data of this request was erased; ``residue`` is what remains known."""

    residue: Request
    reason: str
    submission: str
    """As in ``Opened``: a key that was used stays used."""
    observed: tuple[Observation, ...] = ()
    """As in ``Opened``: what was counted stays counted."""


# --- of an agent and its instances ----------------------------------------------------------------------------------


class AgentCreated(_Fact, frozen=True, tag="agent.created"):
    """A new non-human identity, with its named owner."""

    agent: Agent


class AgentRevoked(_Fact, frozen=True, tag="agent.revoked"):
    """The agent and all of its credentials end here."""

    note: str = ""


class ProvisionerIssued(_Fact, frozen=True, tag="agent.provisioner_issued"):
    """A token that can create instances of the agent."""

    credential: Credential


class ProvisionerRevoked(_Fact, frozen=True, tag="agent.provisioner_revoked"):
    """That token ended."""

    hash: str


class InstanceCreated(_Fact, frozen=True, tag="instance.created"):
    """A running copy of an agent; ``key`` and ``submission`` make the creation repeatable."""

    instance: Instance
    key: str = ""
    submission: str = ""


class InstanceRenamed(_Fact, frozen=True, tag="instance.renamed"):
    """It has another name; ``key`` and ``submission`` make the change repeatable."""

    name: str
    key: str = ""
    submission: str = ""


class DeliveryChanged(_Fact, frozen=True, tag="instance.delivery_changed"):
    """Its webhook was set, replaced or removed; ``key`` and ``submission`` make the change repeatable."""

    delivery: Delivery | None = None
    key: str = ""
    submission: str = ""


class CredentialIssued(_Fact, frozen=True, tag="instance.credential_issued"):
    """It has a new credential; with ``replaces`` set, every older one ends at ``old_end``."""

    credential: Credential
    old_end: datetime | None = None


class InstanceDeleted(_Fact, frozen=True, tag="instance.deleted"):
    """It and its credentials ended."""


# --- of everything else ---------------------------------------------------------------------------------------------


class Paused(_Fact, frozen=True, tag="ledger.paused"):
    """Automation was stopped for ``scope``: ``everything``, ``action:<id>``, ``agent:<id>`` or ``owner:<id>``."""

    scope: str
    reason: str
    until: datetime | None = None


class Resumed(_Fact, frozen=True, tag="ledger.resumed"):
    """It goes on."""

    scope: str
    reason: str


class Noted(_Fact, frozen=True, tag="ledger.noted"):
    """A fact of the house: a policy version taken into use, a desk link given out, a sign-in."""

    what: str
    facts: dict[str, Any] = {}


Event = (
    Opened
    | Signed
    | Decided
    | Claimed
    | Unclaimed
    | Asked
    | Answered
    | Revealed
    | Reassigned
    | Snoozed
    | Woken
    | Reminded
    | Escalated
    | Posted
    | LinesPosted
    | Unshown
    | Redeemed
    | GrantMoved
    | Lapsed
    | Revoked
    | OutcomeReported
    | Erased
    | AgentCreated
    | AgentRevoked
    | ProvisionerIssued
    | ProvisionerRevoked
    | InstanceCreated
    | InstanceRenamed
    | DeliveryChanged
    | CredentialIssued
    | InstanceDeleted
    | Paused
    | Resumed
    | Noted
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

GENESIS = bytes(32)
"""What the first event of a stream is chained to."""


class EventRecord(msgspec.Struct, frozen=True, gc=False):
    """An event as kept. ``payload`` and ``salt`` are None once erased; ``digest`` still binds what they were."""

    stream: str
    """``request:<id>``, ``agent:<id>``, ``instance:<id>`` or ``ledger:<name>``."""
    seq: int
    """1 for the first of its stream, without gaps."""
    type: str
    at: datetime
    actor: str
    surface: str
    payload: bytes | None
    salt: bytes | None
    digest: bytes
    prev: bytes
    hash: bytes


def payload_digest(salt: bytes, payload: bytes) -> bytes:
    """SHA-256 over salt and payload."""
    return hashlib.sha256(salt + payload).digest()


def chain_hash(
    stream: str, seq: int, type_: str, at: datetime, actor: str, surface: str, digest: bytes, prev: bytes
) -> bytes:
    """SHA-256 of the canonical text of an event's header; ``at`` is written in microseconds since the epoch."""
    header = [stream, seq, type_, micros(at), actor, surface, digest.hex(), prev.hex()]
    return hashlib.sha256(canonical_as_read(header)).digest()


def micros(at: datetime) -> int:
    """Whole microseconds since 1970-01-01 UTC."""
    return (at - _EPOCH) // _MICROSECOND


def keep(event: Event, *, stream: str, seq: int, at: datetime, actor: Actor, salt: bytes, prev: bytes) -> EventRecord:
    """The record of an event at its place in its stream."""
    body = msgspec.to_builtins(event)
    type_ = body.pop("type")
    payload = canonical_as_read(body)
    bound = payload_digest(salt, payload)
    who = str(actor)
    return EventRecord(
        stream=stream,
        seq=seq,
        type=type_,
        at=at,
        actor=who,
        surface=actor.surface,
        payload=payload,
        salt=salt,
        digest=bound,
        prev=prev,
        hash=chain_hash(stream, seq, type_, at, who, actor.surface, bound, prev),
    )


_KINDS: dict[str, type[msgspec.Struct]] = {
    str(kind.__struct_config__.tag): kind
    for kind in Event.__args__  # the members of the union
}


def event_of(record: EventRecord) -> Event:
    """The event that a record keeps.

    Raises:
        ValueError: when its payload was erased or its type is unknown to this version.
    """
    if record.payload is None:
        raise ValueError(f"the payload of {record.stream} #{record.seq} was erased")
    kind = _KINDS.get(record.type)
    if kind is None:
        raise ValueError(f"unknown event type {record.type}")
    body = msgspec.json.decode(record.payload)
    body["type"] = record.type
    return msgspec.convert(body, kind)  # type: ignore[return-value]  # kind is a member of the union
