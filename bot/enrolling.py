"""Enrolling: an operator gives an agent its identity, its credentials and its end.

Every credential is shown once, when it is made; only its SHA-256 is kept. An agent's name is never given to another
agent, so that a name in the record means one agent for good.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.domain import events as e
from bot.domain.agents import Agent, Credential, CredentialKind, Instance
from bot.domain.ids import derived_uuid, uuid7
from bot.domain.people import Actor
from bot.domain.requests import Decision, DecisionKind
from bot.domain.tokens import SEED_BYTES, Token, make_token
from bot.errors import BadInput, Conflict, NotFound
from bot.ports import Clock, RequestQuery, Store
from bot.recording import Needs, View

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}")
_EMAIL = re.compile(r"[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]{1,190}")
EVERYTHING = "*"
"""Stands for every action type."""
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Issued:
    """A credential at the one moment that its token is known; ``instance`` is None for a provisioner."""

    agent: Agent
    instance: Instance | None
    token: str
    prefix: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewAgent:
    """What an operator says of a new agent; ``action_types`` and ``reads`` (owners) may hold ``*`` for all."""

    name: str
    owner_email: str
    action_types: tuple[str, ...]
    expires_at: datetime | None = None
    instance_name: str = "default"
    reads: tuple[str, ...] = ()


class Enrolling:
    """What the command line calls, and whoever else manages agents."""

    def __init__(self, store: Store, clock: Clock, entropy: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._store = store
        self._clock = clock
        self._entropy = entropy

    async def create(self, new: NewAgent, *, known: Collection[str], by: Actor, owners: Collection[str] = ()) -> Issued:
        """An agent with one instance and its credential; ``known`` are the policy's action types, ``owners`` its teams.

        Raises:
            BadInput: naming the field that can't be used.
            Conflict: ``agent_exists`` when the name is or was another agent's.
        """
        now = self._clock.now()
        _check(new, known, owners, now)
        agent = Agent(
            id=agent_id(new.name),
            name=new.name,
            owner_email=new.owner_email,
            action_types=tuple(sorted(set(new.action_types))),
            created_at=now,
            expires_at=new.expires_at,
            reads=tuple(sorted(set(new.reads))),
        )
        token = make_token(CredentialKind.INSTANCE, self._entropy(SEED_BYTES))
        instance_id = uuid7(now, self._entropy(10))
        credential = credential_of(token, CredentialKind.INSTANCE, agent, instance_id, now)
        instance = Instance(instance_id, agent.id, new.instance_name, now, (credential,))

        def flow(view: View) -> None:
            if view.agent(agent.id) is not None:
                raise Conflict(
                    f"there is or was an agent {new.name}",
                    code="agent_exists",
                    field="name",
                    remedy="choose another name, a name is never given twice; `signoff agent rotate` gives a new token",
                )
            view.record("agent", agent.id, e.AgentCreated(agent), by)
            view.record("instance", instance_id, e.InstanceCreated(instance), by)

        await self._store.transact(Needs(agents=(agent.id,), instances=(instance_id,)), flow)
        return Issued(agent, instance, token.text, token.prefix, agent.expires_at)

    async def find(self, name_or_id: str) -> Agent:
        """The agent of this name or id, revoked ones included.

        Raises:
            NotFound: listing the names that there are.
        """
        found = await self._store.agent(name_or_id) or await self._store.agent(agent_id(name_or_id))
        if found is None:
            names = ", ".join(agent.name for agent in await self._store.agents()) or "none yet"
            raise NotFound(f"there is no agent {name_or_id}", remedy=f"agents: {names}")
        return found

    async def instances(self, agent: Agent) -> list[Instance]:
        """All of an agent's instances, deleted ones included."""
        found: list[Instance] = []
        while page := await self._store.instances(agent.id, after=found[-1].id if found else None, limit=_PAGE):
            found.extend(page)
        return found

    async def rotate(self, agent: Agent, *, instance: str | None, overlap: timedelta, by: Actor) -> Issued:
        """A new credential for one instance (by name or id; None where there is just one).

        Its older ones end after ``overlap``, none of them later than they would have.

        Raises:
            NotFound: when there is no such instance, listing those that there are.
            Conflict: ``revoked`` when the agent is.
        """
        chosen = _choose(await self.instances(agent), instance)
        now = self._clock.now()
        token = make_token(CredentialKind.INSTANCE, self._entropy(SEED_BYTES))
        credential = credential_of(token, CredentialKind.INSTANCE, agent, chosen.id, now)

        def flow(view: View) -> Instance:
            _require_unrevoked(view, agent)
            _require_undeleted(view, chosen)
            old_end = view.time("instance", chosen.id) + overlap
            view.record("instance", chosen.id, e.CredentialIssued(credential, old_end), by)
            return _require_undeleted(view, chosen)

        needs = Needs(agents=(agent.id,), instances=(chosen.id,))
        return Issued(agent, await self._store.transact(needs, flow), token.text, token.prefix, agent.expires_at)

    async def revoke(self, agent: Agent, *, note: str, by: Actor) -> int:
        """End an agent at once: its credentials stop, its instances are deleted, what it waits for is cancelled.

        Returns how many requests were cancelled. Safe to repeat: it carries on where an earlier call stopped.
        """

        def flow(view: View) -> None:
            held = view.agent(agent.id)
            if held is not None and held.revoked_at is None:
                view.record("agent", agent.id, e.AgentRevoked(note), by)

        await self._store.transact(Needs(agents=(agent.id,)), flow)
        ended = [await delete_instance(self._store, instance, by=by) for instance in await self.instances(agent)]
        return sum(ended)

    async def issue_provisioner(self, agent: Agent, *, by: Actor) -> Issued:
        """A token that creates and manages instances of the agent, and can't propose anything.

        Raises:
            Conflict: ``revoked`` when the agent is.
        """
        token = make_token(CredentialKind.PROVISIONER, self._entropy(SEED_BYTES))
        credential = credential_of(token, CredentialKind.PROVISIONER, agent, None, self._clock.now())

        def flow(view: View) -> None:
            _require_unrevoked(view, agent)
            view.record("agent", agent.id, e.ProvisionerIssued(credential), by)

        await self._store.transact(Needs(agents=(agent.id,)), flow)
        return Issued(agent, None, token.text, token.prefix, agent.expires_at)

    async def revoke_provisioner(self, agent: Agent, prefix: str, *, by: Actor) -> None:
        """End one provisioner token, named by its prefix; again changes nothing.

        Raises:
            NotFound: listing the prefixes that there are.
        """
        named = next((one for one in agent.provisioners if one.prefix == prefix.removesuffix("...")), None)
        if named is None:
            have = ", ".join(one.prefix for one in agent.provisioners if one.revoked_at is None) or "none"
            raise NotFound(f"{agent.name} has no provisioner token {prefix}", remedy=f"it has {have}")
        hash_ = named.hash

        def flow(view: View) -> None:
            held = view.agent(agent.id)
            if held and any(one.hash == hash_ and one.revoked_at is None for one in held.provisioners):
                view.record("agent", agent.id, e.ProvisionerRevoked(hash_), by)

        await self._store.transact(Needs(agents=(agent.id,)), flow)


def secret_name(instance_id: str, registration_id: str) -> str:
    """Under which a webhook's signing secret lies in the vault."""
    return f"webhook:{instance_id}:{registration_id}"


def agent_id(name: str) -> str:
    """The id of the agent with this name, in any case of letters: one name, one agent, for good."""
    return derived_uuid("agent", name.strip().casefold())


def credential_of(
    token: Token, kind: CredentialKind, agent: Agent, instance_id: str | None, now: datetime
) -> Credential:
    """What is kept of a token; it ends with its agent."""
    return Credential(token.hash, token.prefix, kind, agent.id, instance_id, now, agent.expires_at)


async def delete_instance(store: Store, instance: Instance, *, by: Actor) -> int:
    """End an instance and its credentials, then withdraw what it waits for, without notice to its webhook.

    Returns how many requests were withdrawn.

    From the first commit on it can open nothing, so nothing pending is left behind. Again changes nothing, and
    carries on where an earlier call stopped.
    """

    def flow(view: View) -> None:
        held = view.instance(instance.id)
        if held is not None and held.deleted_at is None:
            view.record("instance", instance.id, e.InstanceDeleted(), by)

    await store.transact(Needs(instances=(instance.id,)), flow)
    cancelled = await _cancel_pending(store, instance.id, by)
    if instance.delivery is not None:
        await store.vault.drop(secret_name(instance.id, instance.delivery.registration_id))
    return cancelled


async def _cancel_pending(store: Store, instance_id: str, by: Actor) -> int:
    done = 0
    query = RequestQuery(statuses=("pending",), instance_id=instance_id, order="due", limit=_PAGE)
    while found := tuple(request.id for request in (await store.requests(query)).items):
        cancelled = await store.transact(Needs(requests=found), partial(_cancel, found, by))
        done += cancelled
        if not cancelled:
            break
    return done


def _cancel(ids: tuple[str, ...], by: Actor, view: View) -> int:
    done = 0
    for id_ in ids:
        request = view.request(id_)
        if request is not None and request.pending:
            decision = Decision(DecisionKind.CANCELLED, by, view.time("request", id_), note="the instance was deleted")
            view.record("request", id_, e.Decided(decision), by)
            done += 1
    return done


def _check(new: NewAgent, known: Collection[str], owners: Collection[str], now: datetime) -> None:
    if not _NAME.fullmatch(new.name):
        raise BadInput("is not a name for an agent", field="name", remedy="1 to 64 letters, digits, spaces and . _ @ -")
    if not _EMAIL.fullmatch(new.owner_email):
        raise BadInput("is not an email address", field="owner", remedy="name the human who answers for this agent")
    if not new.action_types and not new.reads:
        raise BadInput("are needed", field="actions", remedy=_offer(known))
    unknown = sorted(set(new.action_types) - {*known, EVERYTHING})
    if unknown:
        raise BadInput(f"the policy has no {', '.join(unknown)}", field="actions", remedy=_offer(known))
    if strange := sorted(set(new.reads) - {*owners, EVERYTHING}):
        raise BadInput(f"the policy has no owner {', '.join(strange)}", field="reads", remedy=_offer(owners))
    if new.expires_at is not None and new.expires_at <= now:
        raise BadInput("lies in the past", field="expires", remedy="give a time to come, such as 90d")


def _offer(known: Collection[str]) -> str:
    return f"choose from {', '.join(sorted(known))}, or {EVERYTHING} for all of them"


def _choose(instances: list[Instance], wanted: str | None) -> Instance:
    live = [instance for instance in instances if instance.deleted_at is None]
    if wanted is None and len(live) == 1:
        return live[0]
    chosen = [instance for instance in live if wanted in {instance.id, instance.name}]
    if len(chosen) == 1:
        return chosen[0]
    have = ", ".join(f"{instance.name} ({instance.id})" for instance in live) or "none"
    said = "name one of its instances" if wanted is None else f"there is not one instance {wanted}"
    raise NotFound(said, field="instance", remedy=f"it has {have}")


def _require_undeleted(view: View, instance: Instance) -> Instance:
    held = view.instance(instance.id)
    if held is None or held.deleted_at is not None:
        raise NotFound(f"the instance {instance.name} was deleted")
    return held


def _require_unrevoked(view: View, agent: Agent) -> None:
    held = view.agent(agent.id)
    if held is None or held.revoked_at is not None:
        raise Conflict(f"the agent {agent.name} was revoked", code="revoked", remedy="create a new one")
