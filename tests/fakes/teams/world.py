"""All that the fake Teams knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.stirring import Stirring
from tests.fakes.teams.messages import Message, Version
from tests.fakes.teams.minting import Minting
from tests.fakes.teams.people import App, Channel, Chat, Place, Team, Tenant, User

if TYPE_CHECKING:
    from tests.fakes.teams.dialogs import Dialog

Json = dict[str, Any]


@dataclass
class World(Stirring):
    """Everything that the server knows."""

    app: App = field(default_factory=App)
    tenants: dict[str, Tenant] = field(default_factory=dict)
    dialogs: dict[str, list[Dialog]] = field(default_factory=dict)
    """What each person (by id) has open, the one in front last."""
    toasts: dict[str, list[str]] = field(default_factory=dict)
    """What each person (by id) was shown in passing, oldest first."""
    smallest_page: int = 50
    """The fewest members on a page, whatever the bot asks for."""
    card_bytes: int = 28 * 1024
    activity_bytes: int = 40 * 1024
    on_shown: Callable[[Message], None] | None = None
    """Called when a message of the bot appears or changes."""

    def __post_init__(self) -> None:
        self.minting = Minting(self.clock)

    def tenant(self, name: str, **more: Any) -> Tenant:
        """Add a tenant; the first is the bot's own unless an id is given."""
        more.setdefault("id", self.app.tenant_id if not self.tenants else "")
        more["id"] = more["id"] or self._foreign_tenant_id()
        tenant = Tenant(self.minting, name=name, **more)
        self.tenants[tenant.id] = tenant
        return tenant

    def service_url(self, tenant: Tenant) -> str:
        """Where the connector is for this tenant, with the closing slash that Teams gives it."""
        return f"{self.url}/{tenant.region}/{tenant.id}/"

    def place(self, conversation_id: str) -> tuple[Place, Message | None] | None:
        """The conversation with this id, and the post where it is that post's thread."""
        id_, _, post = conversation_id.partition(";messageid=")
        for tenant in self.tenants.values():
            if id_ in tenant.chats:
                return tenant.chats[id_], None
            for team in tenant.teams.values():
                if id_ in team.channels:
                    channel = team.channels[id_]
                    if not post:
                        return channel, None
                    message = channel.messages.get(post)
                    return (channel, message) if message is not None and message.root is None else None
        return None

    def team(self, team_id: str) -> Team | None:
        """The team with this id."""
        return next((t.teams[team_id] for t in self.tenants.values() if team_id in t.teams), None)

    def write(self, place: Place, author: User | None, version: Version, root: Message | None = None) -> Message:
        """Add a message."""
        message = Message(place, self.minting.message_id(), author, [version], root)
        place.messages[message.id] = message
        if root is not None:
            root.thread.append(message)
        self.shown(message)
        return message

    def shown(self, message: Message) -> None:
        """Tell whoever looks that a message has appeared or changed."""
        self.stir()
        if self.on_shown is not None and message.author is None:
            self.on_shown(message)

    def toast(self, user: User, text: str) -> None:
        """Show something to one person in passing."""
        self.toasts.setdefault(user.id, []).append(text)
        self.stir()

    def _foreign_tenant_id(self) -> str:
        return f"0dd5eed0-5160-4f0f-8000-{len(self.tenants) + 1:012x}"


def may_reach(place: Place) -> bool:
    """Whether the bot is installed where this conversation is; a shared team is enough for a 1:1 chat."""
    if isinstance(place, Channel):
        return place.team.installed and not place.team.deleted
    return may_chat(place.user)


def may_chat(user: User) -> bool:
    """Whether the bot may write to this person: installed for them, or in a team that they are in."""
    return user.installed or any(
        team.installed and not team.deleted and user in team.members for team in user.tenant.teams.values()
    )


def chat_of(place: Place) -> Chat | None:
    """The place, if it is a 1:1 chat."""
    return place if isinstance(place, Chat) else None
