"""The fake Teams: one HTTP server, and the people who act in it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.fakes.clock import Clock, MachineClock
from tests.fakes.delivering import Attempt
from tests.fakes.faults import Faults
from tests.fakes.possible import NotPossible
from tests.fakes.serving import Serving
from tests.fakes.teams.acting import Acting
from tests.fakes.teams.calling.delivery import Carrier, Delivery
from tests.fakes.teams.connector.calls import Call
from tests.fakes.teams.connector.serving import Connector
from tests.fakes.teams.faults import Fault
from tests.fakes.teams.identity.bearing import Bearer
from tests.fakes.teams.identity.keys import Keyring
from tests.fakes.teams.identity.login import Directory
from tests.fakes.teams.messages import Message
from tests.fakes.teams.mishaps import Mishaps
from tests.fakes.teams.people import App, Place, Tenant, User
from tests.fakes.teams.rates import Rates
from tests.fakes.teams.talking import Talking
from tests.fakes.teams.world import World

MESSAGES_PATH = "/api/messages"


class FakeTeams(Acting, Talking, Mishaps, Serving[Delivery]):
    """Teams, as far as a bot meets it. Use it as an asynchronous context, or `start` and `stop` it.

    Args:
        clock: The time of messages and rates, and of the life of the tokens that the bot is given.
        token_clock: The time in the tokens that Teams bears. The machine's own by default: the SDK compares with that.
        port: Where to listen on 127.0.0.1; 0 takes a free one.
        extra: Adds routes of its own before the server starts.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        token_clock: Clock | None = None,
        port: int = 0,
        extra: Callable[[FakeTeams, web.Application], None] | None = None,
    ) -> None:
        self.world = World(clock or MachineClock(), on_shown=self._appeared)
        self.rates = Rates()
        self.faults: Faults[Fault, Call] = Faults()
        self.ring = Keyring("teams", 100)
        directory_ring = Keyring("directory", 200)
        self.directory = Directory(self.world, directory_ring)
        self.connector = Connector(self.world, self.ring, self.directory, self.rates, self.faults)
        bearer = Bearer(self.world.app, self.ring, directory_ring)
        self.carrier = Carrier(self.world, bearer, token_clock or MachineClock())
        self._watching: list[tuple[User, Place]] = []
        self._refreshing: set[asyncio.Task[None]] = set()
        super().__init__(port, extra)

    @property
    def app(self) -> App:
        """The bot as registered: ids, secret, tenant."""
        return self.world.app

    @property
    def openid_url(self) -> str:
        """The metadata of the keys that sign Teams' calls."""
        return f"{self.url}/v1/.well-known/openidconfiguration"

    @property
    def login_url(self) -> str:
        """The directory, without a tenant; tokens are at `{login_url}{tenant}/oauth2/v2.0/token`."""
        return f"{self.url}/login/"

    @property
    def token_url(self) -> str:
        """Where the bot gets its tokens."""
        return f"{self.login_url}{self.app.tenant_id}/oauth2/v2.0/token"

    @property
    def identity_url(self) -> str:
        """Where a managed identity gets its tokens."""
        return f"{self.url}/metadata/identity/oauth2/token"

    def service_url(self, tenant: Tenant | None = None) -> str:
        """The connector's address for a tenant, or the one that serves all."""
        return self.world.service_url(tenant) if tenant is not None else f"{self.url}/teams/"

    def settings(self) -> dict[str, Any]:
        """The attributes of the SDK's configuration that lead it here, with the bot's credentials."""
        return {
            "APP_ID": self.app.id,
            "APP_PASSWORD": self.app.secret,
            "APP_TYPE": "SingleTenant",
            "APP_TENANTID": self.app.tenant_id,
            "TO_CHANNEL_FROM_BOT_LOGIN_URL": f"{self.login_url}{self.app.tenant_id}",
            "TO_CHANNEL_FROM_BOT_OAUTH_SCOPE": self.app.scope,
            "TO_BOT_FROM_CHANNEL_TOKEN_ISSUER": self.app.issuer,
            "TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL": self.openid_url,
            "TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL": self.openid_url,
            "OAUTH_URL": self.url,
            "CALLER_ID": "",
            "VALIDATE_AUTHORITY": False,
        }

    def tenant(self, name: str = "Contoso", **more: Any) -> Tenant:
        """Add a tenant. The first is the bot's own; others are strangers."""
        return self.world.tenant(name, **more)

    def connect(self, base_url: str, *, path: str = MESSAGES_PATH) -> None:
        """Register the bot's messaging address."""
        self.app.messaging_url = base_url.rstrip("/") + path

    async def replay(self, delivery: Delivery, *, fresh: bool = True) -> Attempt:
        """Send the same bytes again, under a fresh token or the recorded one."""
        return await self.carrier.again(delivery, fresh=fresh)

    def watch(self, user: User, place: Place) -> None:
        """Let a person keep a conversation open: every card that appears or changes there is drawn for them at once,
        and refreshed by itself where it asks for that."""
        self._watching.append((user, place))

    def mount(self, application: web.Application) -> None:
        """Add the routes that the platform has."""
        self.connector.mount(application)

    async def drawn(self) -> None:
        """Until every card that appeared so far was drawn for whoever has it open, or could not be."""
        await asyncio.gather(*self._refreshing, return_exceptions=True)

    async def stop(self) -> None:
        """Stop listening and close every connection."""
        for task in self._refreshing:
            task.cancel()
        await asyncio.gather(*self._refreshing, return_exceptions=True)
        await super().stop()

    def _appeared(self, message: Message) -> None:
        for user, place in self._watching:
            if place is message.place and not message.deleted and message.card is not None and user in place.people:
                task = asyncio.get_running_loop().create_task(self._draw(user, message))
                self._refreshing.add(task)
                task.add_done_callback(self._refreshing.discard)

    async def _draw(self, user: User, message: Message) -> None:
        """Draw what appeared, unless it has gone meanwhile."""
        with contextlib.suppress(NotPossible):
            await self.show(user, message)
