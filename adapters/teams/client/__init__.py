"""What Signoff asks of Teams: who calls, tokens, calls and refusals, turns, people, places, and messages sent."""

from __future__ import annotations

from adapters.teams.client.credentials import ClientSecret, Credentials, ManagedIdentity
from adapters.teams.client.inbound import US_GOVERNMENT, Cloud, InboundTokens, tenant_of
from adapters.teams.client.port import Claims, TeamsPort, Thread

__all__ = [
    "US_GOVERNMENT",
    "Claims",
    "ClientSecret",
    "Cloud",
    "Credentials",
    "InboundTokens",
    "ManagedIdentity",
    "TeamsPort",
    "Thread",
    "tenant_of",
]
