"""One call of the Web API: its arguments, however they were sent, and how methods refuse."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.fakes.slack.blocks import Problem
from tests.fakes.slack.people import Token, Workspace

Json = dict[str, Any]


class Refused(Exception):
    """`ok: false` with this error code; `extra` goes into the answer."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra


def refused_for(error: str, problems: list[Problem]) -> Refused:
    """The refusal of blocks or a view, with each problem as Slack words it."""
    words = [str(each) for each in problems]
    return Refused(error, errors=words, response_metadata={"messages": [f"[ERROR] {each}" for each in words]})


@dataclass(eq=False)
class Call:
    """A call as it came in; `outcome` is `ok`, an error code, or the name of the fault it met."""

    method: str
    args: Json
    token: Token | None
    at: datetime
    outcome: str = ""
    answer: Json | None = None

    @property
    def workspace(self) -> Workspace:
        """The workspace of the token; only where the method wants a bot token."""
        if self.token is None or self.token.workspace is None:
            raise Refused("not_allowed_token_type")
        return self.token.workspace

    def given(self, name: str) -> bool:
        """Whether the argument came with a value."""
        return self.args.get(name) not in (None, "")

    def text(self, name: str, default: str | None = None) -> str:
        """A text argument; without default it is required."""
        value = self.args.get(name)
        if value is None or value == "":
            if default is None:
                raise _missing(name)
            return default
        if not isinstance(value, str):
            raise _wrong(name, "must be a valid string")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean argument, in any of the forms that Slack takes."""
        value = self.args.get(name, default)
        if isinstance(value, bool):
            return value
        return str(value).lower() in {"1", "true"}

    def whole(self, name: str, default: int) -> int:
        """A whole number."""
        value = self.args.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError):
            raise Refused(f"invalid_{name}") from None

    def decoded(self, name: str, error: str = "invalid_arguments") -> Any:
        """A JSON argument, sent as text or as itself; None when absent."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(error) from None

    def listed(self, name: str) -> list[str]:
        """A list of ids, sent with commas between or as a list."""
        value = self.args.get(name)
        if isinstance(value, str):
            return [each.strip() for each in value.split(",") if each.strip()]
        return [str(each) for each in value or []]


def _missing(name: str) -> Refused:
    return Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name}"]})


def _wrong(name: str, what: str) -> Refused:
    return Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {what} [json-pointer:/{name}]"]})
