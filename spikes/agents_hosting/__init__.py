"""The port of Teams on the Microsoft 365 Agents SDK (microsoft-agents-hosting-core), which succeeds the Bot Framework.

A trial, no part of the product: nothing in it imports this folder. It stands to ``adapters/teams/client/botbuilder/``
as a replacement would, and ``make spike`` holds it to the same contract (docs/adr/0010-teams-sdk.md).
"""

from __future__ import annotations

from spikes.agents_hosting.bot import AgentsPort

__all__ = ["AgentsPort"]
