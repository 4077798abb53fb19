"""Who calls: a bearer token becomes a caller, from memory whenever it was seen before.

What is remembered is forgotten the moment that a commit touches the agent or the instance, in this process and in
others, so a revoked token stops at once; and everything that writes looks again inside its transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.domain.agents import Agent, Credential, CredentialKind, Instance
from bot.domain.tokens import has_form, hash_of
from bot.errors import CredentialRefused, NotAllowed
from bot.ports import Clock, Committed, Store

REMEMBERED = 20_000
"""Tokens that are remembered; past that all are forgotten and looked up anew."""
_REMEDY = "send Authorization: Bearer and a token made by `signoff agent create`"


class Caller(msgspec.Struct, frozen=True):
    """A token's credential, its agent, and its instance unless it is a provisioner's."""

    credential: Credential
    agent: Agent
    instance: Instance | None


class Callers:
    """Looks up bearer tokens, and remembers."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[str, Caller | None] = {}
        self._generation = 0
        self.close = store.subscribe(self._heard)

    async def caller(self, authorization: str | None) -> Caller:
        """The caller that an Authorization header proves.

        Raises:
            CredentialRefused: when the token is missing, unknown, expired or revoked.
        """
        hash_ = hash_of(token_in(authorization))
        caller = self._known.get(hash_)
        if caller is None:
            caller = None if hash_ in self._known else await self._look_up(hash_)
            if caller is None:
                raise CredentialRefused("the credential is unknown", remedy=_REMEDY)
        self._require_live(caller)
        return caller

    async def _look_up(self, hash_: str) -> Caller | None:
        generation = -1
        found = None
        while generation != self._generation:  # something was revoked while we looked: look again
            generation = self._generation
            found = await self._load(hash_)
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[hash_] = found
        return found

    async def _load(self, hash_: str) -> Caller | None:
        credential = await self._store.credential(hash_)
        if credential is None:
            return None
        agent = await self._store.agent(credential.agent_id)
        instance = None if credential.instance_id is None else await self._store.instance(credential.instance_id)
        if agent is None or (instance is None and credential.kind is CredentialKind.INSTANCE):
            return None
        return Caller(credential, agent, instance)

    def _require_live(self, caller: Caller) -> None:
        now = self._clock.now()
        credential, agent, instance = caller.credential, caller.agent, caller.instance
        if agent.revoked_at is not None:
            raise CredentialRefused(f"the agent {agent.name} was revoked")
        if instance is not None and instance.deleted_at is not None:
            raise CredentialRefused("the instance was deleted")
        if credential.revoked_at is not None and credential.revoked_at <= now:
            raise CredentialRefused("the credential was revoked")
        ends = [end for end in (credential.expires_at, agent.expires_at) if end is not None]
        if ends and min(ends) <= now:
            raise CredentialRefused("the credential has expired", remedy=f"ask the agent's owner, {agent.owner_email}")

    def _heard(self, committed: Sequence[Committed] | None) -> None:
        if committed is None:
            self._forget()
            return
        for change in committed:
            if change.stream.startswith(("agent:", "instance:")):
                self._forget()
                return

    def _forget(self) -> None:
        self._generation += 1
        self._known.clear()


def token_in(authorization: str | None) -> str:
    """The bearer token of an Authorization header.

    Raises:
        CredentialRefused: when there is none, or it can't be one of ours.
    """
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise CredentialRefused("a bearer token is needed", remedy=_REMEDY)
    if not has_form(token):
        raise CredentialRefused("the credential is unknown", remedy=_REMEDY)
    return token


def require_instance(caller: Caller) -> Instance:
    """The instance that a caller is.

    Raises:
        NotAllowed: when it holds a provisioner token.
    """
    if caller.instance is None:
        raise NotAllowed("a provisioner token can't propose or follow requests", remedy="use an instance's credential")
    return caller.instance


def require_provisioner(caller: Caller) -> None:
    """Refuse whoever does not hold a provisioner token.

    Raises:
        NotAllowed: saying which credential would do.
    """
    if caller.credential.kind is not CredentialKind.PROVISIONER:
        raise NotAllowed(
            "an instance's credential can't manage instances",
            remedy="use a token of `signoff agent provisioner create`",
        )
