"""Who and what there is: the app, workspaces, users, groups, channels, tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.slack.clock import Minting
    from tests.fakes.slack.messages import Message
    from tests.fakes.slack.views import View

BOT_SCOPES = (
    "chat:write",
    "commands",
    "im:write",
    "users:read",
    "users:read.email",
    "usergroups:read",
    "channels:read",
    "groups:read",
    "channels:history",
    "groups:history",
    "im:history",
    "im:read",
    "files:write",
)
"""What an installed app is granted unless the test says otherwise."""


class ChannelKind(StrEnum):
    """The kinds of conversation, by the names that `conversations.list` gives them."""

    PUBLIC = "public_channel"
    PRIVATE = "private_channel"
    DM = "im"
    GROUP_DM = "mpim"

    @property
    def scope(self) -> str:
        """The word for it in scopes: `channels:read`, `im:history`."""
        words = {"public_channel": "channels", "private_channel": "groups"}
        return words.get(self.value, self.value)


class TokenState(StrEnum):
    """Whether a token works, else the error that it earns."""

    ACTIVE = "active"
    REVOKED = "token_revoked"
    UNINSTALLED = "account_inactive"


@dataclass
class App:
    """The app as registered with Slack. The addresses are where Slack calls it."""

    id: str = "A0SIGNOFF1"
    client_id: str = "1111.2222"
    client_secret: str = "fake-client-secret"
    signing_secret: str = "fake-signing-secret"
    app_token: str = "xapp-1-A0SIGNOFF1-fake"
    verification_token: str = "fake-verification-token"
    events_url: str = ""
    interactivity_url: str = ""
    options_url: str = ""
    commands: dict[str, str] = field(default_factory=dict)
    """Each slash command with its address; an unknown one can't be typed. Filled by `FakeSlack.connect`."""
    redirect_urls: list[str] = field(default_factory=list)
    subscriptions: set[str] = field(
        default_factory=lambda: {
            "app_home_opened",
            "app_mention",
            "app_uninstalled",
            "member_left_channel",
            "message.im",
            "tokens_revoked",
        }
    )


@dataclass(eq=False)
class User:
    """A member of one workspace."""

    workspace: Workspace = field(repr=False)
    id: str
    name: str
    real_name: str
    email: str | None = None
    tz: str = field(default="America/New_York", repr=False)
    is_bot: bool = field(default=False, repr=False)
    is_admin: bool = field(default=False, repr=False)
    deleted: bool = field(default=False, repr=False)
    status_text: str = field(default="", repr=False)
    status_emoji: str = field(default="", repr=False)
    status_expiration: int = field(default=0, repr=False)

    @property
    def mention(self) -> str:
        """How a message names this user."""
        return f"<@{self.id}>"


@dataclass(eq=False)
class UserGroup:
    """A user group (`@supervisors`)."""

    id: str
    handle: str
    name: str
    members: list[User]
    enabled: bool = True


@dataclass(eq=False)
class Channel:
    """A conversation of any kind and what was said in it."""

    workspace: Workspace = field(repr=False)
    id: str
    name: str
    kind: ChannelKind
    members: list[User] = field(repr=False)
    archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict, repr=False)

    @property
    def has_bot(self) -> bool:
        """Whether the app's bot is a member."""
        return self.workspace.bot in self.members


@dataclass(eq=False)
class Token:
    """A bot token, or the app-level one (without workspace)."""

    value: str
    workspace: Workspace | None
    scopes: tuple[str, ...]
    state: TokenState = TokenState.ACTIVE


@dataclass(eq=False)
class Workspace:
    """One Slack workspace; its bot exists from the start, its token once the app is installed."""

    minting: Minting = field(repr=False)
    id: str
    name: str
    domain: str
    paid: bool = True
    """Whether it has user groups."""
    home_enabled: bool = True
    edit_window: timedelta | None = None
    """How long a message may be edited; None for ever."""
    installed_at: datetime | None = None
    users: dict[str, User] = field(default_factory=dict, repr=False)
    groups: dict[str, UserGroup] = field(default_factory=dict, repr=False)
    channels: dict[str, Channel] = field(default_factory=dict, repr=False)
    tokens: list[Token] = field(default_factory=list, repr=False)
    ephemerals: list[Message] = field(default_factory=list, repr=False)
    views: dict[str, View] = field(default_factory=dict, repr=False)
    """Every view ever opened, by id."""
    stacks: dict[str, list[View]] = field(default_factory=dict, repr=False)
    """The modals that each user has open, the topmost last."""
    homes: dict[str, View] = field(default_factory=dict, repr=False)
    bot_id: str = ""
    bot: User = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.bot_id = self.bot_id or self.minting.id("B")
        self.bot = self.user("signoff", real_name="Signoff", is_bot=True)

    @property
    def token(self) -> str:
        """The newest token of the app here; empty when it was never installed."""
        return self.tokens[-1].value if self.tokens else ""

    def user(self, name: str, email: str | None = None, *, id: str = "", **more: Any) -> User:  # noqa: A002 - Slack's word
        """Add a member."""
        more.setdefault("real_name", name.title())
        user = User(workspace=self, id=id or self.minting.id("U"), name=name, email=email, **more)
        self.users[user.id] = user
        return user

    def group(self, handle: str, members: Iterable[User], *, id: str = "") -> UserGroup:  # noqa: A002 - Slack's word
        """Add a user group."""
        group = UserGroup(id or self.minting.id("S"), handle, handle.title(), list(members))
        self.groups[group.id] = group
        return group

    def channel(
        self,
        name: str,
        members: Iterable[User] = (),
        *,
        private: bool = False,
        with_bot: bool = True,
        id: str = "",  # noqa: A002 - Slack's word
    ) -> Channel:
        """Add a channel; the bot is a member unless told otherwise."""
        kind = ChannelKind.PRIVATE if private else ChannelKind.PUBLIC
        return self._conversation(id or self.minting.id("C"), name, kind, [*members, *[self.bot][: int(with_bot)]])

    def dm(self, *users: User) -> Channel:
        """The conversation of the bot with these users, opened if there is none."""
        wanted = {self.bot, *users}
        for channel in self.channels.values():
            if channel.kind in {ChannelKind.DM, ChannelKind.GROUP_DM} and {*channel.members} == wanted:
                return channel
        if len(users) == 1:
            return self._conversation(self.minting.id("D"), "directmessage", ChannelKind.DM, [*users, self.bot])
        name = "mpdm-" + "--".join(user.name for user in users)
        return self._conversation(self.minting.id("G"), name, ChannelKind.GROUP_DM, [*users, self.bot])

    def _conversation(self, number: str, name: str, kind: ChannelKind, members: list[User]) -> Channel:
        channel = Channel(workspace=self, id=number, name=name, kind=kind, members=members)
        self.channels[channel.id] = channel
        return channel
