"""Slack: cards rendered, messages sent, clicks received."""
