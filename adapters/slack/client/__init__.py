"""What Signoff asks of Slack: workspaces and tokens, calls and refusals, turns, people, and messages sent."""

from __future__ import annotations

from adapters.slack.client.calling import call, make_client, make_session
from adapters.slack.client.installing import Installations, Installed, States
from adapters.slack.client.mentioning import mentions_of
from adapters.slack.client.pacing import Pacing
from adapters.slack.client.people import SlackPeople
from adapters.slack.client.posting import SlackChat
from adapters.slack.client.publishing import SlackPublishing
from adapters.slack.client.refusals import TokenRefused
from adapters.slack.client.workspaces import Suspended, Workspace, Workspaces

__all__ = [
    "Installations",
    "Installed",
    "Pacing",
    "SlackChat",
    "SlackPeople",
    "SlackPublishing",
    "States",
    "Suspended",
    "TokenRefused",
    "Workspace",
    "Workspaces",
    "call",
    "make_client",
    "make_session",
    "mentions_of",
]
