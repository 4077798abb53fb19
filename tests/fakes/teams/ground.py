"""What every part of the fake stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.teams.calling import activities
from tests.fakes.teams.calling.delivery import Carrier, Delivery
from tests.fakes.teams.identity.bearing import Token
from tests.fakes.teams.messages import Message
from tests.fakes.watching import Watching

if TYPE_CHECKING:
    from typing import Any

    from tests.fakes.teams.people import Place, User
    from tests.fakes.teams.world import World


class Ground(Watching[Delivery]):
    """The world and the way to the bot."""

    world: World
    carrier: Carrier

    async def send(self, activity: dict[str, Any], *, token: Token = Token.GOOD) -> Delivery:
        """Send any activity, also one that nobody could have made."""
        return await self.carrier.send(activity, token=token)

    async def send_bytes(self, body: bytes, *, token: Token = Token.GOOD, service_url: str = "") -> Delivery:
        """Send any body, also one that is no JSON, with a token for this service address.

        Args:
            service_url: The first tenant's by default.
        """
        if not service_url and self.world.tenants:
            service_url = self.world.service_url(next(iter(self.world.tenants.values())))
        return await self.carrier.send_bytes(body, token=token, service_url=service_url)

    async def invoke(
        self,
        user: User,
        where: Place | Message,
        name: str,
        value: Any,
        *,
        token: Token = Token.GOOD,
        **more: Any,
    ) -> Delivery:
        """Send any invoke; `more` overrides fields of the activity. What is answered is not shown to anybody."""
        message = where if isinstance(where, Message) else None
        place = where.place if isinstance(where, Message) else where
        activity = activities.invoke(self.world, user, place, name, value, message)
        return await self.carrier.send({**activity, **more}, token=token)
