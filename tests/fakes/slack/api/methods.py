"""The registry of the methods that the fake knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack.api.calls import Call
from tests.fakes.slack.world import World

Handler = Callable[[World, Call], dict[str, Any]]


@dataclass(frozen=True)
class Method:
    """One method: what it does and what it asks of the token."""

    name: str
    handler: Handler
    scope: str | None
    """The scope that it always needs; some ask for more by what they are called with."""
    token: str
    """`bot`, `app`, or `none` for those that take no token."""


METHODS: dict[str, Method] = {}


def method(name: str, scope: str | None = None, token: str = "bot") -> Callable[[Handler], Handler]:
    """Register a handler."""

    def register(handler: Handler) -> Handler:
        METHODS[name] = Method(name, handler, scope, token)
        return handler

    return register
