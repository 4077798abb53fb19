"""Whether a call comes from Teams: its token is verified here, without blocking and without the SDK.

The rules: https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt

from adapters.teams.client.clouds import Cloud
from adapters.teams.client.connecting import METADATA_SECONDS
from adapters.teams.client.keys import Key, Keys
from bot.errors import CredentialRefused, NotAllowed
from bot.ports import Clock

Json = dict[str, Any]

LEEWAY = timedelta(minutes=5)
"""Between Microsoft's clock and ours."""
LONGEST_TOKEN = 16 * 1024
_ALGORITHM = "RS256"


@dataclass(frozen=True, slots=True)
class Bearer:
    """A good token's claims, and the channels that its key speaks for."""

    claims: Json
    endorsements: frozenset[str]

    @property
    def service_url(self) -> str:
        """The connector that it was made for."""
        found = self.claims.get("serviceurl")
        return found if isinstance(found, str) else ""


class InboundTokens:
    """Verifies what Teams bears when it calls. ``tenants`` are the organisations whose people may act."""

    def __init__(
        self,
        *,
        app_id: str,
        tenants: Collection[str],
        clock: Clock,
        cloud: Cloud | None = None,
        channels: Collection[str] = ("msteams",),
        seconds: float = METADATA_SECONDS,
    ) -> None:
        self._app_id = app_id
        self._issuer = (cloud or Cloud()).issuer
        self._schemes = (
            ("https://",) if (cloud or Cloud()).service_url.startswith("https://") else ("https://", "http://")
        )
        self._tenants = frozenset(tenant.lower() for tenant in tenants)
        self._channels = frozenset(channels)
        self._clock = clock
        self._keys = Keys((cloud or Cloud()).openid_url, clock, seconds=seconds)

    def prepare(self) -> None:
        """Begin to fetch the keys, on the running loop: the first call then finds them."""
        self._keys.prepare()

    async def verify(self, headers: Mapping[str, str]) -> Bearer:
        """The token of a call, if Teams signed it for this bot and it is valid now.

        Raises:
            CredentialRefused: there is none, or it is not.
            Unavailable: the keys can't be had.
        """
        token = _token(headers)
        key = await self._keys.find(_kid(token))
        if key is None:
            raise _refused("its key is not published")
        return Bearer(self._checked(token, key), key.endorsements)

    def check(self, bearer: Bearer, activity: Json) -> str:
        """Whether a token speaks for an activity; returns the tenant of whoever acted.

        Raises:
            NotAllowed: it was made for another connector or channel, or the tenant is not allowed.
        """
        channel = activity.get("channelId")
        if channel not in self._channels or channel not in bearer.endorsements:
            raise NotAllowed("The token does not speak for this channel")
        if not bearer.service_url or bearer.service_url != activity.get("serviceUrl"):
            raise NotAllowed("The token was made for another service address than the activity's")
        if not bearer.service_url.startswith(self._schemes):
            raise NotAllowed("The service address is none that is called by https")
        tenant = tenant_of(activity)
        if tenant.lower() not in self._tenants:
            remedy = "add the tenant's id to those that are allowed"
            raise NotAllowed("This organisation is not allowed here", code="tenant_not_allowed", remedy=remedy)
        return tenant

    async def close(self) -> None:
        """End every connection."""
        await self._keys.close()

    def _checked(self, token: str, key: Key) -> Json:
        # The times are compared here, by the clock that everything else goes by.
        checks = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["exp", "iss", "aud"]}
        try:
            claims: Json = jwt.decode(
                token,
                key.key,
                algorithms=[_ALGORITHM],
                audience=self._app_id,
                issuer=self._issuer,
                options=checks,  # type: ignore[arg-type]  # a plain dict of its options
            )
            now = self._clock.now().timestamp()
            leeway = LEEWAY.total_seconds()
            if float(claims["exp"]) + leeway <= now or float(claims.get("nbf", 0)) - leeway > now:
                raise _refused("it has expired, or is not valid yet")
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise _refused(type(error).__name__) from error
        return claims


def tenant_of(activity: Json) -> str:
    """The organisation in which somebody acted; empty where the activity tells none, or two that differ."""
    conversation, data = activity.get("conversation"), activity.get("channelData")
    told = data.get("tenant") if isinstance(data, dict) else None
    found = {
        str(value)
        for value in (
            conversation.get("tenantId") if isinstance(conversation, dict) else None,
            told.get("id") if isinstance(told, dict) else None,
        )
        if value
    }
    return found.pop() if len(found) == 1 else ""


def _token(headers: Mapping[str, str]) -> str:
    value = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    scheme, _, token = value.strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise CredentialRefused("A call from Teams bears a token", remedy="send Authorization: Bearer TOKEN")
    if len(token) > LONGEST_TOKEN:
        raise _refused("it is too long")
    return token


def _kid(token: str) -> str:
    """The id of the key that is said to have signed it."""
    try:
        head = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError) as error:
        raise _refused("it is no JSON Web Token") from error
    kid = head.get("kid")
    if head.get("alg") != _ALGORITHM or not isinstance(kid, str):
        raise _refused("it is not signed as Teams signs")
    return kid


def _refused(why: str) -> CredentialRefused:
    return CredentialRefused(f"The token is not good: {why}")
