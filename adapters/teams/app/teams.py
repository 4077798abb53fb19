"""Teams, as far as it calls us: over HTTP on our own web application."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from adapters.teams.app.dispatching import ACK_SECONDS, Dispatching
from adapters.teams.app.receiving import Receiving
from adapters.teams.app.room import SURFACE, Room
from adapters.teams.client import References, Saying, TeamsChat, TeamsPeople, TeamsPort, TeamsPublishing
from bot.answering import Answering
from bot.deciding import Deciding
from bot.pausing import Pausing
from bot.policy.document import Policy
from bot.ports import Clock, Store
from bot.receiving import MOST, Drafts, Jobs, Once
from bot.rostering import Rostering

MESSAGES = "/api/messages"
GRACE_SECONDS = 4.0
"""How long work that was acknowledged may take once the server is told to stop."""


class Teams:
    """Buttons, dialogs, commands and news, each acknowledged in time.

    ``desk_url`` is the desk's first page. ``ack_seconds`` is how long an answer is waited for, ``most`` is how much may
    be under way at once.
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
        port: TeamsPort,
        saying: Saying,
        references: References,
        people: TeamsPeople,
        chat: TeamsChat,
        desk_url: str,
        publishing: TeamsPublishing | None = None,
        ack_seconds: float = ACK_SECONDS,
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
            port=port,
            saying=saying,
            references=references,
            people=people,
            sighted=chat.sighted,
            desk_url=desk_url.rstrip("/"),
            jobs=Jobs(SURFACE, most),
            seen=Once(store.shelf, clock, "teams.seen"),
            drafts=Drafts(store.shelf, clock, "teams.edits"),
            publishing=publishing,
        )
        self._receiving = Receiving(port, Dispatching(self._room, ack_seconds))

    def mount(self, app: web.Application) -> None:
        """Serve ``POST /api/messages``; what was acknowledged is finished when the application is cleaned up."""
        app.router.add_post(MESSAGES, self._receiving.messages)

        async def finish(_: web.Application) -> None:
            await self._room.jobs.finish(GRACE_SECONDS)

        app.on_cleanup.append(finish)
