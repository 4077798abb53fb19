"""Slack, as far as it calls us: over HTTP on our own web application, or over a socket that we open."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.app.clicks import clicked, shortcut
from adapters.slack.app.commands import commanded
from adapters.slack.app.happenings import happened
from adapters.slack.app.homes import EVERY_SECONDS, Homes
from adapters.slack.app.installing import BACK, INSTALL, Installing, OAuth
from adapters.slack.app.receiving import Receiving
from adapters.slack.app.room import SURFACE, HandOver, People, Room, Workspaces
from adapters.slack.app.seen import Seen
from adapters.slack.app.submitting import ACK_SECONDS, Ack, submitted
from bot.answering import Answering
from bot.deciding import Deciding
from bot.errors import Busy
from bot.pausing import Pausing
from bot.policy.document import Policy
from bot.ports import Clock, Store
from bot.receiving import MOST, Jobs
from bot.rostering import Rostering
from bot.waiting import Waiting

EVENTS = "/slack/events"
COMMAND, EXPLAIN = "/signoff", "explain"
"""The command and the shortcut that the app's manifest offers."""
GRACE_SECONDS = 4.0
"""How long work that was acknowledged may take once the server is told to stop."""
_BOLT_NAME = "slack_bolt.signoff"
"""Bolt sets the level of the logger of this name, which must not be one of ours."""
_ANY = re.compile("")
Body = Mapping[str, Any]


class Slack:
    """Bolt's application with our listeners: each acknowledges, and what it is about is done afterwards.

    ``desk_url`` is the desk's first page. Without ``signing_secret`` nothing is taken over HTTP; with ``app_token``
    calls come over a socket; with ``oauth`` workspaces can install the app. ``ack_seconds`` is how long a form's answer
    is waited for, ``home_seconds`` lies between two publications of a viewer's Home, ``most`` is how much may be under
    way at once.
    """

    def __init__(  # noqa: PLR0913 - it is wired once, by name
        self,
        *,
        store: Store,
        clock: Clock,
        policy: Callable[[], Policy],
        deciding: Deciding,
        pausing: Pausing,
        rostering: Rostering,
        answering: Answering,
        waiting: Waiting,
        workspaces: Workspaces,
        people: People,
        desk_url: str,
        api_url: str,
        signing_secret: str = "",
        app_token: str = "",
        oauth: OAuth | None = None,
        hand_over: HandOver | None = None,
        ack_seconds: float = ACK_SECONDS,
        home_seconds: float = EVERY_SECONDS,
        most: int = MOST,
    ) -> None:
        self._room = Room(
            store=store,
            clock=clock,
            policy=policy,
            deciding=deciding,
            pausing=pausing,
            rostering=rostering,
            answering=answering,
            waiting=waiting,
            workspaces=workspaces,
            people=people,
            desk_url=desk_url.rstrip("/"),
            jobs=Jobs(SURFACE, most),
            seen=Seen(store.shelf, clock),
            hand_over=hand_over,
        )
        self._homes = Homes(self._room, home_seconds)
        self._api_url = api_url
        self._signing_secret = signing_secret
        self._app_token = app_token
        self._oauth = oauth
        self._ack_seconds = ack_seconds
        self._bolt = self._listening()

    def mount(self, app: web.Application) -> None:
        """Serve ``POST /slack/events`` and, with OAuth, the pages ``GET /slack/install`` and ``/slack/oauth_redirect``.

        What was acknowledged is finished, within a few seconds, when the application is cleaned up.
        """
        if self._signing_secret:
            app.router.add_post(EVENTS, Receiving(self._bolt, self._signing_secret).events)
        if self._oauth is not None:
            pages = Installing(self._oauth, self._api_url, self._room.workspaces.bare_client)
            app.router.add_get(INSTALL, pages.install)
            app.router.add_get(BACK, pages.back)

        async def finish(_: web.Application) -> None:
            await self._room.jobs.finish(GRACE_SECONDS)

        app.on_cleanup.append(finish)

    async def run(self) -> None:
        """Keep Home up to date and, with an app token, the socket open, until cancelled."""
        socket = self._socket() if self._app_token else None
        connecting = None if socket is None else asyncio.create_task(_connect(socket), name="slack socket")
        try:
            await self._homes.run()
        finally:
            if socket is not None and connecting is not None:
                await _close(socket, connecting)
            await self._room.jobs.finish(GRACE_SECONDS)

    def _listening(self) -> AsyncApp:
        quiet = logging.getLogger("signoff.slack.bolt")
        quiet.setLevel(logging.CRITICAL)  # its warnings hold what people wrote; ours say what went wrong
        bolt = AsyncApp(
            logger=quiet,
            name=_BOLT_NAME,
            signing_secret=self._signing_secret,
            client=AsyncWebClient(base_url=self._api_url, logger=quiet),
            authorize=_anybody,
            request_verification_enabled=bool(self._signing_secret),
            ignoring_self_events_enabled=False,
            ssl_check_enabled=False,  # it would answer before the signature is looked at
            attaching_conversation_kwargs_enabled=False,
            process_before_response=True,  # else it looks for an acknowledgement each 10 ms; ours end with theirs
        )
        bolt.action(_ANY)(self._on_click)
        bolt.view(_ANY)(self._on_submission)
        bolt.command(COMMAND)(self._on_command)
        bolt.shortcut(EXPLAIN)(self._on_shortcut)
        bolt.event(_ANY)(self._on_event)
        bolt.error(_on_error)
        return bolt

    async def _on_click(self, ack: Ack, body: Body) -> None:
        self._room.jobs.start(clicked(self._room, body), "click")
        await ack()

    async def _on_shortcut(self, ack: Ack, body: Body) -> None:
        self._room.jobs.start(shortcut(self._room, body), "shortcut")
        await ack()

    async def _on_submission(self, ack: Ack, body: Body) -> None:
        await submitted(self._room, ack, body, self._ack_seconds)

    async def _on_command(self, ack: Ack, body: Body) -> None:
        await commanded(self._room, ack, body, self._ack_seconds)

    async def _on_event(self, body: Body) -> None:
        installations = None if self._oauth is None else self._oauth.installations
        self._room.jobs.start(happened(self._room, self._homes, installations, body), "event")

    def _socket(self) -> AsyncSocketModeHandler:
        quiet = logging.getLogger("signoff.slack.socket")
        quiet.setLevel(logging.CRITICAL)  # what it logs holds whole messages and one-time addresses
        client = AsyncWebClient(base_url=self._api_url, logger=quiet)
        return AsyncSocketModeHandler(self._bolt, self._app_token, logger=quiet, web_client=client)


async def _anybody() -> AuthorizeResult:
    """Bolt's own authorization would ask Slack, or the database, before anything is acknowledged.

    Which workspace it is, whether it has the app, and who the user is, is asked afterwards, of every deed.
    """
    return AuthorizeResult(enterprise_id=None, team_id=None)


async def _on_error(error: Exception) -> BoltResponse:
    """What could not be begun is not acknowledged, so that Slack tells the user."""
    kind = error.code if isinstance(error, Busy) else type(error).__name__
    structlog.get_logger("slack").error("not_acknowledged", kind=kind)
    return BoltResponse(status=503)


async def _connect(socket: AsyncSocketModeHandler) -> None:
    """Open the socket; it tries until it succeeds, and opens another whenever it is closed."""
    await socket.connect_async()  # type: ignore[no-untyped-call]  # the SDK leaves it without types


async def _close(socket: AsyncSocketModeHandler, connecting: asyncio.Task[None]) -> None:
    connecting.cancel()
    await asyncio.gather(connecting, return_exceptions=True)
    background = [
        task
        for task in (
            socket.client.message_processor,
            socket.client.current_session_monitor,
            socket.client.message_receiver,
        )
        if task is not None
    ]
    await socket.close_async()  # type: ignore[no-untyped-call]  # the SDK leaves it without types
    await asyncio.gather(*background, return_exceptions=True)
