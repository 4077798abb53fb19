"""What every part of the fake stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.slack.calling.delivery import Carrier, Delivery
from tests.fakes.slack.calling.payloads import event
from tests.fakes.slack.calling.signing import Signed
from tests.fakes.watching import Watching

if TYPE_CHECKING:
    from typing import Any

    from tests.fakes.slack.people import Workspace
    from tests.fakes.slack.world import World


class Ground(Watching[Delivery]):
    """The world and the way to the app."""

    world: World
    carrier: Carrier

    async def tell(
        self, workspace: Workspace, told: dict[str, Any], *, signed: Signed = Signed.WELL
    ) -> Delivery | None:
        """Send an event to the app, retried up to three times; None where the app has not subscribed to it."""
        if not self._subscribed(told):
            return None
        payload = event(self.world, workspace, told)
        return await self.carrier.send("events_api", self.world.app.events_url, payload, signed=signed)

    async def interact(self, payload: dict[str, Any], *, signed: Signed = Signed.WELL) -> Delivery:
        """Send any interaction, also one that no user could have made."""
        return await self.carrier.send("interactive", self.world.app.interactivity_url, payload, signed=signed)

    def _subscribed(self, told: dict[str, Any]) -> bool:
        names = {told["type"]}
        if told["type"] == "message":
            names = {f"message.{told.get('channel_type', '')}"}
        return bool(names & self.world.app.subscriptions)
