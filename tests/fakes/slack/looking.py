"""What users see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.fakes.possible import NotPossible
from tests.fakes.slack.api.calls import Call
from tests.fakes.slack.api.serving import WebApi
from tests.fakes.slack.blocks import interactive
from tests.fakes.slack.ground import Ground
from tests.fakes.slack.messages import Message
from tests.fakes.slack.notifying import Notified, notified
from tests.fakes.slack.people import Channel, ChannelKind, User
from tests.fakes.slack.views import View

Json = dict[str, Any]


class Looking(Ground):
    """Queries; each answers with what is there now, oldest first."""

    api: WebApi

    def messages(self, channel: Channel, *, deleted: bool = False) -> list[Message]:
        """What stands in a channel: no replies in threads, no deleted messages unless asked for."""
        found = channel.messages.values()
        return [each for each in found if (deleted or not each.deleted) and (not each.is_reply or each.broadcast)]

    def thread(self, message: Message) -> list[Message]:
        """The replies below a message."""
        return message.replies

    def ephemerals(self, user: User) -> list[Message]:
        """What was shown to this user alone."""
        return [each for each in user.workspace.ephemerals if each.only_for is user and not each.deleted]

    def dms(self, user: User) -> list[Message]:
        """What was said between the bot and this user alone, by either."""
        for channel in user.workspace.channels.values():
            if channel.kind is ChannelKind.DM and user in channel.members:
                return self.messages(channel)
        return []

    def views(self, user: User) -> list[View]:
        """The modals that this user has open, the one in front last."""
        return [*user.workspace.stacks.get(user.id, [])]

    def home(self, user: User) -> View | None:
        """This user's Home tab, if it was published."""
        return user.workspace.homes.get(user.id)

    def calls(self, method: str | None = None) -> list[Call]:
        """The calls that the app made, of one method or of all."""
        return [each for each in self.api.calls if method in {None, each.method}]

    def notified(self, message: Message, version: int = -1) -> Notified:
        """Whom a message notifies and where it leads."""
        said = message.versions[version]
        return notified(said.text, said.blocks)

    def offers(self, where: Message | View) -> list[str]:
        """The `action_id` of everything on a message or view that can be acted on."""
        return [element["action_id"] for _, element in acted_on(where.blocks)]

    def element(self, where: Message | View, action_id: str, *, value: str | None = None) -> Json:
        """One interactive element, as it was sent; its `confirm` too.

        Raises:
            NotPossible: There is none.
        """
        return pick(where.blocks, action_id, value=value)[1]


def acted_on(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with its block."""
    for block in blocks:
        if block["type"] == "container":
            yield from acted_on(block["child_blocks"])
        else:
            for element in interactive(block):
                yield block, element


def pick(
    blocks: Sequence[Json], action_id: str, *, value: str | None = None, block_id: str | None = None
) -> tuple[Json, Json]:
    """The one element with this `action_id` (and value, and in this block), with its block.

    Raises:
        NotPossible: There is none, or more than one.
    """
    found = [
        (block, element)
        for block, element in acted_on(blocks)
        if element["action_id"] == action_id
        and (value is None or element.get("value") == value)
        and (block_id is None or block["block_id"] == block_id)
    ]
    if len(found) != 1:
        there = [f"{e['action_id']}={e.get('value', '')}" for _, e in acted_on(blocks)]
        raise NotPossible(f"{len(found)} elements are {action_id} with value {value!r}; there are {there}")
    return found[0]
