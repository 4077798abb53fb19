"""Settings: parsed and validated once, from the environment (``SIGNOFF_...``) and an optional ``.env`` file."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict

from bot.errors import SettingsInvalid

_SECRET = frozenset({"key", "database"})
_OF_AGENTS = frozenset({"SIGNOFF_TOKEN", "SIGNOFF_URL"})
"""Read by agents: the example, and a live replay."""


class Settings(BaseSettings):
    """One page of settings; each is read from ``SIGNOFF_`` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="SIGNOFF_", env_file=".env", extra="ignore", frozen=True)

    database: str = "sqlite:///signoff.db"
    """Where everything is kept: ``sqlite:///path``, ``postgresql://user:password@host/name`` or ``memory:``."""

    policy: Path = Path("policy.yaml")
    """The policy file."""

    host: str = "127.0.0.1"
    """The address to listen on; put a TLS proxy before it when it is not loopback."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8650
    """The port to listen on; 0 picks a free one and prints it."""

    public_url: str = ""
    """How people and agents reach this server: ``https://signoff.example.com``; made of host and port when empty."""

    key_file: Path = Path("signoff.key")
    """The 32-byte master key from which the signing key and the vault's key are derived; made on first use."""

    key: str = ""
    """The same as 64 hex digits, for several processes on one database; wins over the file."""

    allow_private_callbacks: bool = False
    """Let agents register webhooks at private and loopback addresses, without TLS. For tests and closed networks."""

    max_body_bytes: Annotated[int, Field(ge=1024, le=16 * 1024 * 1024)] = 256 * 1024
    """The largest body an agent may send."""

    rate_per_minute: Annotated[int, Field(ge=1)] = 1200
    """Calls a minute that one agent may make, on average."""

    rate_burst: Annotated[int, Field(ge=1)] = 200
    """Calls that one agent may make at once, before the average counts."""

    log_format: Literal["json", "console"] = "json"
    """``json`` for machines, ``console`` for people."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe line that is written."""

    migrate: bool = True
    """Let ``signoff serve`` upgrade the database when that is safe: when nobody else can be using it, or it is new."""

    @field_validator("public_url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("has to start with https:// (or http:// on a closed network)")
        return value.rstrip("/")

    @field_validator("key")
    @classmethod
    def _hex(cls, value: str) -> str:
        if value and not re.fullmatch(r"[0-9a-fA-F]{64}", value):
            raise ValueError("has to be 64 hex digits; `openssl rand -hex 32` makes them")
        return value

    @property
    def url(self) -> str:
        """The public address, without a slash at its end."""
        return self.url_at(self.port)

    def url_at(self, port: int) -> str:
        """The public address of a server that listens on ``port``: the one that was set, else made of the host."""
        everywhere = {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
        host = "localhost" if self.host in everywhere else f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{port}"


def load_settings(**given: object) -> Settings:
    """The settings, with those ``given`` (from the command line) over the environment's; None means not given.

    Raises:
        SettingsInvalid: naming every setting that can't be used, and why.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        raise SettingsInvalid("\n".join(map(_problem, error.errors()))) from error


def unknown_names() -> dict[str, str | None]:
    """Names in the environment or the ``.env`` file that look like settings and are none, with what is close to each.

    What is mistyped would be passed over in silence.
    """
    known = sorted({f"SIGNOFF_{name.upper()}" for name in Settings.model_fields} | _OF_AGENTS)
    given = {name.upper() for name in (*os.environ, *DotEnvSettingsSource(Settings).env_vars)}
    strange = sorted(name for name in given if name.startswith("SIGNOFF_") and name not in known)
    return {name: next(iter(get_close_matches(name, known, n=1)), None) for name in strange}


def _problem(found: ErrorDetails) -> str:
    """One setting that can't be used; what was given is shown unless it may be a secret."""
    name = str(found["loc"][0])
    text = found["msg"].removeprefix("Value error, ").replace("Input should be", "has to be")
    given = "" if name in _SECRET else f", not {str(found['input'])[:40]!r}"
    return f"SIGNOFF_{name.upper()}: {text}{given}"
