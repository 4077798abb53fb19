"""A process that ends in the middle of a call to the platform."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.rigs.chatting import Chatting


class Killed(BaseException):
    """The process is no more."""


def kill_once(place: Chatting, method: str) -> None:
    """The process ends when the platform has taken the next call of that method."""

    async def kill(called: str) -> None:
        if called == method:
            place.chat.after = None
            raise Killed

    place.chat.after = kill


async def killed(place: Chatting, work: Callable[[], Awaitable[object]]) -> None:
    """The process ends in the middle; another one takes over when the lease has run out."""
    with pytest.raises(Killed):
        await work()
    place.sender = place.another_sender()
    place.clock.move(seconds=31)
