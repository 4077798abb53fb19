"""What Signoff asks of Teams: who calls, tokens, calls and refusals, turns, people, places, and messages sent."""

from __future__ import annotations

from adapters.teams.client.clouds import CLOUDS, US_GOVERNMENT, Cloud
from adapters.teams.client.credentials import ClientSecret, Credentials, ManagedIdentity
from adapters.teams.client.happening import Happened
from adapters.teams.client.inbound import InboundTokens, tenant_of
from adapters.teams.client.pacing import Pacing
from adapters.teams.client.people import Member, TeamsPeople
from adapters.teams.client.port import Claims, TeamsPort, Thread
from adapters.teams.client.posting import TeamsChat
from adapters.teams.client.publishing import SUMMARY, TeamsPublishing
from adapters.teams.client.references import Channel, Chat, References
from adapters.teams.client.saying import Saying

__all__ = [
    "CLOUDS",
    "SUMMARY",
    "US_GOVERNMENT",
    "Channel",
    "Chat",
    "Claims",
    "ClientSecret",
    "Cloud",
    "Credentials",
    "Happened",
    "InboundTokens",
    "ManagedIdentity",
    "Member",
    "Pacing",
    "References",
    "Saying",
    "TeamsChat",
    "TeamsPeople",
    "TeamsPort",
    "TeamsPublishing",
    "Thread",
    "tenant_of",
]
