"""What a surface shows of a digest, and the port by which it does."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import msgspec

from bot.answering import Summary
from bot.domain.requests import MessageRef
from bot.friction import Friction, Hints
from bot.ports import Posting


class Digested(msgspec.Struct, frozen=True):
    """A summary to be posted; ``late`` says why it was not posted before, where it is late."""

    summary: Summary
    due_at: datetime
    late: str | None = None


class DigestedFriction(msgspec.Struct, frozen=True):
    """The signals of friction to be posted. ``hints`` only where the place is one risk owner's own."""

    friction: Friction
    due_at: datetime
    late: str | None = None
    hints: Hints | None = None


class Publishing(Protocol):
    """A chat surface that posts digests: figures as text, a chart, and a sheet or the way to one."""

    async def publish(self, place: str, digested: Digested, posting: Posting) -> MessageRef:
        """Post one in a channel (as the policy writes it) or to one person (``person:<id>``), as one message.

        Where only the chart or the sheet can't be shown, the figures are, and say so. ``Busy``, ``Uncertain``,
        ``Unavailable`` and ``ChannelUnavailable`` as ``bot.ports.Chat`` says.
        """
        ...

    async def publish_friction(self, place: str, digested: DigestedFriction, posting: Posting) -> MessageRef:
        """The same for the signals of friction; what of it is for one person's eyes comes to that person alone."""
        ...
