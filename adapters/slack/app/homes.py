"""The Home tab: published when somebody opens it, and again when something that it shows has changed.

Who has opened it is kept for a month. However many commits there are, and whichever process hears of them, a viewer's
page is published at most once in a few seconds, and only when it looks different.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import structlog

from adapters.slack.app.room import Room
from adapters.slack.app.telling import log_fault
from adapters.slack.app.visiting import Visit
from adapters.slack.cards import answers
from adapters.slack.cards.home import QUEUE, home_view
from bot.domain.jsontext import digest
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.errors import Busy, Conflict, SignoffError
from bot.pausing import LEDGER
from bot.ports import Committed
from bot.receiving import Home, Stranger, home_of

Json = dict[str, Any]
ROOM = "slack.homes"
KEPT = timedelta(days=30)
EVERY_SECONDS = 3.0
"""Between two publications for one viewer; Slack limits ``views.publish`` by method and workspace."""
_AT_ONCE = 4
_UNSEEN = {"request.posted", "request.lines_posted", "request.unshown", "request.revealed"}
"""What no Home shows."""


class Shown(msgspec.Struct, frozen=True):
    """What a viewer has before them: whose it is, the digest of the view, and Slack's hash of it."""

    person: str
    digest: str
    hash: str


class Homes:
    """Publishes Home."""

    def __init__(self, room: Room, every: float = EVERY_SECONDS) -> None:
        self._room = room
        self._every = every
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def opened(self, visit: Visit, hash_: str) -> None:
        """Publish it for somebody who has just opened it; ``hash_`` is of the view that they see, if any."""
        await self._publish(visit, Shown("", "", hash_))

    async def run(self) -> None:
        """Follow what is committed, until cancelled."""
        async with self._room.waiting.watch() as commits:
            stale: set[str] = set()
            while True:
                changes = [] if stale else [await commits.get()]
                while not commits.empty():
                    changes.append(commits.get_nowait())
                try:
                    viewers = await self._viewers()
                    stale |= {key for change in changes for key in _concerned(change, viewers)}
                    stale = await self._refresh(stale, viewers)
                except Exception as error:  # noqa: BLE001 - a fault here must not end the server, which has more to do
                    log_fault(error, "home")
                await asyncio.sleep(self._every)

    async def _refresh(self, keys: set[str], viewers: Mapping[str, Shown]) -> set[str]:
        """Publish for these viewers; returns those for whom it was not the time."""
        due = [(key, viewers[key]) for key in keys if key in viewers]
        later = await asyncio.gather(*(self._again(key, shown) for key, shown in due))
        return {key for key in later if key}

    async def _again(self, key: str, shown: Shown) -> str:
        workspace, _, user = key.partition("|")
        async with self._turns:
            try:
                await self._publish(Visit(workspace=workspace, user=user, private=True), shown)
            except Busy:
                return key
            except Exception as error:  # noqa: BLE001 - one viewer's page must not keep the others from theirs
                code = error.code if isinstance(error, SignoffError) else type(error).__name__
                structlog.get_logger("slack").info("home_not_published", workspace=workspace, code=code)
        return ""

    async def _viewers(self) -> Mapping[str, Shown]:
        try:
            entries = await self._room.store.shelf.entries(ROOM, self._room.clock.now())
        except SignoffError:
            return {}  # without the database there is nothing new to show either
        return {key: msgspec.json.decode(value, type=Shown) for key, value in entries.items()}

    async def _publish(self, visit: Visit, shown: Shown) -> None:
        """Publish, unless it looks the same; where somebody else published meanwhile, what is true by then."""
        person, view = await self._view(visit)
        if shown.digest == digest(view):
            return
        try:
            answer = await self._send(visit, view, shown.hash or None)
        except Conflict:
            person, view = await self._view(visit)
            answer = await self._send(visit, view, None)
        kept = Shown(person, digest(view), str(answer.get("view", {}).get("hash", "")))
        until = self._room.clock.now() + KEPT
        await self._room.store.shelf.put(ROOM, visit.key, msgspec.json.encode(kept), expires_at=until)

    async def _send(self, visit: Visit, view: Json, hash_: str | None) -> Json:
        args: Json = {"user_id": visit.user, "view": view} | ({"hash": hash_} if hash_ else {})
        return await self._room.workspaces.write(visit.workspace, "views.publish", **args)

    async def _view(self, visit: Visit) -> tuple[str, Json]:
        """Whose page it is, and the page."""
        try:
            person = await self._room.person(visit, acting=False)
        except Stranger as stranger:
            said = answers.not_linked(stranger.address, stranger.ask)
            return "", {"type": "home", "callback_id": "home", "blocks": said["blocks"]}
        return person.id, home_view(await self._home(visit, person))

    async def _home(self, visit: Visit, person: Person) -> Home:
        room = self._room

        async def ours(request: Request) -> bool:
            return await room.ours(visit, request)

        return await home_of(
            room.store,
            room.policy(),
            room.pausing,
            person,
            room.clock.now(),
            ours=ours,
            desk_url=room.desk_url,
            limit=QUEUE,
        )


def _people(request: Request) -> set[str]:
    decided = set() if request.decision is None else {request.decision.by.id}
    learning = request.feedback and request.feedback.assignee
    return {*request.routing.approvers, *decided, *({learning} if learning else ())}


def _concerned(change: Committed | None, viewers: Mapping[str, Shown]) -> set[str]:
    """The viewers whose page may look different after a commit."""
    if change is not None and not change.stream.startswith("request:") and change.stream != f"ledger:{LEDGER}":
        return set()
    if change is not None and change.types and set(change.types) <= _UNSEEN:
        return set()
    request = None if change is None else change.request
    if request is None:
        return set(viewers)
    return {key for key, shown in viewers.items() if shown.person in _people(request)}
