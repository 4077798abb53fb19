"""The Web API: https://docs.slack.dev/reference/methods ."""

from tests.fakes.slack.api import chat, conversations, files, installing, users, views
from tests.fakes.slack.api.calls import Call, Refused
from tests.fakes.slack.api.methods import METHODS, Method

__all__ = ["METHODS", "Call", "Method", "Refused", "chat", "conversations", "files", "installing", "users", "views"]
