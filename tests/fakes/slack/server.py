"""The fake Slack: one HTTP server, and the users who act in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.clock import Clock, MachineClock
from tests.fakes.slack.acting import Acting
from tests.fakes.slack.api.response_urls import ResponseUrls
from tests.fakes.slack.api.serving import WebApi
from tests.fakes.slack.calling.delivery import Attempt, Carrier, Delivery
from tests.fakes.slack.calling.socket_mode import SocketMode
from tests.fakes.slack.consenting import AUTHORIZE, Consenting, consent_page
from tests.fakes.slack.faults import Faults
from tests.fakes.slack.mishaps import Mishaps
from tests.fakes.slack.people import App, User, Workspace
from tests.fakes.slack.rates import Rates
from tests.fakes.slack.talking import Talking
from tests.fakes.slack.world import World

EVENTS_PATH = "/slack/events"
BIGGEST_BODY = 64 * 2**20


class FakeSlack(Acting, Talking, Mishaps, Consenting):
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
        self.faults = Faults()
        self.api = WebApi(self.world, self.rates, self.faults)
        self.response_urls = ResponseUrls(self.world)
        self.sockets = SocketMode(self.world)
        self.carrier = Carrier(self.world, self.sockets, signing_clock or MachineClock())
        self._port = port
        self._extra = extra
        self._runner: web.AppRunner | None = None

    @property
    def app(self) -> App:
        """The app as Slack knows it: ids, secrets, addresses, subscriptions."""
        return self.world.app

    @property
    def url(self) -> str:
        """Where the server is."""
        return self.world.url

    @property
    def api_url(self) -> str:
        """The `base_url` of a Slack client."""
        return f"{self.world.url}/api/"

    @property
    def authorize_url(self) -> str:
        """Slack's consent page."""
        return f"{self.world.url}{AUTHORIZE}"

    @property
    def deliveries(self) -> list[Delivery]:
        """Every call to the app, oldest first."""
        return self.carrier.deliveries

    @property
    def complaints(self) -> list[str]:
        """What users were shown as trouble with the app: acknowledgements late or failed, answers without sense."""
        return self.world.complaints

    def ack_seconds(self, kind: str | None = None) -> list[float]:
        """How long each acknowledgement took, of one kind of call (`interactive`, ...) or of all."""
        return [each.seconds for each in self.deliveries if kind in {None, each.kind}]

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

    async def start(self) -> Self:
        """Listen."""
        application = web.Application(client_max_size=BIGGEST_BODY)
        application.router.add_route("*", "/api/{method}", self.api.handle)
        application.router.add_post("/actions/{team}/{key}", self.response_urls.handle)
        application.router.add_get("/link/", self.sockets.handle)
        application.router.add_get(AUTHORIZE, consent_page(self.world))
        application.router.add_post("/upload/v1/{file}", self._upload)
        if self._extra is not None:
            self._extra(self, application)
        # A caller that gives up ends its call; what is still open when the server stops is not waited for.
        self._runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.world.url = f"http://127.0.0.1:{self._port}"
        await self.carrier.open()
        return self

    async def stop(self) -> None:
        """Stop listening and close every connection."""
        await self.sockets.close()
        await self.carrier.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _upload(self, request: web.Request) -> web.Response:
        upload = self.world.uploads.get(request.match_info["file"])
        body = await request.read()
        if upload is None:
            return web.Response(status=404, text="not found")
        if len(body) != upload.length:
            return web.Response(status=400, text=f"expected {upload.length} bytes")
        upload.content = body
        return web.Response(text=f"OK - {len(body)}")

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
