"""What goes wrong around the app: revoked tokens, archived channels, deleted cards."""

from __future__ import annotations

from tests.fakes.slack.calling.delivery import Delivery
from tests.fakes.slack.ground import Ground
from tests.fakes.slack.messages import Message
from tests.fakes.slack.people import Channel, TokenState, User, Workspace


class Mishaps(Ground):
    """Each happens at once; those that Slack tells the app of return the deliveries of the events."""

    async def revoke(self, workspace: Workspace) -> Delivery | None:
        """Revoke every token of the app in a workspace: `token_revoked` from now on."""
        for token in workspace.tokens:
            token.state = TokenState.REVOKED
        bots = {"oauth": [], "bot": [workspace.bot.id]}
        return await self.tell(workspace, {"type": "tokens_revoked", "tokens": bots})

    async def uninstall(self, workspace: Workspace) -> list[Delivery]:
        """Uninstall the app from a workspace: `account_inactive` from now on."""
        for token in workspace.tokens:
            token.state = TokenState.UNINSTALLED
        bots = {"oauth": [], "bot": [workspace.bot.id]}
        told = [
            await self.tell(workspace, {"type": "tokens_revoked", "tokens": bots}),
            await self.tell(workspace, {"type": "app_uninstalled"}),
        ]
        return [each for each in told if each is not None]

    async def archive(self, channel: Channel) -> Delivery | None:
        """Archive a channel."""
        channel.archived = True
        return await self.tell(channel.workspace, {"type": "channel_archive", "channel": channel.id})

    async def remove_bot(self, channel: Channel) -> Delivery | None:
        """Remove the bot from a channel."""
        return await self.leave(channel.workspace.bot, channel)

    async def leave(self, user: User, channel: Channel) -> Delivery | None:
        """Let a member leave a channel; the app hears of it if it sees the channel, or is what left."""
        bot = channel.workspace.bot
        hears = channel.has_bot
        channel.members.remove(user)
        if not hears:
            return None
        told = {
            "type": "member_left_channel",
            "user": user.id,
            "channel": channel.id,
            "channel_type": channel.id[0],
            "team": channel.workspace.id,
        }
        return await self.tell(channel.workspace, told if user is not bot else {**told, "inviter": None})

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel for good: `channel_not_found`."""
        del channel.workspace.channels[channel.id]

    def delete(self, message: Message) -> None:
        """Let an administrator delete a message."""
        message.deleted = True

    def deactivate(self, user: User) -> None:
        """Deactivate a member."""
        user.deleted = True
        for channel in user.workspace.channels.values():
            if user in channel.members:
                channel.members.remove(user)
