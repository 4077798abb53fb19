"""The tables. ``events`` is the record; every other table of facts is a view of it, the rest is operational.

Times are whole microseconds since 1970 UTC. States are kept as JSON bytes beside the columns that queries narrow by.
The hot paths speak SQL of their own over these tables; a test compares them with what the migrations make.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, Double, Index, Integer, LargeBinary, MetaData, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

# By bytes, on both databases: cheaper than a language's order, and ranges of prefixes work.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
NUMBERED = BigInteger().with_variant(Integer(), "sqlite")
"""A key that the database counts up (SQLite does that for INTEGER alone)."""


COMPACT = {"sqlite_with_rowid": False}
"""Kept in the order of its key, without a number of its own beside it: half the pages to write."""


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Row(SQLModel):
    """What all tables share: a catalogue of their own."""

    metadata: ClassVar[MetaData] = MetaData()


class EventRow(Row, table=True):
    """One event of the record.

    ``xid`` is the PostgreSQL transaction that wrote it (0 elsewhere): sealing waits for all that are older.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("stream", "seq", name="uq_events_stream_seq"),
        Index("ix_events_xid", "xid", "position").ddl_if(dialect="postgresql"),
    )
    position: int | None = Field(default=None, primary_key=True, sa_type=NUMBERED)
    stream: str = Field(sa_type=TEXT)
    seq: int = Field(sa_type=Integer)
    type: str = Field(sa_type=TEXT)
    at: int = Field(sa_type=BigInteger)
    actor: str = Field(sa_type=TEXT)
    surface: str = Field(sa_type=TEXT)
    payload: bytes | None = Field(sa_type=LargeBinary)
    salt: bytes | None = Field(sa_type=LargeBinary)
    digest: bytes = Field(sa_type=LargeBinary)
    prev: bytes = Field(sa_type=LargeBinary)
    hash: bytes = Field(sa_type=LargeBinary)
    xid: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})


class RequestRow(Row, table=True):
    """A request's state, and what requests are looked up by.

    ``waits_under`` is set while edited arguments wait, ``sampled_for`` while somebody's look at it afterwards is
    awaited; ``feedback`` is the state of its feedback item; ``erased`` is 1 once its personal data was erased.
    """

    __tablename__ = "requests"
    __table_args__ = (
        Index("ix_requests_opened", "opened_at", "id", "owner", "version", "head"),
        Index("ix_requests_status", "status", "opened_at", "id"),
        Index("ix_requests_instance", "instance_id", "opened_at"),
        _partial("ix_requests_pending", "deadline_at", "id", where="status = 'pending'"),
        _partial("ix_requests_customer", "customer", "opened_at", where="customer IS NOT NULL"),
        _partial("ix_requests_decided", "decided_at", where="decided_at IS NOT NULL"),
        _partial("ix_requests_kept", "decided_at", "id", where="erased = 0 AND decided_at IS NOT NULL"),
        _partial("ix_requests_feedback", "feedback", "opened_at", "id", where="feedback IS NOT NULL"),
        _partial("ix_requests_sampled", "sampled_for", "opened_at", "id", where="sampled_for IS NOT NULL"),
        _partial("ix_requests_waits_under", "waits_under", where="waits_under IS NOT NULL"),
    )
    id: str = Field(primary_key=True, sa_type=TEXT)
    version: int = Field(sa_type=Integer)
    head: bytes = Field(sa_type=LargeBinary)
    at: int = Field(sa_type=BigInteger)
    state: bytes = Field(sa_type=LargeBinary)
    agent_id: str = Field(sa_type=TEXT)
    instance_id: str = Field(sa_type=TEXT)
    status: str = Field(sa_type=TEXT)
    owner: str = Field(sa_type=TEXT)
    action_type: str = Field(sa_type=TEXT)
    customer: str | None = Field(sa_type=TEXT)
    opened_at: int = Field(sa_type=BigInteger)
    deadline_at: int = Field(sa_type=BigInteger)
    decided_at: int | None = Field(sa_type=BigInteger)
    decided_by: str | None = Field(sa_type=TEXT)
    waits_under: str | None = Field(sa_type=TEXT)
    feedback: str | None = Field(sa_type=TEXT)
    sampled_for: str | None = Field(sa_type=TEXT)
    erased: int = Field(sa_type=Integer, sa_column_kwargs={"server_default": text("0")})
    search: str = Field(sa_type=TEXT)
    amount: float | None = Field(sa_type=Double)


class WordsDueRow(Row, table=True):
    """A request whose words are to be taken into the index; triggers put it here (operational)."""

    __tablename__ = "words_due"
    __table_args__ = (COMPACT,)
    id: str = Field(primary_key=True, sa_type=TEXT)


class AgentRow(Row, table=True):
    """An agent's state; its ``name`` is case folded, to be searched."""

    __tablename__ = "agents"
    id: str = Field(primary_key=True, sa_type=TEXT)
    version: int = Field(sa_type=Integer)
    head: bytes = Field(sa_type=LargeBinary)
    at: int = Field(sa_type=BigInteger)
    state: bytes = Field(sa_type=LargeBinary)
    created_at: int = Field(sa_type=BigInteger)
    name: str = Field(sa_type=TEXT)


class InstanceRow(Row, table=True):
    """An instance's state."""

    __tablename__ = "instances"
    __table_args__ = (Index("ix_instances_agent", "agent_id", "id"),)
    id: str = Field(primary_key=True, sa_type=TEXT)
    version: int = Field(sa_type=Integer)
    head: bytes = Field(sa_type=LargeBinary)
    at: int = Field(sa_type=BigInteger)
    state: bytes = Field(sa_type=LargeBinary)
    agent_id: str = Field(sa_type=TEXT)


class ContactRow(Row, table=True):
    """A contact's state, and what contacts are looked up by; ``customer`` is null once erased."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("ix_contacts_at", "contacted_at", "id"),
        _partial("ix_contacts_customer", "customer", "contacted_at", "id", where="customer IS NOT NULL"),
    )
    id: str = Field(primary_key=True, sa_type=TEXT)
    version: int = Field(sa_type=Integer)
    head: bytes = Field(sa_type=LargeBinary)
    at: int = Field(sa_type=BigInteger)
    state: bytes = Field(sa_type=LargeBinary)
    customer: str | None = Field(sa_type=TEXT)
    contacted_at: int = Field(sa_type=BigInteger)


class LedgerRow(Row, table=True):
    """How far a stream without a state has come."""

    __tablename__ = "ledgers"
    id: str = Field(primary_key=True, sa_type=TEXT)
    version: int = Field(sa_type=Integer)
    head: bytes = Field(sa_type=LargeBinary)
    at: int = Field(sa_type=BigInteger)
    state: bytes = Field(sa_type=LargeBinary)


class TallyRow(Row, table=True):
    """A running count; ``total`` and ``recent`` (a JSON list) are decimals in text."""

    __tablename__ = "tallies"
    __table_args__ = (COMPACT,)
    key: str = Field(primary_key=True, sa_type=TEXT)
    count: int = Field(sa_type=BigInteger)
    total: str = Field(sa_type=TEXT)
    recent: str = Field(sa_type=TEXT)


class KeyRow(Row, table=True):
    """An idempotency key as it was used."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (COMPACT,)
    scope: str = Field(primary_key=True, sa_type=TEXT)
    key: str = Field(primary_key=True, sa_type=TEXT)
    submission: str = Field(sa_type=TEXT)
    subject: str = Field(sa_type=TEXT)
    at: int = Field(sa_type=BigInteger)


class CredentialRow(Row, table=True):
    """A token's SHA-256 and what it may do."""

    __tablename__ = "credentials"
    __table_args__ = (COMPACT,)
    hash: str = Field(primary_key=True, sa_type=TEXT)
    state: bytes = Field(sa_type=LargeBinary)


class DeadlineRow(Row, table=True):
    """When a request needs something."""

    __tablename__ = "deadlines"
    __table_args__ = (Index("ix_deadlines_due", "due_at", "request_id", "kind"), COMPACT)
    request_id: str = Field(primary_key=True, sa_type=TEXT)
    kind: str = Field(primary_key=True, sa_type=TEXT)
    due_at: int = Field(sa_type=BigInteger)


class MessageRow(Row, table=True):
    """A message to be sent (a view of the record) and how far that has come (operational)."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("id", name="uq_outbox_id"),
        _partial("ix_outbox_next", "kind", "next_at", "position", where="status = 'waiting'"),
        _partial(
            "ix_outbox_leased", "kind", "lane", "leased_until", where="status = 'waiting' AND leased_until IS NOT NULL"
        ),
        _partial("ix_outbox_order", "kind", "lane", "position", where="status = 'waiting'"),
    )
    position: int | None = Field(default=None, primary_key=True, sa_type=NUMBERED)
    id: str = Field(sa_type=TEXT)
    kind: str = Field(sa_type=TEXT)
    lane: str = Field(sa_type=TEXT)
    subject: str = Field(sa_type=TEXT)
    body: bytes = Field(sa_type=LargeBinary)
    created_at: int = Field(sa_type=BigInteger)
    status: str = Field(sa_type=TEXT)
    next_at: int = Field(sa_type=BigInteger)
    attempts: int = Field(sa_type=Integer)
    first_attempt_at: int | None = Field(sa_type=BigInteger)
    leased_until: int | None = Field(sa_type=BigInteger)
    ended_at: int | None = Field(sa_type=BigInteger)
    error: str | None = Field(sa_type=TEXT)


class SecretRow(Row, table=True):
    """A secret, sealed with the vault's key."""

    __tablename__ = "secrets"
    name: str = Field(primary_key=True, sa_type=TEXT)
    sealed: bytes = Field(sa_type=LargeBinary)


class LinkRow(Row, table=True):
    """A one-time link to the desk, by its token's SHA-256."""

    __tablename__ = "links"
    hash: str = Field(primary_key=True, sa_type=TEXT)
    email: str = Field(sa_type=TEXT)
    expires_at: int = Field(sa_type=BigInteger)


class SessionRow(Row, table=True):
    """A person signed in on the desk."""

    __tablename__ = "sessions"
    id: str = Field(primary_key=True, sa_type=TEXT)
    email: str = Field(sa_type=TEXT)
    csrf: str = Field(sa_type=TEXT)
    created_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger)


class ShelfRow(Row, table=True):
    """Something small and operational."""

    __tablename__ = "shelf"
    __table_args__ = (_partial("ix_shelf_expires", "expires_at", where="expires_at IS NOT NULL"),)
    room: str = Field(primary_key=True, sa_type=TEXT)
    key: str = Field(primary_key=True, sa_type=TEXT)
    value: bytes = Field(sa_type=LargeBinary)
    expires_at: int | None = Field(sa_type=BigInteger)


class LeafRow(Row, table=True):
    """Which event is which leaf of the Merkle tree."""

    __tablename__ = "leaves"
    __table_args__ = (UniqueConstraint("stream", "seq", name="uq_leaves_stream_seq"),)
    number: int = Field(primary_key=True, sa_type=NUMBERED)
    stream: str = Field(sa_type=TEXT)
    seq: int = Field(sa_type=Integer)


class NodeRow(Row, table=True):
    """A complete subtree's hash."""

    __tablename__ = "nodes"
    __table_args__ = (COMPACT,)
    level: int = Field(primary_key=True, sa_type=Integer)
    number: int = Field(primary_key=True, sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)


class CheckpointRow(Row, table=True):
    """A signed statement of the whole record."""

    __tablename__ = "checkpoints"
    size: int = Field(primary_key=True, sa_type=NUMBERED)
    root: bytes = Field(sa_type=LargeBinary)
    at: int = Field(sa_type=BigInteger)
    previous: bytes = Field(sa_type=LargeBinary)
    key_id: str = Field(sa_type=TEXT)
    signature: bytes = Field(sa_type=LargeBinary)
