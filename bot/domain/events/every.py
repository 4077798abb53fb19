"""Every event there is."""

from __future__ import annotations

from bot.domain.events import of_agents as agents
from bot.domain.events import of_contacts as contacts
from bot.domain.events import of_ledgers as ledgers
from bot.domain.events import of_requests as requests

Event = (
    requests.Opened
    | requests.Signed
    | requests.Decided
    | requests.Withdrawn
    | requests.StageBegan
    | requests.Rescheduled
    | requests.Moved
    | requests.Claimed
    | requests.Unclaimed
    | requests.Asked
    | requests.Answered
    | requests.Revealed
    | requests.Reassigned
    | requests.Snoozed
    | requests.Woken
    | requests.Reminded
    | requests.Escalated
    | requests.Warned
    | requests.Posted
    | requests.LinesPosted
    | requests.Unshown
    | requests.Redeemed
    | requests.GrantMoved
    | requests.Lapsed
    | requests.Revoked
    | requests.OutcomeReported
    | requests.FeedbackOpened
    | requests.FeedbackChanged
    | requests.FeedbackReminded
    | requests.Sampled
    | requests.Graded
    | requests.Erased
    | agents.AgentCreated
    | agents.AgentRevoked
    | agents.ProvisionerIssued
    | agents.ProvisionerRevoked
    | agents.InstanceCreated
    | agents.InstanceRenamed
    | agents.DeliveryChanged
    | agents.CredentialIssued
    | agents.InstanceDeleted
    | ledgers.Paused
    | ledgers.Resumed
    | ledgers.Covered
    | ledgers.Delegated
    | ledgers.DutyEnded
    | ledgers.QuietHoursSet
    | ledgers.Released
    | ledgers.Held
    | ledgers.HoldEnded
    | contacts.ContactReported
    | contacts.ContactErased
    | ledgers.Noted
)
