"""The keys that sign Teams' calls: fetched without blocking, kept for a day, and fetched anew for a key not known yet.

https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from adapters.teams.client.connecting import METADATA_SECONDS, Session
from bot.errors import Unavailable
from bot.ports import Clock

log = logging.getLogger("signoff.teams")
Json = dict[str, Any]

FRESH = timedelta(hours=24)
"""How long keys are used without asking again; Microsoft allows a day."""
GAP = timedelta(seconds=2)
"""Between two fetches, so that made-up key ids can't make us flood whoever publishes the keys."""
_OK = 200
_MOST_BYTES = 1 << 20


class Key:
    """A published key, and the channels that it speaks for."""

    def __init__(self, found: PyJWK, endorsements: frozenset[str]) -> None:
        self.key = found.key
        self.endorsements = endorsements


class Keys:
    """The published keys, by id. One fetch at a time, whoever waits; what was fetched stays good until the next works.

    ``openid_url`` is the metadata whose ``jwks_uri`` says where the keys are.
    """

    def __init__(self, openid_url: str, clock: Clock, *, seconds: float = METADATA_SECONDS) -> None:
        self._url = openid_url
        self._clock = clock
        self._session = Session(seconds)
        self._seconds = seconds
        self._keys: Mapping[str, Key] = {}
        self._fetched_at = self._tried_at = clock.now() - FRESH - GAP
        self._failed: Unavailable | None = None
        self._fetching: asyncio.Task[None] | None = None

    def prepare(self) -> None:
        """Begin to fetch them, so that the first who needs one does not wait for it; a failure is in the log."""
        _ = self._fetch()

    async def find(self, kid: str) -> Key | None:
        """The key with this id, after asking again where it is not known or the keys are a day old.

        Raises:
            Unavailable: it is not known, and the keys can't be had now.
        """
        stale = self._clock.now() - self._fetched_at >= FRESH
        known = self._keys.get(kid)
        if known is not None and not stale:
            return known
        if self._fetching is not None or self._clock.now() - self._tried_at >= GAP:
            fetching = self._fetch()
            if known is not None:
                return known  # a day old is good enough for this one call, which need not wait for the fetch
            await asyncio.shield(fetching)
        if self._failed is not None and kid not in self._keys and known is None:
            raise Unavailable(self._failed.message) from self._failed
        return self._keys.get(kid, known)

    async def close(self) -> None:
        """End what is under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)
        await self._session.close()

    def _fetch(self) -> asyncio.Task[None]:
        if self._fetching is None:
            self._tried_at = self._clock.now()
            self._fetching = asyncio.create_task(self._renew(), name="teams keys")
        return self._fetching

    async def _renew(self) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                metadata = await self._get(self._url)
                found = _keys_of(await self._get(str(metadata.get("jwks_uri"))))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            self._failed = Unavailable(f"The keys that sign Teams' calls can't be had ({type(error).__name__})")
            log.warning("%s", self._failed.message)
        else:
            self._keys, self._failed, self._fetched_at = found, None, self._clock.now()
        finally:
            self._fetching = None

    async def _get(self, url: str) -> Json:
        async with self._session.open().get(url, allow_redirects=False) as response:
            body = await response.content.read(_MOST_BYTES)
            found = json.loads(body) if response.status == _OK else None
        if isinstance(found, dict):
            return found
        raise ValueError(f"no JSON object at {url} ({response.status})")


def _keys_of(published: Json) -> Mapping[str, Key]:
    """Every RSA key that makes sense; the others sign nothing for us.

    Raises:
        ValueError: there is none.
    """
    found: dict[str, Key] = {}
    for each in published.get("keys") or ():
        if not isinstance(each, dict) or each.get("kty") != "RSA" or not isinstance(each.get("kid"), str):
            continue
        endorsements = each.get("endorsements")
        spoken_for = frozenset(map(str, endorsements)) if isinstance(endorsements, list) else frozenset()
        try:
            found[each["kid"]] = Key(PyJWK(each, algorithm="RS256"), spoken_for)
        except (PyJWTError, ValueError):
            continue
    if not found:
        raise ValueError("no keys are published")
    return found
