"""Every event there is."""

from __future__ import annotations

from bot.domain.events.of_agents import (
    AgentCreated,
    AgentRevoked,
    CredentialIssued,
    DeliveryChanged,
    InstanceCreated,
    InstanceDeleted,
    InstanceRenamed,
    ProvisionerIssued,
    ProvisionerRevoked,
)
from bot.domain.events.of_ledgers import (
    Noted,
    Paused,
    Resumed,
)
from bot.domain.events.of_requests import (
    Answered,
    Asked,
    Claimed,
    Decided,
    Erased,
    Escalated,
    GrantMoved,
    Lapsed,
    LinesPosted,
    Opened,
    OutcomeReported,
    Posted,
    Reassigned,
    Redeemed,
    Reminded,
    Revealed,
    Revoked,
    Signed,
    Snoozed,
    Unclaimed,
    Unshown,
    Woken,
)

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
