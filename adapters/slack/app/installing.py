"""Installing the app in a workspace: ``GET /slack/install`` leads to Slack's consent page, which leads back to us.

A state is good once, for ten minutes, in the browser that it was given to: Bolt's own flow on our stores.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urljoin

import msgspec
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.app.telling import log_fault
from adapters.slack.client.installing import Installations, States
from bot.errors import BadInput

INSTALL, BACK = "/slack/install", "/slack/oauth_redirect"
_AUTHORIZE = "/oauth/v2/authorize"
"""Slack's consent page, on the host of its Web API."""


class OAuth(msgspec.Struct, frozen=True):
    """What installing needs; ``public_url`` is where the server is reached, without a slash at its end."""

    client_id: str
    client_secret: str
    scopes: tuple[str, ...]
    installations: Installations
    states: States
    public_url: str


class Installing:
    """The two pages."""

    def __init__(self, oauth: OAuth, api_url: str, bare_client: Callable[[], AsyncWebClient]) -> None:
        self._oauth = oauth
        self._authorize = urljoin(api_url, _AUTHORIZE)
        self._client = bare_client

    async def install(self, request: web.Request) -> web.StreamResponse:
        """A page that leads to Slack's."""
        return await self._page(request, self._flow().handle_installation)

    async def back(self, request: web.Request) -> web.StreamResponse:
        """Whoever comes back from Slack's, with a code or a refusal."""
        return await self._page(request, self._flow().handle_callback)

    async def _page(
        self, request: web.Request, page: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]
    ) -> web.StreamResponse:
        headers = {name: request.headers[name] for name in ("cookie",) if name in request.headers}
        try:
            answer = await page(AsyncBoltRequest(body="", query=request.query_string, headers=dict(headers)))
        except BadInput as error:
            return web.Response(status=403, text=f"Signoff was not installed: {error}")
        except Exception as error:  # noqa: BLE001 - a page for the person, whatever it was
            log_fault(error, "installation")
            return web.Response(status=503, text="Signoff could not be installed now; nothing was kept. Try again.")
        return await to_aiohttp_response(answer)

    def _flow(self) -> AsyncOAuthFlow:
        oauth = self._oauth
        settings = AsyncOAuthSettings(
            client_id=oauth.client_id,
            client_secret=oauth.client_secret,
            scopes=list(oauth.scopes),
            redirect_uri=oauth.public_url + BACK,
            installation_store=oauth.installations,
            state_store=oauth.states,
            authorization_url=self._authorize,
        )
        return AsyncOAuthFlow(client=self._client(), settings=settings)
