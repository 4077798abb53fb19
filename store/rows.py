"""Rows: how records, states and messages are laid out in columns, the same for every database.

Text that comes from outside may hold U+0000, which PostgreSQL keeps in no text column: keys are escaped (``safe``),
what is only searched is blanked (``shown``). States and payloads are bytes and keep everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from bot.domain.agents import Agent, Credential, Instance, Ledger
from bot.domain.contacts import Contact
from bot.domain.events import EventRecord, micros, moment
from bot.domain.requests import Request
from bot.domain.spelling import spelled
from bot.domain.verdicts import Tally
from bot.recording import Kept, KeyUse, Message, sampled_for, search_text, waits_under

Columns = tuple[Any, ...]
S = TypeVar("S", Request, Agent, Instance, Ledger, Contact)

encode = msgspec.json.Encoder().encode
_STATES: dict[type[Any], msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind) for kind in (Request, Agent, Instance, Ledger, Contact, Credential)
}
_amounts = msgspec.json.Decoder(tuple[Decimal, ...])

EVENT = ("stream", "seq", "type", "at", "actor", "surface", "payload", "salt", "digest", "prev", "hash")
STATE = ("id", "version", "head", "at", "state")
REQUEST = (
    *STATE,
    "agent_id",
    "instance_id",
    "status",
    "owner",
    "action_type",
    "customer",
    "opened_at",
    "deadline_at",
    "decided_at",
    "decided_by",
    "waits_under",
    "feedback",
    "sampled_for",
    "erased",
    "search",
    "amount",
)
AGENT = (*STATE, "created_at", "name")
INSTANCE = (*STATE, "agent_id")
CONTACT = (*STATE, "customer", "contacted_at")
TALLY = ("key", "count", "total", "recent")
KEY = ("scope", "key", "submission", "subject", "at")
MESSAGE = ("id", "kind", "lane", "subject", "body", "created_at")


def safe(key: str) -> str:
    """A key in which U+0000 is escaped, so that different keys stay different."""
    if "\x00" in key or "\x01" in key:
        return key.replace("\x01", "\x011").replace("\x00", "\x010")
    return key


def unsafe(key: str) -> str:
    """The key that was made safe."""
    return key.replace("\x010", "\x00").replace("\x011", "\x01") if "\x01" in key else key


def shown(text: str) -> str:
    """A text in which U+0000 is blanked."""
    return text.replace("\x00", "\ufffd")


def same_customer(kept: str, wanted: str) -> bool:
    """Whether two names are one customer's, spelled in two ways."""
    return spelled(shown(kept)) == spelled(shown(wanted))


# --- into columns ---------------------------------------------------------------------------------------------------


def event_row(record: EventRecord) -> Columns:
    """Columns ``EVENT``."""
    return msgspec.structs.astuple(record)


def _state(id_: str, kept: Kept[Any]) -> Columns:
    return id_, kept.version, kept.head, micros(kept.at), encode(kept.state)


def request_row(id_: str, kept: Kept[Request]) -> Columns:
    """Columns ``REQUEST``."""
    request = kept.state
    decision = request.decision
    customer = request.assessment.context.customer
    return (
        *_state(id_, kept),
        request.agent_id,
        request.instance_id,
        request.status,
        request.routing.owner,
        shown(request.assessment.action_type),
        None if customer is None else shown(customer),
        micros(request.opened_at),
        micros(request.deadline_at),
        None if decision is None else micros(decision.at),
        None if decision is None else decision.by.id,
        waits_under(request),
        None if request.feedback is None else request.feedback.state.value,
        sampled_for(request),
        int(request.erased),
        search_text(request),
        request_amount(request),
    )


def request_amount(request: Request) -> float | None:
    """The amount that was asked for; every amount of the allowed length is a distinct double."""
    amount = request.assessment.amount
    return None if amount is None else float(amount.amount)


def agent_row(id_: str, kept: Kept[Agent]) -> Columns:
    """Columns ``AGENT``."""
    return *_state(id_, kept), micros(kept.state.created_at), shown(kept.state.name).casefold()


def instance_row(id_: str, kept: Kept[Instance]) -> Columns:
    """Columns ``INSTANCE``."""
    return *_state(id_, kept), kept.state.agent_id


def contact_row(id_: str, kept: Kept[Contact]) -> Columns:
    """Columns ``CONTACT``; nobody is found by a contact whose customer was erased."""
    contact = kept.state
    return *_state(id_, kept), shown(contact.customer) or None, micros(contact.at)


def ledger_row(id_: str, kept: Kept[Ledger]) -> Columns:
    """Columns ``STATE``."""
    return _state(id_, kept)


def tally_row(tally: Tally) -> Columns:
    """Columns ``TALLY``."""
    recent = "[" + ",".join(f'"{amount}"' for amount in tally.recent) + "]"
    return safe(tally.key), tally.count, str(tally.total), recent


def key_row(use: KeyUse) -> Columns:
    """Columns ``KEY``."""
    return use.scope, safe(use.key), use.submission, use.subject, micros(use.at)


def message_row(message: Message) -> Columns:
    """Columns ``MESSAGE``."""
    return message.id, message.kind, message.lane, message.subject, message.body, micros(message.created_at)


# --- out of columns -------------------------------------------------------------------------------------------------


def record_of(row: Sequence[Any]) -> EventRecord:
    """The record in columns ``EVENT``."""
    return EventRecord(*row)


def state_of(kind: type[S], state: bytes) -> S:
    """The state in a column ``state``."""
    decoded: S = _STATES[kind].decode(state)
    return decoded


def kept_of(kind: type[S], row: Sequence[Any]) -> Kept[S]:
    """The state with its place in its stream, from columns ``STATE``."""
    _, version, head, at, state = row
    return Kept(state_of(kind, state), version, head, moment(at))


def tally_of(row: Sequence[Any]) -> Tally:
    """The tally in columns ``TALLY``."""
    key, count, total, recent = row
    return Tally(unsafe(key), count, Decimal(total), _amounts.decode(recent) if recent != "[]" else ())


def key_of(row: Sequence[Any]) -> KeyUse:
    """The use of a key in columns ``KEY``."""
    scope, key, submission, subject, at = row
    return KeyUse(scope, unsafe(key), submission, subject, moment(at))


def credential_of(state: bytes) -> Credential:
    """The credential in a column ``state``."""
    decoded: Credential = _STATES[Credential].decode(state)
    return decoded


def message_of(row: Sequence[Any]) -> Message:
    """The message in columns ``MESSAGE``."""
    id_, kind, lane, subject, body, created_at = row
    return Message(id_, kind, lane, subject, body, moment(created_at))


def optional_moment(microseconds: int | None) -> datetime | None:
    """As ``moment``, None staying None."""
    return None if microseconds is None else moment(microseconds)
