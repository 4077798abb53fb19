"""Agents and their instances."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from bot.domain import events as e
from bot.domain.agents import Agent, Credential, Instance


def apply_agent(state: Agent | None, event: e.Event, at: datetime) -> Agent:
    """The agent after one of its events.

    Raises:
        ValueError: when the event is not one of an agent.
    """
    if isinstance(event, e.AgentCreated):
        return event.agent
    if state is None:
        raise ValueError("the first event of an agent is AgentCreated")
    if isinstance(event, e.AgentRevoked):
        return replace(
            state, revoked_at=at, provisioners=tuple(_ended(credential, at) for credential in state.provisioners)
        )
    if isinstance(event, e.ProvisionerIssued):
        return replace(state, provisioners=(*state.provisioners, event.credential))
    if isinstance(event, e.ProvisionerRevoked):
        return replace(
            state,
            provisioners=tuple(
                _ended(credential, at) if credential.hash == event.hash else credential
                for credential in state.provisioners
            ),
        )
    raise ValueError(f"{type(event).__name__} is no event of an agent")


def apply_instance(state: Instance | None, event: e.Event, at: datetime) -> Instance:
    """The instance after one of its events.

    Raises:
        ValueError: when the event is not one of an instance.
    """
    if isinstance(event, e.InstanceCreated):
        return event.instance
    if state is None:
        raise ValueError("the first event of an instance is InstanceCreated")
    if isinstance(event, e.InstanceRenamed):
        return replace(state, name=event.name)
    if isinstance(event, e.DeliveryChanged):
        return replace(state, delivery=event.delivery)
    if isinstance(event, e.CredentialIssued):
        old = state.credentials
        if event.old_end is not None:
            old = tuple(_ended(credential, event.old_end) for credential in old)
        return replace(state, credentials=(*old, event.credential))
    if isinstance(event, e.InstanceDeleted):
        return replace(
            state,
            deleted_at=at,
            delivery=None,
            credentials=tuple(_ended(credential, at) for credential in state.credentials),
        )
    raise ValueError(f"{type(event).__name__} is no event of an instance")


def _ended(credential: Credential, at: datetime) -> Credential:
    if credential.revoked_at is not None and credential.revoked_at <= at:
        return credential
    return replace(credential, revoked_at=at)
