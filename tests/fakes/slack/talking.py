"""What users say: commands, mentions, direct messages; and the Home tab that they open."""

from __future__ import annotations

from typing import Any

from tests.fakes.possible import NotPossible
from tests.fakes.slack.api.calls import Call, Refused
from tests.fakes.slack.api.chat import content, write
from tests.fakes.slack.api.response_urls import say
from tests.fakes.slack.calling.delivery import Delivery
from tests.fakes.slack.calling.payloads import command
from tests.fakes.slack.calling.signing import Signed
from tests.fakes.slack.ground import Ground
from tests.fakes.slack.messages import Message
from tests.fakes.slack.people import Channel, ChannelKind, User

Json = dict[str, Any]


class Talking(Ground):
    """What users say to the app."""

    async def command(
        self, user: User, channel: Channel, name: str, text: str = "", *, signed: Signed = Signed.WELL
    ) -> Delivery:
        """Type a slash command. What the app answers at once is shown, to the user alone unless it is for the channel.

        Raises:
            NotPossible: The app has no such command, or the user is not in the channel.
        """
        if name not in self.world.app.commands:
            raise NotPossible(f"{name} is no command of the app: {sorted(self.world.app.commands)}")
        if user not in channel.members:
            raise NotPossible(f"{user.name} is not in {channel.name}")
        form = command(self.world, user, channel, name, text)
        delivery = await self.carrier.send("slash_commands", self.world.app.commands[name], form, signed=signed)
        if delivery.ok and delivery.last.body.strip():
            self._show(user, channel, delivery)
        return delivery

    async def open_home(self, user: User, tab: str = "home") -> Delivery | None:
        """Open the app's Home tab."""
        told: Json = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": user.workspace.dm(user).id,
            "tab": tab,
        }
        if (home := user.workspace.homes.get(user.id)) is not None:
            told["view"] = home.as_json(self.world.app)
        return await self.tell(user.workspace, told)

    def say(self, user: User, channel: Channel, text: str, *, thread: Message | None = None) -> Message:
        """Write into a channel, telling nobody.

        Raises:
            NotPossible: The user is not in the channel.
        """
        if user not in channel.members:
            raise NotPossible(f"{user.name} is not in {channel.name}")
        below = thread.thread_ts or thread.ts if thread is not None else None
        return write(self.world, channel, user, (text, [], [], None), by="user", thread_ts=below)

    async def mention(
        self, user: User, channel: Channel, text: str, *, thread: Message | None = None
    ) -> Delivery | None:
        """Write `@signoff text`; the app hears it if its bot is a member."""
        message = self.say(user, channel, f"{user.workspace.bot.mention} {text}", thread=thread)
        if not channel.has_bot:
            return None
        return await self.tell(user.workspace, {**_told(message), "type": "app_mention"})

    async def direct(self, user: User, text: str, *, thread: Message | None = None) -> Delivery | None:
        """Write to the bot in its DM."""
        message = self.say(user, user.workspace.dm(user), text, thread=thread)
        return await self.tell(user.workspace, _told(message))

    async def write_in(
        self, user: User, channel: Channel, text: str, *, thread: Message | None = None
    ) -> Delivery | None:
        """Write into a channel; the app hears it if it has subscribed to such messages and is a member."""
        message = self.say(user, channel, text, thread=thread)
        return await self.tell(user.workspace, _told(message)) if channel.has_bot else None

    def _show(self, user: User, channel: Channel, delivery: Delivery) -> None:
        body = delivery.answer or {"text": delivery.last.body}
        try:
            text, blocks, attachments = content(Call("command", body, None, self.world.now()), limited=False)
        except Refused as refusal:
            self.world.complain(f"the answer to a command is not shown: {refusal.error} {refusal.extra}")
            return
        say(self.world, user, channel, body, (text, blocks or [], attachments or [], None))


def _told(message: Message) -> Json:
    """The event that a user's message is."""
    kinds = {
        ChannelKind.DM: "im",
        ChannelKind.GROUP_DM: "mpim",
        ChannelKind.PUBLIC: "channels",
        ChannelKind.PRIVATE: "groups",
    }
    return {
        **message.as_json(),
        "channel": message.channel.id,
        "channel_type": kinds[message.channel.kind].removesuffix("s"),
        "event_ts": message.ts,
    }
