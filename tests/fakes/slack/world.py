"""All that the fake Slack knows, with its short-lived things: triggers, response addresses, codes, uploads."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.slack.clock import Minting
from tests.fakes.slack.messages import Message
from tests.fakes.slack.people import BOT_SCOPES, App, Channel, Token, User, Workspace
from tests.fakes.stirring import Stirring

TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_LIFE = timedelta(minutes=30)
RESPONSE_USES = 5
CODE_LIFE = timedelta(minutes=10)


@dataclass
class Trigger:
    """A user's interaction, which may open one view for three seconds."""

    user: User
    at: datetime
    used: bool = False
    view_id: str | None = None
    """The view that it came from; what is pushed with it lies upon that one."""


@dataclass
class ResponseUrl:
    """An address at which the app may answer one interaction: five times in thirty minutes."""

    user: User
    channel: Channel
    at: datetime
    message: Message | None = None
    uses: int = 0


@dataclass
class Code:
    """What a browser carries back from the consent page, good for ten minutes and one exchange."""

    user: User
    scopes: tuple[str, ...]
    redirect_uri: str
    at: datetime
    used: bool = False


@dataclass
class Upload:
    """A file on its way."""

    workspace: Workspace
    filename: str
    length: int
    content: bytes | None = None
    alt_text: str = ""


@dataclass
class World(Stirring):
    """Everything that the server knows."""

    app: App = field(default_factory=App)
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    socket_tickets: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.minting = Minting(self.clock)
        self.tokens[self.app.app_token] = Token(self.app.app_token, None, ("connections:write",))

    def workspace(self, name: str, *, scopes: tuple[str, ...] | None = BOT_SCOPES, **more: Any) -> Workspace:
        """Add a workspace, with the app installed unless `scopes` is None."""
        more.setdefault("id", self.minting.id("T"))
        workspace = Workspace(self.minting, name=name, domain=name.lower().replace(" ", "-"), **more)
        self.workspaces[workspace.id] = workspace
        if scopes is not None:
            self.install(workspace, scopes)
        return workspace

    def install(self, workspace: Workspace, scopes: tuple[str, ...] = BOT_SCOPES) -> Token:
        """A new bot token for the app in this workspace."""
        number = f"{self.minting.number():012d}"
        token = Token(f"xoxb-{number}-{secrets.token_hex(12)}", workspace, tuple(dict.fromkeys(scopes)))
        workspace.tokens.append(token)
        workspace.installed_at = self.now()
        self.tokens[token.value] = token
        return token

    def trigger(self, user: User, view_id: str | None = None) -> str:
        """A trigger id for something that this user just did."""
        team = int(user.workspace.id[1:], 36) % 10**10
        number = f"{self.minting.number():010d}.{team}.{secrets.token_hex(16)}"
        self.triggers[number] = Trigger(user, self.now(), view_id=view_id)
        return number

    def response_url(self, user: User, channel: Channel, message: Message | None = None) -> str:
        """An address for answers to something that this user just did."""
        key = secrets.token_urlsafe(18)
        self.response_urls[key] = ResponseUrl(user, channel, self.now(), message)
        return f"{self.url}/actions/{user.workspace.id}/{key}"

    def code(self, user: User, scopes: tuple[str, ...], redirect_uri: str) -> str:
        """The code that this user's consent gives."""
        value = f"{self.minting.number()}.{secrets.token_hex(16)}"
        self.codes[value] = Code(user, scopes, redirect_uri, self.now())
        return value
