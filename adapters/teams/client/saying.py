"""What is said at once, to whoever just did something: in its conversation's turn, waited for while that is short."""

from __future__ import annotations

from typing import Any

from adapters.teams.client.connecting import Pause, pause
from adapters.teams.client.pacing import Pacing
from adapters.teams.client.port import TeamsPort
from bot.errors import Busy

Json = dict[str, Any]
LONGEST_WAIT = 20.0
"""Seconds that an answer waits for its turn; nobody looks for it any more after that."""
SHORTEST_WAIT = 0.25
"""Counted of each wait, so that the tries are bounded as well."""


class Saying:
    """Sends answers at the rates by which everything else is sent, too: they share one ``Pacing``."""

    def __init__(self, port: TeamsPort, pacing: Pacing, *, pause: Pause = pause) -> None:
        self._port = port
        self._pacing = pacing
        self._pause = pause
        self._said = 0

    async def say(self, service_url: str, tenant: str, conversation: str, activity: Json) -> str:
        """Add a message to a conversation; returns its id.

        Raises:
            Busy: its turn does not come soon, or Teams takes nothing there for a while.
            SignoffError: as ``TeamsPort.send`` says.
        """
        self._said += 1
        id_, left = f"said {self._said}", LONGEST_WAIT
        while True:
            try:
                self._pacing.take_turn(tenant, conversation, id_)
                return await self._send(service_url, tenant, conversation, activity)
            except Busy as busy:
                left -= max(busy.retry_after, SHORTEST_WAIT)
                if left < 0:
                    raise
                await self._pause(busy.retry_after)

    async def _send(self, service_url: str, tenant: str, conversation: str, activity: Json) -> str:
        try:
            return await self._port.send(service_url, conversation, activity)
        except Busy as busy:
            self._pacing.pause(tenant, conversation, busy.retry_after)
            raise
