"""Installations by OAuth: tokens in the vault, an index and the states of running installations on the shelf."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from adapters.slack.client.suspending import Suspension, Suspensions
from bot.errors import BadInput
from bot.ports import Clock, Shelf, Vault

log = logging.getLogger("signoff.slack")

ROOM = "slack.installations"
STATES = "slack.states"
STATE_LASTS = timedelta(minutes=10)
"""As long as Slack's own code."""


class Installed(msgspec.Struct, frozen=True):
    """What the index says of a workspace; its token is in the vault alone."""

    team: str
    enterprise: str
    name: str
    bot_user_id: str
    installed_at: float


class Installations(AsyncInstallationStore):
    """The newest installation of each workspace, for Bolt to find; tokens of users are not kept.

    A workspace is found by its own id alone. An installation for a whole grid of workspaces is refused. ``allowed``
    names the teams that may install the app; where it names none, every workspace may: the administrators of each
    decide which addresses its accounts have, so a public server should name them.
    """

    def __init__(self, vault: Vault, shelf: Shelf, clock: Clock, *, allowed: Collection[str] = ()) -> None:
        self._vault = vault
        self._shelf = shelf
        self._clock = clock
        self._allowed = frozenset(allowed)
        self._suspensions = Suspensions(shelf, clock)

    @property
    def logger(self) -> logging.Logger:
        """Where the SDK would log."""
        return log

    async def async_save(self, installation: Installation) -> None:
        """Keep an installation in place of the one before; a suspended workspace works again.

        Raises:
            BadInput: when it is for a whole grid, brought no bot, or is of a workspace that may not.
        """
        team = installation.team_id
        if not team or installation.is_enterprise_install:
            raise BadInput("the app was installed for a whole grid", remedy="install it for one workspace at a time")
        if not self._may(team):
            raise BadInput(f"the workspace {team[:40]} may not install the app", remedy="name it in the settings")
        if not installation.bot_token:
            raise BadInput("the installation has no bot token", remedy="install the app with its bot's scopes")
        kept = installation.to_dict_for_copying() | {"user_token": None, "user_refresh_token": None}
        await self._vault.put(_secret(team), json.dumps(kept, default=_timestamp))
        index = Installed(
            team=team,
            enterprise=installation.enterprise_id or "",
            name=installation.team_name or "",
            bot_user_id=installation.bot_user_id or "",
            installed_at=installation.installed_at,
        )
        await self._shelf.put(ROOM, team, msgspec.json.encode(index))
        await self._suspensions.lift(team)
        log.info("slack workspace %s has installed the app", team)

    async def async_save_bot(self, bot: Bot) -> None:
        """Nothing: the bot is saved with its installation."""

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,  # noqa: ARG002 - the SDK's signature; a workspace's own id is enough
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """The newest installation, if this workspace has one; with ``user_id`` only if it is that user's."""
        asked = bool(team_id) and not is_enterprise_install and self._may(team_id or "")
        found = await self._vault.get(_secret(team_id or "")) if asked else None
        if found is None:
            return None
        installation = Installation(**json.loads(found))
        return installation if user_id in {None, installation.user_id} else None

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """The bot of that installation."""
        found = await self.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return None if found is None else found.to_bot()

    async def async_delete_bot(
        self,
        *,
        enterprise_id: str | None,  # noqa: ARG002 - as above
        team_id: str | None,
    ) -> None:
        """Forget the workspace, and remember that it had the app; twice is once."""
        if not team_id:
            return
        found = (await self.installed()).get(team_id)
        if found is not None:
            gone = Suspension("the app was removed", self._clock.now(), found.name, found.enterprise, found.bot_user_id)
            await self._suspensions.add(team_id, gone)
        await self._shelf.drop(ROOM, team_id)
        await self._vault.drop(_secret(team_id))

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Forget the workspace, unless one user's token alone is meant: none is kept."""
        if user_id is None:
            await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)

    async def installed(self) -> Mapping[str, Installed]:
        """Every workspace that has the app and may have it, by team."""
        entries = await self._shelf.entries(ROOM, self._clock.now())
        return {team: msgspec.json.decode(one, type=Installed) for team, one in entries.items() if self._may(team)}

    def _may(self, team: str) -> bool:
        """Whether the workspace is (still) one of those that may."""
        return not self._allowed or team in self._allowed

    async def token(self, team: str) -> str | None:
        """The bot's token there."""
        found = await self.async_find_bot(enterprise_id=None, team_id=team)
        return None if found is None else found.bot_token


class States(AsyncOAuthStateStore):
    """What says that a browser comes back from a consent that we sent it to: once, within ten minutes."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock

    @property
    def logger(self) -> logging.Logger:
        """Where the SDK would log."""
        return log

    async def async_issue(self, *_args: Any, **_kwargs: Any) -> str:  # noqa: ANN401 - the SDK passes what it likes
        """A new state; only its hash is kept."""
        state = secrets.token_urlsafe(32)
        now = self._clock.now()
        await self._shelf.put(STATES, _hash(state), b"1", expires_at=now + STATE_LASTS)
        return state

    async def async_consume(self, state: str) -> bool:
        """Whether it was issued, is in time and comes for the first time; of any number of callers one is told so."""
        return await self._shelf.take(STATES, _hash(state), self._clock.now()) is not None


def _secret(team: str) -> str:
    return f"slack:installation:{team}"


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _timestamp(value: object) -> float:
    """The SDK turns its times into datetimes when it writes, and reads numbers."""
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} is no part of an installation")
