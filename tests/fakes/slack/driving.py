"""The users' doings and what they see, for whoever drives the fake Slack from outside."""

from __future__ import annotations

from typing import Any

from tests.fakes import driving
from tests.fakes.possible import NotPossible
from tests.fakes.slack.calling.delivery import Delivery
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.messages import Message
from tests.fakes.slack.people import Channel, User
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.views import View

Json = dict[str, Any]


class Driving(driving.Driving):
    """What can be done in the fake Slack, and what is seen there."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        deeds: dict[str, driving.Deed] = {
            "connect": self._connect,
            "click": self._click,
            "choose": self._choose,
            "overflow": self._overflow,
            "submit": self._submit,
            "close": self._close,
            "command": self._command,
            "open_home": self._open_home,
            "mention": self._mention,
            "direct": self._direct,
            "archive": self._archive,
            "fault": driving.planning(slack.faults, Fault),
        }
        super().__init__(deeds)

    def seen(self) -> Json:
        """Every workspace with what its people see, and the trouble that they were shown."""
        shown = [
            {
                "workspace": workspace.name,
                "token": workspace.token,
                "channels": {
                    channel.name: [_message(each) for each in self.slack.messages(channel)]
                    for channel in workspace.channels.values()
                },
                "users": {
                    user.name: {
                        "only for them": [_message(each) for each in self.slack.ephemerals(user)],
                        "modals": [_view(view) for view in self.slack.views(user)],
                        "home": _view(home) if (home := self.slack.home(user)) else None,
                    }
                    for user in workspace.users.values()
                },
            }
            for workspace in self.slack.world.workspaces.values()
        ]
        return {"workspaces": shown, "trouble": self.slack.complaints}

    def _user(self, asked: Json) -> User:
        for workspace in self.slack.world.workspaces.values():
            for user in workspace.users.values():
                if asked["user"] in {user.id, user.name}:
                    return user
        raise KeyError(asked["user"])

    def _channel(self, asked: Json) -> Channel:
        for workspace in self.slack.world.workspaces.values():
            for channel in workspace.channels.values():
                if asked["channel"] in {channel.id, channel.name}:
                    return channel
        raise KeyError(asked["channel"])

    def _where(self, asked: Json) -> Message | View:
        """A message by channel and ts (or the newest there), else the modal in front of the user, else the Home tab."""
        if "channel" in asked:
            found = self._channel(asked).messages
            return found[asked.get("ts") or [*found][-1]]
        user = self._user(asked)
        place = [*self.slack.views(user), *filter(None, [self.slack.home(user)])]
        if not place:
            raise NotPossible(f"{user.name} has nothing open")
        return self.slack.views(user)[-1] if self.slack.views(user) else place[0]

    def _modal(self, asked: Json) -> View:
        views = self.slack.views(self._user(asked))
        if not views:
            raise NotPossible("no modal is open")
        return views[-1]

    async def _connect(self, asked: Json) -> Delivery:
        self.slack.connect(asked["url"], commands=asked.get("commands", ["/signoff"]))
        return await self.slack.verify_url()

    async def _click(self, asked: Json) -> Delivery:
        where, value = self._where(asked), asked.get("value")
        return await self.slack.click(self._user(asked), where, asked["action"], value=value)

    async def _choose(self, asked: Json) -> Delivery:
        return await self.slack.choose(self._user(asked), self._where(asked), asked["action"], asked["value"])

    async def _overflow(self, asked: Json) -> Delivery:
        where = self._where(asked)
        if isinstance(where, View):
            raise NotPossible("overflow menus are driven on messages: name the channel")
        return await self.slack.overflow(self._user(asked), where, asked["action"], asked["value"])

    async def _submit(self, asked: Json) -> Json:
        submission = await self.slack.submit(self._modal(asked), asked.get("values", {}))
        return {"closed": submission.closed, "errors": submission.errors, "ack": driving.told(submission.delivery)}

    async def _close(self, asked: Json) -> Delivery | None:
        return await self.slack.close(self._modal(asked))

    async def _command(self, asked: Json) -> Delivery:
        user, channel = self._user(asked), self._channel(asked)
        return await self.slack.command(user, channel, asked.get("command", "/signoff"), asked.get("text", ""))

    async def _open_home(self, asked: Json) -> Delivery | None:
        return await self.slack.open_home(self._user(asked))

    async def _mention(self, asked: Json) -> Delivery | None:
        return await self.slack.mention(self._user(asked), self._channel(asked), asked["text"])

    async def _direct(self, asked: Json) -> Delivery | None:
        return await self.slack.direct(self._user(asked), asked["text"])

    async def _archive(self, asked: Json) -> Delivery | None:
        return await self.slack.archive(self._channel(asked))


def _message(message: Message) -> Json:
    return {**message.as_json(), "edits": message.edits, "thread": [each.text for each in message.replies]}


def _view(view: View) -> Json:
    return {"title": view.title, "blocks": view.blocks, "values": view.values, "errors": view.errors}
