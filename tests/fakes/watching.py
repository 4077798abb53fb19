"""What whoever tests against a fake platform watches, whichever platform it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from tests.fakes.delivering import Carrier, DeliveryT
from tests.fakes.stirring import PATIENCE, Stirring

Found = TypeVar("Found")


class Watching(Generic[DeliveryT]):
    """Looks at a world and at what was carried to the bot."""

    world: Stirring
    carrier: Carrier[DeliveryT]

    @property
    def url(self) -> str:
        """Where the server is."""
        return self.world.url

    @property
    def deliveries(self) -> list[DeliveryT]:
        """Every call to the bot, oldest first."""
        return self.carrier.deliveries

    @property
    def complaints(self) -> list[str]:
        """What people were shown as trouble with the bot: answers late, failed or without sense."""
        return self.world.complaints

    def ack_seconds(self, kind: str | None = None) -> list[float]:
        """How long each answer took, of one kind of call (`interactive`, `message`, ...) or of all."""
        return [each.seconds for each in self.deliveries if kind in {None, each.kind}]

    async def until(self, seen: Callable[[], Found], within: float = PATIENCE) -> Found:
        """Wait until `seen` finds something, looking again whenever the bot has called; what it found.

        Raises:
            TimeoutError: It found nothing in that many seconds.
        """
        async with asyncio.timeout(within):
            while not (found := seen()):
                await self.world.change()
        return found
