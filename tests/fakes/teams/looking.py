"""What people see."""

from __future__ import annotations

from typing import Any

from tests.fakes.possible import NotPossible
from tests.fakes.teams.cards import mentions
from tests.fakes.teams.cards.mentions import Notified
from tests.fakes.teams.cards.reading import Offer, offers, texts
from tests.fakes.teams.connector.calls import Call
from tests.fakes.teams.connector.serving import Connector
from tests.fakes.teams.dialogs import Dialog
from tests.fakes.teams.ground import Ground
from tests.fakes.teams.identity.login import Directory, Login
from tests.fakes.teams.messages import CARD, Message
from tests.fakes.teams.people import Channel, User

Json = dict[str, Any]


class Looking(Ground):
    """Queries; each answers with what is there now, oldest first."""

    connector: Connector
    directory: Directory

    def messages(self, channel: Channel, *, deleted: bool = False) -> list[Message]:
        """The posts of a channel, without what was deleted unless asked for."""
        return [each for each in channel.messages.values() if each.root is None and (deleted or not each.deleted)]

    def thread(self, message: Message) -> list[Message]:
        """The replies below a post."""
        return message.replies

    def chat(self, user: User) -> list[Message]:
        """What was said between the bot and this person alone, by either."""
        for chat in user.tenant.chats.values():
            if chat.user is user:
                return [each for each in chat.messages.values() if not each.deleted]
        return []

    def dialogs(self, user: User) -> list[Dialog]:
        """The dialogs that this person has open, the one in front last."""
        return [*self.world.dialogs.get(user.id, [])]

    def toasts(self, user: User) -> list[str]:
        """What this person was shown in passing."""
        return [*self.world.toasts.get(user.id, [])]

    def card(self, user: User, message: Message) -> Json:
        """The card that this person sees there: their own view of it, else everybody's.

        Raises:
            NotPossible: They see no card there.
        """
        return seen(user, message, -1)

    def texts(self, user: User, message: Message) -> list[str]:
        """Everything that this person can read in the card, titles of buttons too."""
        return texts(self.card(user, message))

    def offers(self, user: User, where: Message | Dialog) -> list[str]:
        """The titles of all that this person can press there."""
        card = where.card if isinstance(where, Dialog) else self.card(user, where)
        return [str(each.action.get("title", each.action["type"])) for each in offers(card or {})]

    def notified(self, message: Message, version: int = -1) -> Notified:
        """Whom a message calls and where it leads."""
        said = message.versions[version]
        cards = [each["content"] for each in said.attachments if each.get("contentType") == CARD]
        return mentions.notified(said.text, said.entities, cards)

    def called(self, message: Message, version: int = -1) -> list[User]:
        """The people whom a message calls."""
        tenant = message.place.tenant
        return [user for id_ in self.notified(message, version).people if (user := tenant.find_user(id_)) is not None]

    def calls(self, method: str | None = None) -> list[Call]:
        """The calls that the bot made, of one method or of all."""
        return [each for each in self.connector.calls if method in {None, each.method}]

    @property
    def logins(self) -> list[Login]:
        """Every token that the bot was given."""
        return self.directory.logins


def seen(user: User, message: Message, as_of: int) -> Json:
    """The card that this person has before them; `as_of=0` is as everybody first saw it.

    Raises:
        NotPossible: They don't see one.
    """
    if user not in message.place.people:
        raise NotPossible(f"{user.name} does not see that message")
    if message.deleted and as_of == -1:
        raise NotPossible("the message is deleted")
    card = message.seen_by(user) if as_of == -1 else message.versions[as_of].card
    if card is None:
        raise NotPossible("the message has no card")
    return card


def pick(card: Json, wanted: str, *, old_client: bool = False) -> Offer:
    """The one action with this verb, id or title.

    Raises:
        NotPossible: There is none, or more than one.
    """
    there = offers(card, old_client=old_client)
    found = [each for each in there if wanted in each.names]
    if len(found) != 1:
        names = [sorted(each.names) for each in there]
        raise NotPossible(f"{len(found)} actions are {wanted!r}; there are {names}")
    return found[0]
