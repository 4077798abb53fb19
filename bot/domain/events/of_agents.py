"""What happens to an agent and to its instances."""

from __future__ import annotations

from datetime import datetime

from bot.domain.agents import Agent, Credential, Delivery, Instance
from bot.domain.events.fact import Fact


class AgentCreated(Fact, frozen=True, tag="agent.created"):
    """A new non-human identity, with its named owner."""

    agent: Agent


class AgentRevoked(Fact, frozen=True, tag="agent.revoked"):
    """The agent and all of its credentials end here."""

    note: str = ""


class ProvisionerIssued(Fact, frozen=True, tag="agent.provisioner_issued"):
    """A token that can create instances of the agent."""

    credential: Credential


class ProvisionerRevoked(Fact, frozen=True, tag="agent.provisioner_revoked"):
    """That token ended."""

    hash: str


class InstanceCreated(Fact, frozen=True, tag="instance.created"):
    """A running copy of an agent; ``key`` and ``submission`` make the creation repeatable."""

    instance: Instance
    key: str = ""
    submission: str = ""


class InstanceRenamed(Fact, frozen=True, tag="instance.renamed"):
    """It has another name; ``key`` and ``submission`` make the change repeatable."""

    name: str
    key: str = ""
    submission: str = ""


class DeliveryChanged(Fact, frozen=True, tag="instance.delivery_changed"):
    """Its webhook was set, replaced or removed; ``key`` and ``submission`` make the change repeatable."""

    delivery: Delivery | None = None
    key: str = ""
    submission: str = ""


class CredentialIssued(Fact, frozen=True, tag="instance.credential_issued"):
    """It has a new credential; with ``replaces`` set, every older one ends at ``old_end``."""

    credential: Credential
    old_end: datetime | None = None


class InstanceDeleted(Fact, frozen=True, tag="instance.deleted"):
    """It and its credentials ended."""
