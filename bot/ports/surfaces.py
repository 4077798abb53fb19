"""People and the surfaces on which they decide."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol, TypeVar

import msgspec

from bot.domain.people import Person
from bot.domain.requests import MessageRef

CardT_contra = TypeVar("CardT_contra", contravariant=True)
LineT_contra = TypeVar("LineT_contra", contravariant=True)
ListT_contra = TypeVar("ListT_contra", contravariant=True)


class Directory(Protocol):
    """Who a platform's user is."""

    async def email_of(self, workspace: str, user: str) -> str | None:
        """The address of a workspace's user, or None for a stranger, a bot or a deactivated account.

        Raises:
            Unavailable: when the platform can't be asked.
        """
        ...


class Posting(msgspec.Struct, frozen=True):
    """How something is posted. ``id`` is the same on every try of the same posting."""

    id: str
    calls: tuple[Person, ...] = ()
    """Whom it calls by name (@-mentions)."""
    again: bool = False
    """Whether an earlier try may have been taken: the platform is searched for ``id`` before anything is posted."""
    lead: str | None = None
    """A plain sentence above the card that says why it is shown here."""


class Chat(Protocol[CardT_contra, LineT_contra, ListT_contra]):
    """A chat surface that shows cards. Slack and Teams each provide it.

    Cards (``bot.cards.Card``) and lists of many requests (``bot.cards.Gathered``) are neutral.
    Every call raises ``Busy`` when it is not its turn yet (nothing was sent; try again after ``retry_after`` seconds),
    ``Uncertain`` when it may have been taken, and ``Unavailable`` when it was not.
    """

    @property
    def surface(self) -> str:
        """``slack`` or ``teams``."""
        ...

    async def post(self, place: str, card: CardT_contra, posting: Posting) -> MessageRef:
        """Show a card in a channel (as the policy writes it) or to one person (``person:<id>`` of the policy).

        The reference's ``place`` is ``place``.

        Raises:
            ChannelUnavailable: when it is gone, archived, the bot is no member, or the person has no account there.
        """
        ...

    async def update(
        self, ref: MessageRef, card: CardT_contra, *, lead: str | None = None, calls: tuple[Person, ...] = ()
    ) -> None:
        """Redraw a card that stands there already; ``calls`` are those whom it goes on calling by name.

        Raises:
            MessageGone: when it was deleted or can't be changed any more.
            ChannelUnavailable: as for ``post``.
        """
        ...

    async def reply(self, ref: MessageRef, lines: Sequence[LineT_contra], posting: Posting) -> MessageRef:
        """Lines (``bot.cards.HistoryLine``) below a card, in its thread; one message.

        Raises:
            MessageGone, ChannelUnavailable: as above.
        """
        ...

    async def clear(self, ref: MessageRef, *, keep: Collection[str] = ()) -> int:
        """Take away what we have said below a card, but for the messages ``keep``; returns how many. Safe to repeat.

        Raises:
            MessageGone, ChannelUnavailable: as above.
        """
        ...

    async def post_list(self, place: str, gathered: ListT_contra, posting: Posting) -> MessageRef:
        """Show a list of many requests to one person (``person:<id>`` of the policy), as one message.

        Raises:
            ChannelUnavailable: as for ``post``.
        """
        ...

    async def update_list(self, ref: MessageRef, gathered: ListT_contra) -> None:
        """Redraw a list that stands there already.

        Raises:
            MessageGone, ChannelUnavailable: as for ``update``.
        """
        ...

    async def announce(self, place: str, text: str, posting: Posting) -> MessageRef:
        """A plain text in a channel (as the policy writes it).

        What may stand there already is looked for, where the platform can be searched.

        Raises:
            ChannelUnavailable: as for ``post``.
        """
        ...

    async def tell(self, person: Person, text: str, posting: Posting) -> MessageRef:
        """A plain text to one person alone.

        Raises:
            ChannelUnavailable: when they have no account there, or can't be written to.
        """
        ...
