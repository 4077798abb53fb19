"""What people say."""

from __future__ import annotations

from typing import Any

from tests.fakes.possible import NotPossible
from tests.fakes.teams.calling import activities
from tests.fakes.teams.calling.delivery import Delivery
from tests.fakes.teams.ground import Ground
from tests.fakes.teams.identity.bearing import Token
from tests.fakes.teams.messages import Message, Version
from tests.fakes.teams.people import Channel, Chat, User
from tests.fakes.teams.world import may_chat

Json = dict[str, Any]


class Talking(Ground):
    """What people say to the bot. Commands of the manifest's lists are typed, or chosen, as such texts."""

    def say(self, user: User, channel: Channel, text: str, *, thread: Message | None = None) -> Message:
        """Write into a channel without calling the bot: it hears nothing.

        Raises:
            NotPossible: The person is not in the team, or the channel is gone.
        """
        if user not in channel.people:
            raise NotPossible(f"{user.name} is not in {channel.team.name}")
        if channel.deleted or channel.team.deleted or channel.team.archived:
            raise NotPossible(f"nobody can write in {channel.name}")
        root = (thread.root or thread) if thread is not None else None
        return self.world.write(channel, user, Version(self.world.now(), text, [], [], {}), root)

    async def mention(
        self,
        user: User,
        channel: Channel,
        text: str,
        *,
        thread: Message | None = None,
        also: tuple[User, ...] = (),
        token: Token = Token.GOOD,
    ) -> Delivery | None:
        """Write `@Signoff text`; the bot hears it where it is installed. `also` are people to mention as well."""
        bot = self.world.app
        mentions = [_mention(bot.teams_id, bot.name), *(_mention(each.id, each.name) for each in also)]
        words = [mentions[0]["text"], text, *(each.mention for each in also if each.mention not in text)]
        message = self.say(user, channel, " ".join(words), thread=thread)
        if not channel.team.installed:
            return None
        return await self.carrier.send(activities.said(self.world, message, mentions), token=token)

    async def direct(self, user: User, text: str, *, token: Token = Token.GOOD) -> Delivery:
        """Write to the bot in the 1:1 chat.

        Raises:
            NotPossible: The bot is neither installed for this person nor in a team of theirs, or they blocked it.
        """
        if not may_chat(user):
            raise NotPossible(f"{user.name} has no chat with the bot: install_for() first")
        if user.blocked:
            raise NotPossible(f"{user.name} has blocked the bot")
        chat: Chat = user.tenant.chat(user)
        message = self.world.write(chat, user, Version(self.world.now(), text, [], [], {}))
        return await self.carrier.send(activities.said(self.world, message, []), token=token)


def _mention(id_: str, name: str) -> Json:
    return {"type": "mention", "mentioned": {"id": id_, "name": name}, "text": f"<at>{name}</at>"}
