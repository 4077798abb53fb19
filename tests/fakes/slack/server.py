"""The fake Slack: one HTTP server, and the users who act in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web

from tests.fakes.clock import Clock, MachineClock
from tests.fakes.delivering import Attempt
from tests.fakes.faults import Faults
from tests.fakes.serving import Serving
from tests.fakes.slack.acting import Acting
from tests.fakes.slack.api.calls import Call
from tests.fakes.slack.api.response_urls import ResponseUrls
from tests.fakes.slack.api.serving import WebApi
from tests.fakes.slack.calling.delivery import Carrier, Delivery
from tests.fakes.slack.calling.socket_mode import SocketMode
from tests.fakes.slack.consenting import AUTHORIZE, Consenting, consent_page
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.mishaps import Mishaps
from tests.fakes.slack.people import App, User, Workspace
from tests.fakes.slack.rates import Rates
from tests.fakes.slack.talking import Talking
from tests.fakes.slack.world import World

EVENTS_PATH = "/slack/events"


class FakeSlack(Acting, Talking, Mishaps, Consenting, Serving[Delivery]):
    """Slack, as far as a bot meets it. Use it as an asynchronous context, or `start` and `stop` it.

    Args:
        clock: The time of messages, triggers, rates and response addresses.
        signing_clock: The time in signatures. The machine's own by default: Bolt compares with that.
        port: Where to listen on 127.0.0.1; 0 takes a free one.
        extra: Adds routes of its own before the server starts.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        signing_clock: Clock | None = None,
        port: int = 0,
        extra: Callable[[FakeSlack, web.Application], None] | None = None,
    ) -> None:
        self.world = World(clock or MachineClock())
        self.rates = Rates()
        self.faults: Faults[Fault, Call] = Faults()
        self.api = WebApi(self.world, self.rates, self.faults)
        self.response_urls = ResponseUrls(self.world)
        self.sockets = SocketMode(self.world)
        self.carrier = Carrier(self.world, self.sockets, signing_clock or MachineClock())
        super().__init__(port, extra)

    @property
    def app(self) -> App:
        """The app as Slack knows it: ids, secrets, addresses, subscriptions."""
        return self.world.app

    @property
    def api_url(self) -> str:
        """The `base_url` of a Slack client."""
        return f"{self.world.url}/api/"

    @property
    def authorize_url(self) -> str:
        """Slack's consent page."""
        return f"{self.world.url}{AUTHORIZE}"

    async def replay(self, delivery: Delivery) -> Attempt:
        """Send the same bytes under the same signature again, as somebody who recorded them would."""
        return await self.carrier.again(delivery)

    async def retry(self, delivery: Delivery, number: int = 1, reason: str = "http_timeout") -> Attempt:
        """Send an event again, signed anew and marked as a retry, as Slack does when it missed the answer."""
        headers = {"X_Slack_Retry_Num": str(number), "X_Slack_Retry_Reason": reason}
        return await self.carrier.again(delivery, fresh=True, **headers)

    def trigger(self, user: User) -> str:
        """A trigger id for something that this user just did."""
        return self.world.trigger(user)

    def workspace(self, name: str = "Acme", **more: Any) -> Workspace:
        """Add a workspace with the app installed; `scopes=None` leaves it out, `scopes=(...)` grants those."""
        return self.world.workspace(name, **more)

    def connect(self, base_url: str, *, path: str = EVENTS_PATH, commands: Iterable[str] = ("/signoff",)) -> None:
        """Register the app's address for everything that Slack calls."""
        address = base_url.rstrip("/") + path
        self.app.events_url = self.app.interactivity_url = self.app.options_url = address
        self.app.commands = dict.fromkeys(commands, address)
        self.app.redirect_urls = [base_url.rstrip("/") + "/slack/oauth_redirect"]

    async def verify_url(self) -> Delivery:
        """Slack's handshake when the address is registered; the answer must carry the challenge."""
        challenge = self.world.minting.short()
        payload = {"type": "url_verification", "token": self.app.verification_token, "challenge": challenge}
        delivery = await self.carrier.send("events_api", self.app.events_url, payload)
        if delivery.ok and challenge not in delivery.last.body:
            self.world.complain("url_verification: the challenge did not come back")
        return delivery

    def mount(self, application: web.Application) -> None:
        """Add the routes that the platform has."""
        application.router.add_route("*", "/api/{method}", self.api.handle)
        application.router.add_post("/actions/{team}/{key}", self.response_urls.handle)
        application.router.add_get("/link/", self.sockets.handle)
        application.router.add_get(AUTHORIZE, consent_page(self.world))
        application.router.add_post("/upload/v1/{file}", self._upload)

    async def stop(self) -> None:
        """Stop listening and close every connection."""
        await self.sockets.close()
        await super().stop()

    async def _upload(self, request: web.Request) -> web.Response:
        upload = self.world.uploads.get(request.match_info["file"])
        body = await request.read()
        if upload is None:
            return web.Response(status=404, text="not found")
        if len(body) != upload.length:
            return web.Response(status=400, text=f"expected {upload.length} bytes")
        upload.content = body
        return web.Response(text=f"OK - {len(body)}")
