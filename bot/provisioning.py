"""Provisioning: a platform creates, changes and ends instances of its agent with a provisioner token.

A webhook is proved before anything is committed: the receiver has to answer a signed challenge. Each change is named
by an idempotency key and can be repeated; the repeated answer holds the same credential, though no token is kept: an
instance's token is derived from the provisioner token, which only the caller has.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from bot.domain import events as e
from bot.domain import people
from bot.domain.agents import Agent, Credential, CredentialKind, Delivery, Instance
from bot.domain.ids import derived_uuid
from bot.domain.jsontext import digest
from bot.domain.lifecycle import apply_instance
from bot.domain.tokens import SEED_BYTES, Token, make_token
from bot.enrolling import credential_of, delete_instance, secret_name
from bot.errors import BadInput, Conflict, CredentialRefused, NotFound, Unverified
from bot.ports import Clock, Store
from bot.recording import Needs, View


class ProposedDelivery(msgspec.Struct, frozen=True):
    """A webhook as a provisioner proposes it; the secret is ``whsec_`` and 32 bytes in base64."""

    url: str
    registration_id: str
    signing_secret: str


class Verify(Protocol):
    """Prove that a receiver expects this registration: it echoes a signed challenge within 10 seconds."""

    async def __call__(self, proposed: ProposedDelivery, *, instance_id: str) -> str | None:
        """None when it did, else a sentence that says what was wrong.

        Raises:
            BadInput: ``invalid_webhook_url`` when no connection may be made to that address.
        """
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """What a change asks for; None leaves as it is. ``remove`` takes the webhook away."""

    name: str | None = None
    delivery: ProposedDelivery | None = None
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Provisioner:
    """Who asks: the agent, the credential, and the token's own text (held for this call alone)."""

    agent: Agent
    credential: Credential
    token: str


@dataclass(frozen=True, slots=True)
class Provisioned:
    """An instance with its credential, made now or by an earlier call with the same key (``replayed``)."""

    instance: Instance
    token: str
    expires_at: datetime | None
    replayed: bool


class Provisioning:
    """What the agent API calls for a provisioner token. Instances of other agents are unknown to it."""

    def __init__(self, store: Store, clock: Clock, verify: Verify) -> None:
        self._store = store
        self._clock = clock
        self._verify = verify
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}

    async def create(self, who: Provisioner, *, key: str, wanted: Change) -> Provisioned:
        """An instance with a credential; safe to repeat with the same ``key``.

        Raises:
            Conflict: ``idempotency_conflict`` or ``instance_deleted``.
            Unverified, BadInput: when the webhook can't be used; nothing was created.
            CredentialRefused: when the agent or the token was revoked meanwhile.
        """
        key = f"{who.credential.prefix}:{key}"
        submission = _submission(wanted)
        id_ = derived_uuid("instance", who.agent.id, key)
        token = _derived_token(who, key, submission)
        scope = (f"provisioner:{who.agent.id}", key)
        needs = Needs(agents=(who.agent.id,), instances=(id_,), keys=(scope,))
        async with self._turn(id_):
            earlier = await self._store.transact(needs, lambda view: _created_before(view, who, scope, submission))
            if earlier is not None:
                return _provisioned(earlier, token, replayed=True)
            delivery = await self._prove(id_, wanted.delivery)
            instance = self._new(who, id_, token, wanted.name, delivery)

            def flow(view: View) -> tuple[Instance, bool]:
                before = _created_before(view, who, scope, submission)
                if before is not None:
                    return before, True
                author = _author(who)
                view.record("instance", id_, e.InstanceCreated(instance, key, submission), author)
                return instance, False

            made, replayed = await self._store.transact(needs, flow)
        return _provisioned(made, token, replayed=replayed)

    async def instance(self, who: Provisioner, instance_id: str) -> Instance:
        """One instance of the agent.

        Raises:
            NotFound: when there is none, or it was deleted.
        """
        found = await self._store.instance(instance_id)
        if found is None or found.agent_id != who.agent.id or found.deleted_at is not None:
            raise NotFound("there is no such instance")
        return found

    async def instances(
        self, who: Provisioner, *, after: str | None, limit: int
    ) -> tuple[Sequence[Instance], str | None]:
        """The agent's instances by id, and the cursor of the next page when there may be one."""
        found = await self._store.instances(who.agent.id, after=after, limit=limit)
        live = [instance for instance in found if instance.deleted_at is None]
        return live, found[-1].id if len(found) == limit else None

    async def change(self, who: Provisioner, instance_id: str, *, key: str, wanted: Change) -> Instance:
        """Another name, another webhook or none; safe to repeat with the same ``key``, which gives what it gave.

        Raises:
            NotFound: when there is no such instance, or it was deleted.
            Conflict: ``idempotency_conflict``.
            Unverified, BadInput: when the webhook can't be used; nothing was changed, not even the name.
        """
        before = await self.instance(who, instance_id)
        key = f"{who.credential.prefix}:{key}"
        submission = _submission(wanted)
        scope = (f"update:{instance_id}", key)
        needs = Needs(agents=(who.agent.id,), instances=(instance_id,), keys=(scope,))
        async with self._turn(instance_id):
            if await self._store.transact(needs, lambda view: _used(view, scope, submission)):
                return await self._as_changed(instance_id, key)
            if wanted.delivery is not None:
                _require_new_registration(before, wanted.delivery)
            delivery = await self._prove(instance_id, wanted.delivery)
            replayed = await self._store.transact(
                needs, lambda view: _change(view, who, instance_id, scope, submission, wanted, delivery)
            )
        if replayed:
            return await self._as_changed(instance_id, key)
        after = await self.instance(who, instance_id)
        if before.delivery is not None and before.delivery != after.delivery:
            await self._store.vault.drop(secret_name(instance_id, before.delivery.registration_id))
        return after

    async def delete(self, who: Provisioner, instance_id: str) -> None:
        """End an instance, its credentials, its webhook and what it waits for; again changes nothing.

        Raises:
            NotFound: when the agent never had such an instance.
        """
        found = await self._store.instance(instance_id)
        if found is None or found.agent_id != who.agent.id:
            raise NotFound("there is no such instance")
        await delete_instance(self._store, found, by=_author(who))

    async def _prove(self, instance_id: str, proposed: ProposedDelivery | None) -> Delivery | None:
        if proposed is None:
            return None
        problem = await self._verify(proposed, instance_id=instance_id)
        if problem is not None:
            raise Unverified(
                f"the webhook receiver could not be verified: {problem}",
                field="delivery",
                remedy="it has to be serving, know this registration_id and secret, and echo the challenge",
            )
        await self._store.vault.put(secret_name(instance_id, proposed.registration_id), proposed.signing_secret)
        return Delivery(proposed.url, proposed.registration_id)

    def _new(self, who: Provisioner, id_: str, token: Token, name: str | None, delivery: Delivery | None) -> Instance:
        now = self._clock.now()
        credential = credential_of(token, CredentialKind.INSTANCE, who.agent, id_, now)
        return Instance(id_, who.agent.id, name or f"instance-{id_[:8]}", now, (credential,), delivery)

    async def _as_changed(self, instance_id: str, key: str) -> Instance:
        """The instance as it was right after the change with this key."""
        state = None
        for record in await self._store.events(f"instance:{instance_id}"):
            event = e.event_of(record)
            state = apply_instance(state, event, record.at)
            if isinstance(event, e.InstanceRenamed | e.DeliveryChanged) and event.key == key:
                return state
        raise NotFound("there is no such change")

    @asynccontextmanager
    async def _turn(self, instance_id: str) -> AsyncIterator[None]:
        """One change of an instance at a time in this process, so that no challenge is sent twice for one key."""
        lock, wanted = self._turns.get(instance_id) or (asyncio.Lock(), 0)
        self._turns[instance_id] = (lock, wanted + 1)
        try:
            async with lock:
                yield
        finally:
            lock, wanted = self._turns.pop(instance_id)
            if wanted > 1:
                self._turns[instance_id] = (lock, wanted - 1)


def _submission(wanted: Change) -> str:
    return digest(
        {
            "name": wanted.name,
            "delivery": None if wanted.delivery is None else msgspec.to_builtins(wanted.delivery),
            "remove": wanted.remove,
        }
    )


def _derived_token(who: Provisioner, key: str, submission: str) -> Token:
    said = f"instance credential\x00{who.agent.id}\x00{key}\x00{submission}"
    seed = hmac.digest(who.token.encode(), said.encode(), hashlib.sha512)
    return make_token(CredentialKind.INSTANCE, seed[:SEED_BYTES])


def _provisioned(instance: Instance, token: Token, *, replayed: bool) -> Provisioned:
    issued = next((one for one in instance.credentials if one.hash == token.hash), None)
    return Provisioned(instance, token.text, None if issued is None else issued.expires_at, replayed)


def _author(who: Provisioner) -> people.Actor:
    return people.agent(who.agent.id, "provisioner")


def _used(view: View, scope: tuple[str, str], submission: str) -> bool:
    used = view.key_use(*scope)
    if used is not None and used.submission != submission:
        raise Conflict(
            "this Idempotency-Key was used for another submission",
            code="idempotency_conflict",
            field="Idempotency-Key",
            remedy="use a new key for a new submission",
        )
    return used is not None


def _require_live(view: View, who: Provisioner) -> None:
    agent = view.agent(who.agent.id)
    if agent is None or agent.revoked_at is not None or (agent.expires_at is not None and agent.expires_at <= view.now):
        raise CredentialRefused("the agent was revoked or has expired")
    held = next((one for one in agent.provisioners if one.hash == who.credential.hash), None)
    if held is None or (held.revoked_at is not None and held.revoked_at <= view.now):
        raise CredentialRefused("the provisioner token was revoked")


def _created_before(view: View, who: Provisioner, scope: tuple[str, str], submission: str) -> Instance | None:
    _require_live(view, who)
    if not _used(view, scope, submission):
        return None
    use = view.key_use(*scope)
    instance = view.instance(use.subject) if use is not None else None
    if instance is None or instance.deleted_at is not None:
        raise Conflict(
            "the instance made with this key was deleted", code="instance_deleted", remedy="use a new key for a new one"
        )
    return instance


def _require_new_registration(before: Instance, proposed: ProposedDelivery) -> None:
    if before.delivery is not None and before.delivery.registration_id == proposed.registration_id:
        raise BadInput(
            "is that of the present configuration",
            field="delivery.registration_id",
            remedy="prepare a new registration_id (a UUID) for a new configuration",
        )


def _change(
    view: View,
    who: Provisioner,
    instance_id: str,
    scope: tuple[str, str],
    submission: str,
    wanted: Change,
    delivery: Delivery | None,
) -> bool:
    """Whether an earlier call made this change already; otherwise it is made."""
    _require_live(view, who)
    held = view.instance(instance_id)
    if held is None or held.agent_id != who.agent.id or held.deleted_at is not None:
        raise NotFound("there is no such instance")
    if _used(view, scope, submission):
        return True
    events: list[e.InstanceRenamed | e.DeliveryChanged] = []
    if wanted.remove or delivery is not None:
        events.append(e.DeliveryChanged(delivery))
    if wanted.name is not None:
        events.append(e.InstanceRenamed(wanted.name))
    for number, event in enumerate(events, 1):
        named = event if number < len(events) else msgspec.structs.replace(event, key=scope[1], submission=submission)
        view.record("instance", instance_id, named, _author(who))
    return False
