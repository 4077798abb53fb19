"""An unmodified Bolt application on a real HTTP server, for the fake Slack to call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from tests.fakes.slack import FakeSlack, Workspace

Handler = Callable[..., Awaitable[None]]


@dataclass
class Served:
    """A Bolt application and where it listens."""

    app: AsyncApp
    url: str


def client_of(slack: FakeSlack, workspace: Workspace | None = None, **more: Any) -> AsyncWebClient:
    """The SDK's client for the app in a workspace."""
    return AsyncWebClient(token=workspace.token if workspace else None, base_url=slack.api_url, **more)


async def refusal(call: Awaitable[AsyncSlackResponse]) -> str:
    """The error code of a refused call, `ok` if it went through."""
    try:
        await call
    except SlackApiError as refused:
        code: str = refused.response["error"]
        return code
    return "ok"


def bolt_of(slack: FakeSlack, workspace: Workspace) -> AsyncApp:
    """A Bolt application for one workspace."""
    return AsyncApp(signing_secret=slack.app.signing_secret, client=client_of(slack, workspace))


def installable_of(slack: FakeSlack, home: str) -> AsyncApp:
    """A Bolt application for every workspace that installs it."""
    settings = AsyncOAuthSettings(
        client_id=slack.app.client_id,
        client_secret=slack.app.client_secret,
        scopes=["chat:write", "commands", "users:read"],
        installation_store=FileInstallationStore(base_dir=f"{home}/installations"),
        state_store=FileOAuthStateStore(expiration_seconds=60, base_dir=f"{home}/states"),
        authorization_url=slack.authorize_url,
    )
    return AsyncApp(signing_secret=slack.app.signing_secret, client=client_of(slack), oauth_settings=settings)


@asynccontextmanager
async def serving(slack: FakeSlack, app: AsyncApp) -> AsyncIterator[Served]:
    """Serve the application and register it with the fake; at the end nothing that it started is left."""

    async def handle(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    async def install(request: web.Request) -> web.Response:
        assert app.oauth_flow is not None
        return await to_aiohttp_response(await app.oauth_flow.handle_installation(await to_bolt_request(request)))

    async def back(request: web.Request) -> web.Response:
        assert app.oauth_flow is not None
        return await to_aiohttp_response(await app.oauth_flow.handle_callback(await to_bolt_request(request)))

    site = web.Application()
    site.router.add_post("/slack/events", handle)
    site.router.add_get("/slack/install", install)
    site.router.add_get("/slack/oauth_redirect", back)
    before = asyncio.all_tasks()
    runner = web.AppRunner(site, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    slack.connect(url)
    try:
        yield Served(app, url)
    finally:
        await runner.cleanup()
        left = asyncio.all_tasks() - before - {asyncio.current_task()}
        await asyncio.gather(*left, return_exceptions=True)
