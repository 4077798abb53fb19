"""``link NAME``: a channel takes the place that the policy names, once who answers for its owners has said so there.

The policy alone says where requests go: ``channels: {teams: refunds}`` names a place, and linking says which channel
that is. A channel's own id (``19:...``) in the policy needs no linking, and none changes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.teams.app.room import SURFACE, Json, Room
from adapters.teams.app.visiting import Visit
from adapters.teams.cards.answers import say_card
from bot.answering.asking import find_owner
from bot.domain.events import Noted, event_of
from bot.domain.people import Actor, ActorKind, Person
from bot.errors import BadInput, NotAllowed
from bot.policy.document import Owner, Policy
from bot.recording import Needs

LEDGER = "channels"
LINKED = "channel.linked"
_CHANNEL = "19:"
_LONGEST = 100


async def link(room: Room, visit: Visit, wanted: str) -> Json:
    """Let this channel be what the policy calls ``wanted``; what is said of it, to everybody there.

    Raises:
        BadInput: when it is no channel, or the policy names no such place.
        NotAllowed: when this person answers for none of its owners.
    """
    person = await room.person(visit)
    if not visit.channel or not visit.place.startswith(_CHANNEL):
        raise BadInput("a chat is no channel", remedy="write it in the channel that is to be linked")
    name, owners = _place(wanted, room.policy())
    if any(person.id not in {owner.accountable, owner.risk_owner} for owner in owners):
        raise NotAllowed(f"{person.name} does not answer for {_titles(owners)}", remedy=_ask(owners, room.policy()))
    await _record(room, name, visit, person)
    await _follow(room, name)
    return say_card(f"This channel is linked: {_uses(name, owners)}.", f"By {person.name}.")


def _place(wanted: str, policy: Policy) -> tuple[str, list[Owner]]:
    """The place as the policy writes it, and the owners whose requests may come there."""
    named: dict[str, list[Owner]] = {}
    for owner in policy.owners.values():
        for place in set(_places(owner)):
            named.setdefault(place, []).append(owner)
    key = wanted.strip().casefold()
    if key in {name.casefold() for name in named}:
        name = next(name for name in named if name.casefold() == key)
        return name, named[name]
    try:
        own = list(_places(find_owner(wanted, policy)))
    except BadInput as error:
        there = ", ".join(named) or "none"
        raise BadInput(
            f"the policy names no place {wanted[:_LONGEST]!r} in Teams", remedy=f"choose one of: {there}"
        ) from error
    if not own:
        raise BadInput(
            f"the policy does not say that {wanted[:_LONGEST]} has a place in Teams by name",
            remedy="write `channels: {teams: NAME}` at the owner, then link that name",
        )
    return own[0], named[own[0]]


def _places(owner: Owner) -> Iterator[str]:
    """The places in Teams that an owner's requests may come to and that are names, not ids."""
    steps = [step.post_to.get(SURFACE) for step in owner.sla.escalate]
    knowing = owner.knowledge_channels.get(SURFACE)
    for place in (owner.channels.get(SURFACE), owner.second_channels.get(SURFACE), knowing, *steps):
        if place and not place.startswith(_CHANNEL):
            yield place


def _uses(name: str, owners: list[Owner]) -> str:
    """What comes to a place from now on: a second channel gets what the first can't take, a step's what is late."""
    first = [owner for owner in owners if owner.channels.get(SURFACE) == name]
    second = [owner for owner in owners if owner.second_channels.get(SURFACE) == name]
    late = [owner for owner in owners if name in {step.post_to.get(SURFACE) for step in owner.sla.escalate}]
    told = [
        ("requests of {} come here from now on", first),
        ("requests of {} come here when their first channel is gone", second),
        ("late requests of {} are shown here", late),
    ]
    return "; ".join(words.format(_titles(found)) for words, found in told if found)


def _titles(owners: list[Owner]) -> str:
    return ", ".join(owner.title for owner in owners)


def _ask(owners: list[Owner], policy: Policy) -> str:
    ids = dict.fromkeys(id_ for owner in owners for id_ in (owner.accountable, owner.risk_owner))
    names = [person.name for id_ in ids if (person := policy.people.get(id_)) is not None]
    return f"ask {', '.join(names) or 'whoever keeps the policy file'}"


async def _follow(room: Room, name: str) -> None:
    """Let the name stand for the channel that was recorded last, whoever else links it meanwhile."""
    linked = ""
    while (last := await _last_linked(room, name)) not in {"", linked}:
        await room.references.link(name, last)
        linked = last


async def _last_linked(room: Room, name: str) -> str:
    found = ""
    for record in await room.store.events(f"ledger:{LEDGER}"):
        event = event_of(record)
        if isinstance(event, Noted) and event.what == LINKED and event.facts.get("place") == name:
            found = str(event.facts.get("channel", ""))
    return found


async def _record(room: Room, name: str, visit: Visit, person: Person) -> None:
    facts = {"surface": SURFACE, "place": name, "workspace": visit.tenant, "channel": visit.place}
    by = Actor(ActorKind.PERSON, person.id, SURFACE)
    needs = Needs(ledgers=(LEDGER,))
    await room.store.transact(needs, lambda view: view.record("ledger", LEDGER, Noted(LINKED, facts), by))
