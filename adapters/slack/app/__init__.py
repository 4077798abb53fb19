"""What Slack calls us with: clicks, forms, commands, Home. A handler parses and ``Deciding`` decides."""

from adapters.slack.app.installing import OAuth
from adapters.slack.app.slack import Slack

__all__ = ["OAuth", "Slack"]
