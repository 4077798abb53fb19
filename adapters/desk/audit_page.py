"""The record itself: how far it is sealed, where its checkpoints went, its keys, and whether all of it still holds."""

from __future__ import annotations

from base64 import b64encode

import msgspec
from aiohttp import web

from adapters.desk.guard import FORM
from adapters.desk.pages import sentence
from adapters.desk.request_page import Said
from adapters.desk.workroom import SURFACE, VISITOR, WORKROOM, Workroom
from bot.domain.events import Noted, event_of
from bot.errors import BadInput, SignoffError
from bot.policy.document import Policy
from bot.ports import Sealed, Store, Unsealed
from bot.proving.findings import Finding
from bot.proving.verifying import may_verify
from bot.publishing import newest_published
from bot.recording import PUBLISHED, stream_of
from bot.sealing import note_of

HERE = "/desk/audit"
MOST_COUNTED = 1000
"""Unsealed events that are counted; more than these are told as so many and more."""
LISTED = 100
_KEYS = stream_of("ledger", "keys")


class Held(msgspec.Struct, frozen=True):
    """What holding kept checkpoints against the record came to."""

    checkpoints: int
    findings: tuple[Finding, ...]


async def audit(request: web.Request) -> web.StreamResponse:
    """``GET /desk/audit``."""
    return await _page(request)


async def back(_: web.Request) -> web.StreamResponse:
    """A form's address, opened or reloaded in the browser."""
    raise web.HTTPSeeOther(HERE)


async def verify(request: web.Request) -> web.StreamResponse:
    """``POST /desk/audit/verify``: begin to verify; where that is under way, whoever began it, show how far it is."""
    await request.app[WORKROOM].verifying.begin(request[VISITOR].person, SURFACE)
    raise web.HTTPSeeOther(f"{HERE}#verification")


async def compare(request: web.Request) -> web.StreamResponse:
    """``POST /desk/audit/compare``: hold checkpoints that were kept elsewhere against the record."""
    room, text = request.app[WORKROOM], request[FORM].get("notes", "")
    try:
        count, findings = await room.verifying.compare(text, request[VISITOR].person)
    except BadInput as error:
        return await _page(request, typed=text, error=error)
    return await _page(request, typed=text, held=Held(count, tuple(findings)))


async def _page(
    request: web.Request, *, typed: str = "", held: Held | None = None, error: SignoffError | None = None
) -> web.Response:
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy = room.policy()
    last = await room.store.seals.last()
    standing = await room.verifying.standing()
    names = {person.id: person.name for person in policy.people.values()}
    return room.pages.show(
        "audit.html",
        status=200 if error is None else 422,
        now=room.clock.now(),
        zone=policy.zone,
        visitor=visitor,
        last=last,
        root="" if last is None else b64encode(last.root).decode(),
        note="" if last is None else note_of(last),
        unsealed=await unsealed(room.store),
        most=MOST_COUNTED,
        published=await newest_published(room.store),
        targets=await _targets(room),
        changes=await _key_changes(room, policy),
        standing=standing,
        names=names,
        mine=may_verify(visitor.person, policy),
        able=sorted(
            {names[id_] for one in policy.owners.values() for id_ in (one.risk_owner, one.accountable) if id_ in names}
        ),
        listed=LISTED,
        typed=typed,
        held=held,
        problem=None if error is None else sentence(f"This {error.message}"),
        said=None
        if error is None
        else Said("Nothing was compared", sentence(f"What was given {error.message}"), error.remedy),
    )


async def unsealed(store: Store) -> int:
    """How many events no checkpoint covers yet, ``MOST_COUNTED`` at most; 0 also while somebody is sealing them."""
    found: list[int] = []

    def look(waiting: Unsealed) -> Sealed | None:
        found.append(len(waiting.hashes))
        return None

    await store.seals.seal(look, limit=MOST_COUNTED)
    return sum(found)


async def _targets(room: Workroom) -> tuple[str, ...]:
    """Where the newest published checkpoint was to go."""
    records = await room.store.events(stream_of("ledger", PUBLISHED))
    event = event_of(records[-1]) if records else None
    return tuple(event.facts["targets"]) if isinstance(event, Noted) else ()


async def _key_changes(room: Workroom, policy: Policy) -> list[dict[str, object]]:
    """Every change of the key, the newest first; whether both keys vouch for it."""
    found = []
    for record in await room.store.events(_KEYS):
        event = event_of(record)
        if isinstance(event, Noted) and event.what == "key.changed":
            who = record.actor.partition(":")[2]
            found.append(
                {
                    "before": event.facts["before"],
                    "now": event.facts["now"],
                    "at": record.at,
                    "by": policy.people[who].name if who in policy.people else who,
                    "vouched": "now_signature" in event.facts,
                }
            )
    return found[::-1]
