"""What happens around the bot: installed and removed, renamed, blocked, moved; keys that rotate."""

from __future__ import annotations

from typing import Any

from tests.fakes.teams.calling import activities
from tests.fakes.teams.calling.delivery import Delivery
from tests.fakes.teams.ground import Ground
from tests.fakes.teams.identity.keys import Key, Keyring
from tests.fakes.teams.identity.login import Directory
from tests.fakes.teams.messages import Message
from tests.fakes.teams.people import Channel, Team, Tenant, User


class Mishaps(Ground):
    """Each happens at once; what Teams tells the bot of is returned as the deliveries."""

    ring: Keyring
    directory: Directory

    async def install_in(self, team: Team, by: User) -> list[Delivery]:
        """Add the bot to a team."""
        team.installed = True
        bot = [{"id": self.world.app.teams_id}]
        return [
            await self._happened(team, "teamMemberAdded", by, membersAdded=bot),
            await self.carrier.send(activities.installed(self.world, team.general, by, "add")),
        ]

    async def uninstall_from(self, team: Team, by: User) -> list[Delivery]:
        """Remove the bot from a team: `BotNotInConversationRoster` from now on."""
        team.installed = False
        bot = [{"id": self.world.app.teams_id}]
        return [
            await self._happened(team, "teamMemberRemoved", by, membersRemoved=bot),
            await self.carrier.send(activities.installed(self.world, team.general, by, "remove")),
        ]

    async def install_for(self, user: User) -> list[Delivery]:
        """Install the bot in a person's own scope; this begins the 1:1 chat."""
        user.installed, user.blocked = True, False
        chat = user.tenant.chat(user)
        sender = activities.person(user)
        update = {
            **activities.envelope(self.world, user.tenant, sender, "conversationUpdate"),
            "id": self.world.minting.invoke_id(),
            "membersAdded": [{"id": user.id, "aadObjectId": user.aad_id}, {"id": self.world.app.teams_id}],
            "conversation": activities.conversation(chat),
            "channelData": activities.channel_data(chat),
        }
        return [
            await self.carrier.send(update),
            await self.carrier.send(activities.installed(self.world, chat, user, "add")),
        ]

    async def uninstall_for(self, user: User) -> list[Delivery]:
        """Uninstall the bot from a person's own scope; one that a shared team has still reaches them."""
        user.installed = False
        chat = user.tenant.chat(user)
        return [await self.carrier.send(activities.installed(self.world, chat, user, "remove"))]

    def block(self, user: User) -> None:
        """Let a person block the bot: `ConversationBlockedByUser`; the bot is not told."""
        user.blocked = True

    def unblock(self, user: User) -> None:
        """Let a person take the block back."""
        user.blocked = False

    async def rename_channel(self, channel: Channel, name: str, by: User | None = None) -> Delivery | None:
        """Rename a channel."""
        channel.name = name
        return await self._told(channel.team, "channelRenamed", by, channel)

    async def rename_team(self, team: Team, name: str, by: User | None = None) -> Delivery | None:
        """Rename a team."""
        team.name = name
        return await self._told(team, "teamRenamed", by)

    async def create_channel(self, team: Team, name: str, by: User | None = None) -> Channel:
        """Create a channel, telling the bot."""
        channel = team.channel(name)
        await self._told(team, "channelCreated", by, channel)
        return channel

    async def delete_channel(self, channel: Channel, by: User | None = None) -> Delivery | None:
        """Delete a channel: `ConversationNotFound`."""
        channel.deleted = True
        return await self._told(channel.team, "channelDeleted", by, channel)

    async def restore_channel(self, channel: Channel, by: User | None = None) -> Delivery | None:
        """Restore a deleted channel."""
        channel.deleted = False
        return await self._told(channel.team, "channelRestored", by, channel)

    async def archive_team(self, team: Team, by: User | None = None) -> Delivery | None:
        """Archive a team: nobody can write there."""
        team.archived = True
        return await self._told(team, "teamArchived", by)

    async def delete_team(self, team: Team, by: User | None = None) -> Delivery | None:
        """Delete a team."""
        delivery = await self._told(team, "teamDeleted", by)
        team.deleted = True
        return delivery

    async def join(self, user: User, team: Team) -> Delivery | None:
        """Let a person join a team."""
        team.members.append(user)
        return await self._told(team, "teamMemberAdded", user, membersAdded=[_member(user)])

    async def leave(self, user: User, team: Team) -> Delivery | None:
        """Let a person leave a team."""
        team.members.remove(user)
        return await self._told(team, "teamMemberRemoved", user, membersRemoved=[_member(user)])

    def delete(self, message: Message) -> None:
        """Let an owner of the team delete a message; the bot is not told."""
        message.deleted = True

    def move(self, tenant: Tenant, region: str, *, close: bool = True) -> None:
        """Give a tenant another service address, borne by every activity from now on.

        Args:
            close: Whether the old address refuses from now on (403 `InvalidBotApiHost`).
        """
        if close:
            tenant.closed_regions.add(tenant.region)
        tenant.closed_regions.discard(region)
        tenant.region = region

    def rotate_keys(self) -> Key:
        """Publish a new signing key in the place of the old ones; the one that is gone."""
        return self.ring.rotate()

    def revoke_tokens(self) -> None:
        """Refuse every token that the bot was given so far."""
        self.directory.revoke()

    async def _told(
        self, team: Team, event: str, by: User | None, channel: Channel | None = None, **more: Any
    ) -> Delivery | None:
        """Tell the bot of something, where it is installed."""
        return await self._happened(team, event, by, channel, **more) if team.installed else None

    async def _happened(
        self, team: Team, event: str, by: User | None, channel: Channel | None = None, **more: Any
    ) -> Delivery:
        return await self.carrier.send(activities.happened(self.world, team, event, by, channel, **more))


def _member(user: User) -> dict[str, Any]:
    return {"id": user.id, "aadObjectId": user.aad_id}
