"""People and the surfaces on which they decide."""

from __future__ import annotations

from typing import Protocol, TypeVar

from bot.domain.requests import MessageRef

CardT_contra = TypeVar("CardT_contra", contravariant=True)


class Directory(Protocol):
    """Who a platform's user is."""

    async def email_of(self, surface: str, user: str) -> str | None:
        """The verified address of a platform's user, or None when there is none.

        Raises:
            Unavailable: when the platform can't be asked.
        """
        ...


class Chat(Protocol[CardT_contra]):
    """A surface that shows cards and takes decisions. Slack, Teams and the desk each provide it; cards are neutral.

    ``CardT_contra`` is the neutral card of ``bot.cards``. Every call is safe to repeat: ``post`` with the same
    ``message_id`` finds an earlier post whose answer was lost.
    """

    @property
    def surface(self) -> str:
        """``slack``, ``teams`` or ``desk``."""
        ...

    async def post(self, channel: str, card: CardT_contra, *, message_id: str) -> MessageRef:
        """Show a card in a channel.

        Raises:
            ChannelUnavailable: when it is gone, archived or the bot is no member.
            Busy: when the platform wants us to wait.
        """
        ...

    async def update(self, ref: MessageRef, card: CardT_contra) -> None:
        """Redraw a card that stands there already."""
        ...

    async def reply(self, ref: MessageRef, text: str, *, message_id: str) -> MessageRef:
        """One line below a card, in its thread."""
        ...

    async def tell(self, email: str, text: str, card: CardT_contra | None = None, *, message_id: str) -> None:
        """Say something to one person alone."""
        ...
