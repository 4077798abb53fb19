"""Placing and releasing legal holds, and which stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.domain import events as e
from bot.domain import people
from bot.domain.events import EventRecord
from bot.domain.holds import HOLDS, Hold
from bot.domain.lifecycle import apply_holds
from bot.domain.people import Actor, Person
from bot.domain.requests import Request
from bot.errors import BadInput, NotAllowed, NotFound
from bot.holding.gate import customers_pseudonym
from bot.policy.document import Owner, Policy
from bot.ports import Store
from bot.recording import Needs, View, stream_of

STREAM = stream_of("ledger", HOLDS)
NEEDS = Needs(ledgers=(HOLDS,))
MAX_REASON = 1000
"""Characters."""
_MOST_NAME = 500
_KINDS = ("request", "customer", "owner", "action")


@dataclass(frozen=True, slots=True)
class Standing:
    """A hold, and its scope as people wrote it; of a customer the pseudonym, where the vault does not say."""

    hold: Hold
    scope: str


def standing_now(records: Iterable[EventRecord]) -> tuple[Hold, ...]:
    """The holds that stand, oldest first, from the ledger's records."""
    standing: tuple[Hold, ...] = ()
    for record in records:
        if record.payload is not None:
            standing = apply_holds(standing, e.event_of(record), record.at, record.actor.partition(":")[2])
    return standing


def may_hold(person: Person, scope: str, policy: Policy, request: Request | None = None) -> bool:
    """Who answers for what it covers, as accountable executive or risk owner; of a customer, any of those."""
    return any(person.id in {owner.accountable, owner.risk_owner} for owner in _owners(scope, policy, request))


def _owners(scope: str, policy: Policy, request: Request | None) -> list[Owner]:
    kind, _, id_ = scope.partition(":")
    if kind == "customer":
        return list(policy.owners.values())
    names: list[str] = [id_] if kind == "owner" else []
    if kind == "action" and id_ in policy.actions:
        action = policy.actions[id_]
        names = [action.owner, *(rule.owner for rule in action.routes)]
    if kind == "request" and request is not None:
        names = [request.routing.owner]
    return [policy.owners[name] for name in names if name in policy.owners]


class Holding:
    """``place``, ``release`` and what stands."""

    def __init__(self, store: Store, policy: Callable[[], Policy]) -> None:
        self._store = store
        self._policy = policy

    async def standing(self) -> tuple[Standing, ...]:
        """The holds that stand, oldest first."""
        holds = standing_now(await self._store.events(STREAM))
        return tuple([Standing(hold, await self._named(hold)) for hold in holds])

    async def place(self, scope: str, reason: str, person: Person, surface: str) -> Hold:
        """Keep everything that ``scope`` covers from being erased; the same scope and reason again is the same hold.

        Raises:
            BadInput: naming ``scope`` or ``reason``.
            NotAllowed: saying who may.
        """
        policy = self._policy()
        request = await self._sayable(scope, reason)
        if not may_hold(person, scope, policy, request):
            raise _not_allowed(person, scope, policy, request)
        return await self.place_as(people.person(person.id, surface), scope, reason)

    async def place_as(self, actor: Actor, scope: str, reason: str) -> Hold:
        """As ``place``, by whoever needs no leave: an operator at the console of the machine.

        Raises:
            BadInput: as for ``place``.
        """
        await self._sayable(scope, reason)
        kind, _, named = scope.partition(":")
        on_record = scope
        if kind == "customer":
            on_record = f"customer:{customers_pseudonym(named, self._policy().veil)}"

        def flow(view: View) -> Hold:
            for hold in view.holds():
                if (hold.scope, hold.reason) == (on_record, reason.strip()):
                    return hold
            id_ = view.random_id()[:8]
            view.record("ledger", HOLDS, e.Held(id_, on_record, reason.strip()), actor)
            return next(hold for hold in view.holds() if hold.id == id_)

        made = await self._store.transact(NEEDS, flow)
        if kind == "customer":
            await self._store.vault.put(_secret(made.id), named)
        return made

    async def release(self, hold_id: str, reason: str, person: Person, surface: str) -> Hold:
        """End a hold.

        Raises:
            BadInput: naming ``reason``.
            NotFound: when no such hold stands.
            NotAllowed: saying who may.
        """
        found = next((one.hold for one in await self.standing() if one.hold.id == hold_id), None)
        if found is not None:
            kind, _, id_ = found.scope.partition(":")
            request = await self._store.request(id_) if kind == "request" else None
            if not may_hold(person, found.scope, self._policy(), request):
                raise _not_allowed(person, found.scope, self._policy(), request)
        return await self.release_as(people.person(person.id, surface), hold_id, reason)

    async def release_as(self, actor: Actor, hold_id: str, reason: str) -> Hold:
        """As ``release``, by whoever needs no leave.

        Raises:
            BadInput, NotFound: as for ``release``.
        """
        reason = _reason(reason)

        def flow(view: View) -> Hold:
            found = next((hold for hold in view.holds() if hold.id == hold_id), None)
            if found is None:
                raise NotFound("no such hold stands", remedy="`signoff hold list` lists those that do")
            view.record("ledger", HOLDS, e.HoldEnded(hold_id, reason), actor)
            return found

        ended = await self._store.transact(NEEDS, flow)
        await self._store.vault.drop(_secret(ended.id))
        return ended

    async def _named(self, hold: Hold) -> str:
        if not hold.scope.startswith("customer:"):
            return hold.scope
        named = await self._store.vault.get(_secret(hold.id))
        return hold.scope if named is None else f"customer:{named}"

    async def _sayable(self, scope: str, reason: str) -> Request | None:
        """The request that the scope names, if it names one.

        Raises:
            BadInput: naming ``scope`` or ``reason``.
        """
        kind, _, id_ = scope.partition(":")
        policy = self._policy()
        request = await self._store.request(id_) if kind == "request" and id_ else None
        known = {
            "request": request is not None,
            "customer": 0 < len(id_.strip()) <= _MOST_NAME,
            "owner": id_ in policy.owners,
            "action": id_ in policy.actions,
        }
        if not known.get(kind, False):
            what = "is nothing that there is" if kind in _KINDS else "is nothing that can be held"
            remedy = "write request:ID, customer:ID, owner:ID or action:ID"
            raise BadInput(f"{scope[:60]!r} {what}", field="scope", remedy=remedy)
        _reason(reason)
        return request


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not 0 < len(reason) <= MAX_REASON:
        remedy = "say why, without personal data: it stays on record"
        raise BadInput(f"has to be 1 to {MAX_REASON} characters long", field="reason", remedy=remedy)
    return reason


def _secret(hold_id: str) -> str:
    """Where in the vault it lies whom a hold is about."""
    return f"hold:{hold_id}"


def _not_allowed(person: Person, scope: str, policy: Policy, request: Request | None) -> NotAllowed:
    ids = {id_ for owner in _owners(scope, policy, request) for id_ in (owner.accountable, owner.risk_owner)}
    names = ", ".join(policy.people[id_].name for id_ in sorted(ids) if id_ in policy.people) or "nobody"
    return NotAllowed(f"{person.name} may not hold this or let it go", remedy=f"ask {names}")
