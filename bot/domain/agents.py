"""Agents and their instances: non-human identities with least privilege, and the credentials that prove them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from bot.domain.holds import Hold
from bot.domain.pauses import Pause


class CredentialKind(StrEnum):
    """What a bearer token may do."""

    INSTANCE = "instance"
    """Propose actions and follow them, as one instance of an agent."""
    PROVISIONER = "provisioner"
    """Create, list, change and delete an agent's instances; it can't propose anything."""


class Credential(msgspec.Struct, frozen=True, gc=False):
    """A token as we keep it: never the token, only its SHA-256 (it has 256 random bits) and a readable prefix."""

    hash: str
    prefix: str
    kind: CredentialKind
    agent_id: str
    instance_id: str | None
    issued_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None = None


class Agent(msgspec.Struct, frozen=True, gc=False):
    """A non-human identity with a named human owner; it may propose ``action_types`` only (``*`` is all of them).

    ``reads`` are the owners (ids of the policy, ``*`` is all of them) of whom its instances may read what is not its
    own alone: summaries, friction, feedback, search and the files of decisions.
    """

    id: str
    name: str
    owner_email: str
    action_types: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    provisioners: tuple[Credential, ...] = ()
    reads: tuple[str, ...] = ()

    def may_propose(self, action_type: str) -> bool:
        """Whether its allowed action types hold this one."""
        return "*" in self.action_types or action_type in self.action_types

    def may_read(self, owner: str) -> bool:
        """Whether it may read what concerns this owner (an id)."""
        return "*" in self.reads or owner in self.reads


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """Where an instance is told of decisions; the signing secret is kept apart from the record, encrypted."""

    url: str
    registration_id: str


class Instance(msgspec.Struct, frozen=True, gc=False):
    """One running copy of an agent, with a credential of its own and perhaps a webhook."""

    id: str
    agent_id: str
    name: str
    created_at: datetime
    credentials: tuple[Credential, ...] = ()
    delivery: Delivery | None = None
    deleted_at: datetime | None = None


class Ledger(msgspec.Struct, frozen=True, gc=False):
    """A stream of facts that have no state of their own (desk sign-ins, policy versions): just how many there are.

    The ledger of pauses also says what was stopped and not resumed; some of it may be over by its own end. The ledger
    of legal holds says which stand.
    """

    id: str
    count: int = 0
    pauses: tuple[Pause, ...] | None = None
    holds: tuple[Hold, ...] = ()
