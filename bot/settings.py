"""Settings: parsed and validated once, from the environment (``SIGNOFF_...``) and an optional ``.env`` file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsInvalid


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
        return self.public_url or f"http://{'localhost' if self.host in {'0.0.0.0', '::'} else self.host}:{self.port}"  # noqa: S104 - compared, not bound


def load_settings(**given: object) -> Settings:
    """The settings, with those ``given`` (from the command line) over the environment's; None means not given.

    Raises:
        SettingsInvalid: naming every setting that can't be used, and why.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        lines = [
            f"SIGNOFF_{str(problem['loc'][0]).upper()}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors()
        ]
        raise SettingsInvalid("\n".join(lines)) from error
