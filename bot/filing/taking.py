"""Taking a file: who gets how much of it, and a look at what is masked goes on record before the file is given."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum

from bot.domain.events import Revealed
from bot.domain.people import Actor, Person
from bot.domain.requests import Request
from bot.errors import NotFound
from bot.filing.gathering import Key, Sight, gather
from bot.filing.page import page
from bot.filing.shape import DecisionFile, write_file
from bot.ports import Clock, Store
from bot.recording import Needs, View


class Form(StrEnum):
    """What a file can be."""

    JSON = "json"
    HTML = "html"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        """Its name in HTTP."""
        return {"json": "application/json", "html": "text/html", "pdf": "application/pdf"}[self.value]


def sight_of(request: Request, person: Person) -> Sight:
    """How much of its file a person who may see a request gets: all of it, those who answer for the owner."""
    routing = request.routing
    return Sight.WHOLE if person.id in {routing.accountable, routing.risk_owner} else Sight.MASKED


class Filing:
    """Makes files. What takes long is done in another thread; the caller has asked whether the request may be seen."""

    def __init__(self, store: Store, clock: Clock, key: Key) -> None:
        self._store = store
        self._clock = clock
        self._key = key

    async def take(self, request_id: str, sight: Sight, by: Actor) -> DecisionFile:
        """The file of a request as it stands now.

        With the whole of it, ``by`` is on record as having looked at every masked field before they have the file.

        Raises:
            NotFound: when there is no such request.
        """
        file = await gather(self._store, request_id, sight, self._key, self._clock.now())
        if sight is Sight.WHOLE:
            await self._note(request_id, by)
        return file

    async def written(self, request_id: str, sight: Sight, by: Actor, form: Form) -> bytes:
        """The same as bytes of a form."""
        return await in_form(await self.take(request_id, sight, by), form)

    async def _note(self, request_id: str, by: Actor) -> None:
        def flow(view: View) -> None:
            request = view.request(request_id)
            if request is None:
                raise NotFound(f"there is no request {request_id}")
            given = {**request.proposal.arguments, **request.arguments}
            for field in request.routing.fields:
                if field.sensitive and field.name in given:
                    view.record("request", request_id, Revealed(field.name, in_file=True), by)

        await self._store.transact(Needs(requests=(request_id,)), flow)


async def in_form(file: DecisionFile, form: Form) -> bytes:
    """A file as bytes of a form, made beside the event loop."""
    if form is Form.JSON:
        return await asyncio.to_thread(write_file, file)
    if form is Form.HTML:
        return await asyncio.to_thread(page, file)
    from bot.filing.paper import paper  # noqa: PLC0415 - the typesetter is loaded where somebody wants paper

    return await asyncio.to_thread(paper, file)


Take = Callable[[str, Sight, Actor], Awaitable[DecisionFile]]


def file_name(request_id: str, form: Form, made_at: datetime | None = None) -> str:
    """What a download is called."""
    day = "" if made_at is None else f"-{made_at:%Y%m%d}"
    return f"decision-{request_id}{day}.{form.value}"
