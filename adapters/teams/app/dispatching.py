"""From an activity to its answer: what Teams waits for is answered in time, the rest goes on by itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from adapters.teams.app import answers
from adapters.teams.app.answers import Answer
from adapters.teams.app.clicks import clicked, read_pressed
from adapters.teams.app.commands import said
from adapters.teams.app.happenings import happened
from adapters.teams.app.room import Json, Room
from adapters.teams.app.submitting import fetched, read_sent, submitted
from adapters.teams.app.telling import card_of, log_fault, tell
from adapters.teams.app.visiting import Visit, read_visit, text
from adapters.teams.cards.answers import say_card
from adapters.teams.client import Claims
from bot.errors import Busy, NotFound, SignoffError

ACK_SECONDS = 2.0
"""How long an answer is waited for before it is said to come; Teams waits three."""
REMEMBERED = 300
"""Answers, of up to 28 KB, that are kept for calls that are sent again."""
ACTION, FETCH, SUBMIT = "adaptiveCard/action", "task/fetch", "task/submit"
_WORKING = "Still working on it: the card shows it as soon as it is recorded."
_SLOW = "This takes too long now, and nothing was done. Close it, and press the button again."
_LATE = say_card("That took too long, so nothing was shown.", "Nothing was decided by it; press the button again.")
Handler = Callable[[bool], Awaitable[Answer]]


class Dispatching:
    """Answers activities whose tokens were good. ``seconds`` is how long an answer is waited for."""

    def __init__(self, room: Room, seconds: float = ACK_SECONDS) -> None:
        self._room = room
        self._seconds = seconds
        self._tasks: OrderedDict[tuple[str, ...], asyncio.Task[Answer]] = OrderedDict()

    async def answer(self, claims: Claims) -> Json | None:
        """The body of the answer; None for an empty one.

        Raises:
            BadInput: it is malformed; nothing was done.
            NotFound: an invoke that we know nothing of.
            Busy: too much is under way; nothing was done.
        """
        match claims.activity["type"]:
            case "invoke":
                return await self._invoked(claims)
            case "message" | "conversationUpdate" | "installationUpdate":
                work = self._room.jobs.awaited(self._heard(claims), "activity")
                await asyncio.wait((work,), timeout=self._seconds)
            case _:  # reactions, typing, edits: nothing follows, but where they came from is worth knowing
                self._room.jobs.start(self._noted(claims), "activity")
        return None

    # ------------------------------------------------------------------------------------------------------ invokes

    async def _invoked(self, claims: Claims) -> Json | None:
        visit, name = read_visit(claims), text(claims.activity.get("name"))
        handler = self._handler(claims, visit, name)
        task = self._under_way(name, visit, lambda: self._handled(claims, visit, handler))
        done, _ = await asyncio.wait((task,), timeout=self._seconds)
        if done:
            return task.result().body
        if name != FETCH:
            with contextlib.suppress(Busy):  # the work goes on all the same, and the card tells of it
                self._room.jobs.start(self._late(visit, name, task), "late answer")
        if name == ACTION:
            return answers.passing(_WORKING).body
        return answers.told(_SLOW if name == FETCH else _WORKING).body

    def _handler(self, claims: Claims, visit: Visit, name: str) -> Handler:
        """What answers this invoke, once it is read.

        Raises:
            BadInput: it is malformed.
            NotFound: it is none of ours.
        """
        room, value = self._room, claims.activity.get("value")
        if name == ACTION:
            pressed = read_pressed(value)
            return lambda first: clicked(room, visit, pressed, first=first)
        if name in {FETCH, SUBMIT}:
            sent = read_sent(value)
            do = fetched if name == FETCH else submitted
            return lambda first: do(room, visit, sent, first=first)
        raise NotFound("Signoff knows nothing of this invoke")

    def _under_way(self, name: str, visit: Visit, work: Callable[[], Awaitable[Answer]]) -> asyncio.Task[Answer]:
        """The work on this very call, where it came before and goes on; else the work, begun.

        A dialog's finished answer is given again; a card's is made anew, since a card shows how things are now.
        """
        key = (name, *visit.identity)
        known = self._tasks.get(key)
        if known is not None and not (known.done() and name == ACTION):
            return known

        async def working() -> Answer:
            return await work()

        task = self._tasks[key] = self._room.jobs.awaited(working(), name)
        while len(self._tasks) > REMEMBERED:
            self._tasks.popitem(last=False)
        return task

    async def _handled(self, claims: Claims, visit: Visit, handler: Handler) -> Answer:
        """The answer; never an error of ours."""
        try:
            first = await self._room.seen.first((str(claims.activity["name"]), *visit.identity))
            await self._noted(claims)
            return await handler(first)
        except Exception as error:  # noqa: BLE001 - the last resort: the user is told
            log_fault(error, "invoke")
            card = card_of(error)
            return answers.view(card, card) if claims.activity["name"] == ACTION else answers.words("Signoff", card)

    async def _late(self, visit: Visit, name: str, task: asyncio.Task[Answer]) -> None:
        """Tell of what came of it, where the base card will not: in their chat."""
        answer = await task
        notice = answer.notice
        if notice is None and name != ACTION and answer.body is not None:
            notice = _LATE
        if notice is not None:
            await tell(self._room, visit, notice)

    # ------------------------------------------------------------------------------------------------------- others

    async def _heard(self, claims: Claims) -> None:
        """A message, or news of where the bot is. Nobody waits for an answer; the log says what went wrong."""
        try:
            told = await self._room.references.note(claims.activity)
            visit = read_visit(claims)
            if told.chat and not told.chat_gone:
                await self._met(visit)
            if claims.activity["type"] == "message":
                await said(self._room, visit, claims.activity)
            else:
                await happened(self._room, visit, claims.activity["type"], told)
        except Exception as error:  # noqa: BLE001 - nobody waits for it
            log_fault(error, str(claims.activity["type"]))

    async def _met(self, visit: Visit) -> None:
        """Learn whose chat it is, so that somebody who only ever installed the app can be told of what is theirs."""
        with contextlib.suppress(SignoffError):  # then it is learned with the next message
            await self._room.people.member(visit.tenant, visit.user, conversation=visit.place)

    async def _noted(self, claims: Claims) -> None:
        """Where it came from, and which card somebody looks at."""
        await self._room.references.note(claims.activity)
        if claims.activity.get("name") == ACTION:
            await self._room.sighted(claims.activity)
