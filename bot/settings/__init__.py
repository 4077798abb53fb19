"""Settings: parsed and validated once, from the environment (``SIGNOFF_...``) and an optional ``.env`` file."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict

from bot.errors import SettingsInvalid
from bot.settings import teams
from bot.settings.slack import slack_problem
from bot.settings.teams import teams_problem

_SECRET = frozenset(
    {
        "key",
        "database",
        "checkpoint_url",
        "slack_bot_token",
        "slack_signing_secret",
        "slack_app_token",
        "slack_client_secret",
        "teams_app_secret",
    }
)
"""Never shown, not even in what is said of a wrong one."""

_OF_AGENTS = frozenset({"SIGNOFF_TOKEN", "SIGNOFF_URL"})
"""Read by agents: the example, and a live replay."""

_PREFIXES = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-"}
"""Slack's own: https://docs.slack.dev/authentication/tokens."""

_WHERE_IN_SLACK = "as the app's pages at https://api.slack.com/apps show it"


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

    checkpoint_file: str = ""
    """A file to which signed checkpoints are appended: best where nobody who changes the database can write."""

    checkpoint_url: Annotated[str, Field(repr=False)] = ""
    """An address to which they are posted, https://..., by the same rules as webhooks."""

    checkpoint_channel: str = ""
    """A chat channel in which they are posted: ``slack:C0AUDIT`` or ``teams:19:...``."""

    checkpoint_minutes: Annotated[float, Field(ge=0.05, le=7 * 24 * 60)] = 60.0
    """Minutes from one published checkpoint to the next; nothing is published while nothing happens."""

    slack_bot_token: Annotated[str, Field(repr=False)] = ""
    """The token of the app in one workspace, ``xoxb-...``; Slack is off while this and the client id are empty."""

    slack_signing_secret: Annotated[str, Field(repr=False)] = ""
    """What Slack signs its calls with; not needed in Socket Mode."""

    slack_app_token: Annotated[str, Field(repr=False)] = ""
    """An app-level token, ``xapp-...``: calls come over a socket that we open (Socket Mode), not to our address."""

    slack_client_id: str = ""
    """With the client secret, in place of the bot token: any number of workspaces install the app by OAuth."""

    slack_client_secret: Annotated[str, Field(repr=False)] = ""
    """See ``slack_client_id``."""

    slack_workspaces: str = ""
    """With OAuth: the workspaces (team ids, ``T0ACME,T0BETA``) that may install the app. Whoever runs a workspace says
    which address its accounts have, and so who they are to the policy."""

    slack_api_url: str = "https://slack.com/api/"
    """Where Slack's Web API is; GovSlack has its own. Ends with a slash; https unless loopback."""

    slack_message_seconds: Annotated[float, Field(ge=0, le=60)] = 1.0
    """Seconds between two messages in one channel; Slack allows about one a second."""

    teams_app_id: str = ""
    """The bot's app (client) id, by which Microsoft Teams knows it; Teams is off while this is empty."""

    teams_app_secret: Annotated[str, Field(repr=False)] = ""
    """A client secret of that app: its value, not its id."""

    teams_tenant: str = ""
    """The directory (tenant) id of the organisation that the bot is registered in, and whose people may act."""

    teams_managed_identity: str = ""
    """In place of the secret, on Azure: the client id of the managed identity under which the bot is registered, which
    is then the app id too."""

    teams_cloud: str = "public"
    """``public``, ``gcc``, ``us_government``, ``dod``, ``china``, or a YAML file with another cloud's addresses."""

    @field_validator("public_url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("has to start with https:// (or http:// on a closed network)")
        return value.rstrip("/")

    @field_validator("checkpoint_channel")
    @classmethod
    def _on_a_surface(cls, value: str) -> str:
        surface, _, place = value.strip().partition(":")
        if value and (surface not in {"slack", "teams"} or not place.strip()):
            raise ValueError("has to be slack: or teams: and the channel's id, such as slack:C0AUDIT")
        return value.strip()

    @field_validator("key")
    @classmethod
    def _hex(cls, value: str) -> str:
        if value and not re.fullmatch(r"[0-9a-fA-F]{64}", value):
            raise ValueError("has to be 64 hex digits; `openssl rand -hex 32` makes them")
        return value

    @field_validator(
        "slack_bot_token", "slack_signing_secret", "slack_app_token", "slack_client_id", "slack_client_secret"
    )
    @classmethod
    def _copied_whole(cls, value: str, about: ValidationInfo) -> str:
        value = value.strip()
        prefix = _PREFIXES.get(about.field_name or "", "")
        if value and (not value.startswith(prefix) or re.search(r"\s", value)):
            raise ValueError(f"has to be one word{f' that starts with {prefix}' * bool(prefix)}, {_WHERE_IN_SLACK}")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _of_an_api(cls, value: str) -> str:
        parts = urlsplit(value.strip())
        loopback = parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if not parts.hostname or parts.query or (parts.scheme != "https" and not (loopback and parts.scheme == "http")):
            raise ValueError("has to start with https://, such as https://slack.com/api/")
        return value.strip().rstrip("/") + "/"

    @field_validator("teams_app_id", "teams_tenant", "teams_managed_identity")
    @classmethod
    def _id_in_a_directory(cls, value: str) -> str:
        return teams.guid(value)

    @field_validator("teams_app_secret")
    @classmethod
    def _secret_s_value(cls, value: str) -> str:
        return teams.secret(value)

    @field_validator("teams_cloud")
    @classmethod
    def _known_cloud(cls, value: str) -> str:
        return teams.cloud(value)

    @model_validator(mode="after")
    def _together(self) -> Settings:
        """What is set of a chat surface has to make one whole.

        Raises:
            ValueError: naming the settings and what to do.
        """
        if problem := slack_problem(self) or teams_problem(self):
            raise ValueError(problem)
        return self

    @property
    def slack_mode(self) -> Literal["off", "http", "socket"]:
        """How Slack reaches us: not at all, by calls to ``/slack/events``, or over a socket that we open."""
        if not self.slack_bot_token and not self.slack_client_id:
            return "off"
        return "socket" if self.slack_app_token else "http"

    @property
    def slack_teams(self) -> tuple[str, ...]:
        """The workspaces that may install the app, by team id."""
        return tuple(filter(None, re.split(r"[,\s]+", self.slack_workspaces)))

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
    text = found["msg"].removeprefix("Value error, ").replace("Input should be", "has to be")
    if not found["loc"]:  # of several settings together; the text names them, and the input would show all of them
        return text
    name = str(found["loc"][0])
    given = "" if name in _SECRET else f", not {str(found['input'])[:40]!r}"
    return f"SIGNOFF_{name.upper()}: {text}{given}"
