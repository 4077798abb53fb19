"""Who and what there is: the bot's registration, tenants, people, teams, channels, chats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from tests.fakes.teams.messages import Message
    from tests.fakes.teams.minting import Minting

BOT_ID = "0c0ffee0-5160-4f0f-8000-00000000b07a"
HOME_TENANT = "0c0ffee0-5160-4f0f-8000-0000000000aa"


@dataclass
class App:
    """The bot as registered with Azure: single tenant, so `tenant_id` alone gives it tokens."""

    id: str = BOT_ID
    secret: str = "fake-client-secret"
    name: str = "Signoff"
    tenant_id: str = HOME_TENANT
    messaging_url: str = ""
    """Where Teams calls it. Filled by `FakeTeams.connect`."""
    scope: str = "https://api.botframework.com"
    issuer: str = "https://api.botframework.com"

    @property
    def teams_id(self) -> str:
        """The bot's id in conversations."""
        return f"28:{self.id}"

    @property
    def account(self) -> dict[str, Any]:
        """The bot as the one to whom an activity goes."""
        return {"id": self.teams_id, "name": self.name}


@dataclass(eq=False)
class User:
    """Somebody in one tenant."""

    tenant: Tenant = field(repr=False)
    id: str
    """As this bot sees them: `29:...`."""
    name: str
    aad_id: str
    email: str | None = None
    tz: str = field(default="America/New_York", repr=False)
    locale: str = field(default="en-US", repr=False)
    installed: bool = False
    """Whether the bot is installed in their personal scope."""
    blocked: bool = False
    """Whether they have blocked the bot."""

    @property
    def mention(self) -> str:
        """How a text names this person, where an entity goes along."""
        return f"<at>{self.name}</at>"

    def as_member(self) -> dict[str, Any]:
        """The member object of the connector's answers."""
        given, _, surname = self.name.partition(" ")
        return {
            "id": self.id,
            "name": self.name,
            "objectId": self.aad_id,
            "aadObjectId": self.aad_id,
            "givenName": given,
            "surname": surname,
            "email": self.email,
            "userPrincipalName": self.email,
            "tenantId": self.tenant.id,
            "userRole": "user",
        }


@dataclass(eq=False)
class Chat:
    """The 1:1 conversation of one person with the bot."""

    user: User
    id: str
    messages: dict[str, Message] = field(default_factory=dict, repr=False)

    @property
    def tenant(self) -> Tenant:
        """Where it is."""
        return self.user.tenant

    @property
    def people(self) -> list[User]:
        """Who sees it."""
        return [self.user]


@dataclass(eq=False)
class Channel:
    """A channel of a team; `messages` has its posts and every reply."""

    team: Team = field(repr=False)
    id: str
    name: str
    deleted: bool = False
    messages: dict[str, Message] = field(default_factory=dict, repr=False)

    @property
    def tenant(self) -> Tenant:
        """Where it is."""
        return self.team.tenant

    @property
    def people(self) -> list[User]:
        """Who sees it."""
        return self.team.members


Place = Channel | Chat


@dataclass(eq=False)
class Team:
    """A team; its id is its General channel's, as in Teams."""

    tenant: Tenant = field(repr=False)
    id: str
    name: str
    aad_group_id: str
    members: list[User] = field(repr=False)
    installed: bool = True
    archived: bool = False
    deleted: bool = False
    channels: dict[str, Channel] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.channel("General", id=self.id)

    @property
    def general(self) -> Channel:
        """The channel that every team has."""
        return self.channels[self.id]

    def channel(self, name: str, *, id: str = "") -> Channel:  # noqa: A002 - Teams' word
        """Add a channel."""
        channel = Channel(self, id or self.tenant.minting.channel_id(), name)
        self.channels[channel.id] = channel
        return channel


@dataclass(eq=False)
class Tenant:
    """One organisation."""

    minting: Minting = field(repr=False)
    id: str
    name: str
    region: str = "amer"
    """Part of its service address; see `FakeTeams.move`."""
    closed_regions: set[str] = field(default_factory=set)
    """Regions whose address refuses this tenant's conversations."""
    bot_disabled: bool = False
    """Whether its administrator has disabled the bot."""
    users: dict[str, User] = field(default_factory=dict, repr=False)
    teams: dict[str, Team] = field(default_factory=dict, repr=False)
    chats: dict[str, Chat] = field(default_factory=dict, repr=False)
    """By id."""

    def user(self, name: str, email: str | None = None, *, aad_id: str | UUID = "", **more: Any) -> User:
        """Add a person."""
        more.setdefault("id", self.minting.user_id())
        user = User(tenant=self, name=name, email=email, aad_id=str(aad_id or uuid4()), **more)
        self.users[user.id] = user
        return user

    def team(self, name: str, members: Iterable[User] = (), *, id: str = "", installed: bool = True) -> Team:  # noqa: A002 - Teams' word
        """Add a team, with the bot installed (telling nobody) unless told otherwise."""
        team = Team(self, id or self.minting.channel_id(), name, str(uuid4()), list(members), installed)
        self.teams[team.id] = team
        return team

    def chat(self, user: User) -> Chat:
        """The 1:1 conversation of the bot with this person, begun if there is none."""
        for chat in self.chats.values():
            if chat.user is user:
                return chat
        chat = Chat(user, self.minting.chat_id())
        self.chats[chat.id] = chat
        return chat

    def find_user(self, id: str) -> User | None:  # noqa: A002 - Teams' word
        """A person by Teams id, directory object id or user principal name."""
        wanted = id.lower()
        for user in self.users.values():
            if id == user.id or wanted in {user.aad_id.lower(), (user.email or "").lower() or user.id}:
                return user
        return None
