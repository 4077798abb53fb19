"""What Teams bears when it calls the bot: the good token, and every bad one.

https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from typing import Any

from tests.fakes.teams.identity.keys import Key, Keyring, encoded, token
from tests.fakes.teams.people import App

Json = dict[str, Any]
LIFE = 3600
PAST = 600
"""Seconds beyond any leeway: five minutes are allowed."""
WITHIN = 240
"""Seconds inside the leeway."""


class Token(Enum):
    """How a call proves that it comes from Teams."""

    GOOD = auto()
    IN_LEEWAY = auto()
    """Expired four minutes ago: still good."""
    EXPIRED = auto()
    NOT_YET_VALID = auto()
    WRONG_ISSUER = auto()
    WRONG_AUDIENCE = auto()
    """For another bot."""
    NO_AUDIENCE = auto()
    WRONG_SERVICE_URL = auto()
    NO_SERVICE_URL = auto()
    BAD_SIGNATURE = auto()
    """Well signed, but over other claims."""
    STRANGER = auto()
    """Signed by an unpublished key under a published key's id."""
    UNKNOWN_KID = auto()
    """Signed by a key that is not published."""
    NO_KID = auto()
    ALG_NONE = auto()
    HS256 = auto()
    """Signed with the public key as secret."""
    UNENDORSED = auto()
    """Signed by a published key that speaks for other channels."""
    OTHER_TENANT = auto()
    """A directory's token for this bot, from another tenant."""
    OWN = auto()
    """What the bot itself is given to call Teams with."""
    NO_HEADER = auto()
    WRONG_SCHEME = auto()
    NO_SCHEME = auto()
    GARBAGE = auto()

    @property
    def good(self) -> bool:
        """Whether the bot must take it."""
        return self in {Token.GOOD, Token.IN_LEEWAY}


class Bearer:
    """Makes the `Authorization` header of calls to the bot."""

    def __init__(self, app: App, ring: Keyring, directory: Keyring) -> None:
        self.app = app
        self.ring = ring
        self.directory = directory
        self._unendorsed: Key | None = None

    def headers(self, how: Token, service_url: str, now: datetime) -> dict[str, str]:
        """The header, or none; `now` is the time that the token tells."""
        if how is Token.NO_HEADER:
            return {}
        value = self.value(how, service_url, int(now.timestamp()))
        scheme = {Token.WRONG_SCHEME: "Basic ", Token.NO_SCHEME: ""}.get(how, "Bearer ")
        return {"Authorization": scheme + value}

    def value(self, how: Token, service_url: str, now: int) -> str:
        """The token itself."""
        claims = self._claims(how, service_url, now)
        key = self.ring.newest
        made: dict[Token, Callable[[], str]] = {
            Token.GARBAGE: lambda: "bm90IGEgdG9rZW4",
            Token.BAD_SIGNATURE: lambda: _tampered(token(key, claims), {**claims, "jti": "other"}),
            Token.STRANGER: lambda: token(self.ring.stranger(), claims, kid=key.kid, x5t=key.kid),
            Token.UNKNOWN_KID: lambda: token(self.ring.stranger(), claims),
            Token.NO_KID: lambda: token(key, claims, kid=None, x5t=None),
            Token.ALG_NONE: lambda: token(key, claims, alg="none").rpartition(".")[0] + ".",
            Token.HS256: lambda: _with_public_key(key, claims),
            Token.UNENDORSED: lambda: token(self._other_channels(), claims),
            Token.OTHER_TENANT: lambda: token(self.directory.newest, claims),
            Token.OWN: lambda: token(self.directory.newest, claims),
        }
        return made.get(how, lambda: token(key, claims))()

    def _claims(self, how: Token, service_url: str, now: int) -> Json:
        claims: Json = {
            "serviceurl": service_url,
            "nbf": now - 5,
            "exp": now + LIFE,
            "iss": self.app.issuer,
            "aud": self.app.id,
        }
        changed: dict[Token, Json] = {
            Token.EXPIRED: {"nbf": now - PAST - LIFE, "exp": now - PAST},
            Token.IN_LEEWAY: {"nbf": now - WITHIN - LIFE, "exp": now - WITHIN},
            Token.NOT_YET_VALID: {"nbf": now + PAST, "exp": now + PAST + LIFE},
            Token.WRONG_ISSUER: {"iss": "https://api.botframework.example"},
            Token.WRONG_AUDIENCE: {"aud": "0c0ffee0-5160-4f0f-8000-00000000beef"},
            Token.NO_AUDIENCE: {"aud": None},
            Token.WRONG_SERVICE_URL: {"serviceurl": "https://smba.example/amer/"},
            Token.NO_SERVICE_URL: {"serviceurl": None},
            Token.OTHER_TENANT: _directory_claims("0dd5eed0-5160-4f0f-8000-0000000000ff", self.app.id, self.app.id),
            Token.OWN: _directory_claims(self.app.tenant_id, self.app.scope, self.app.id),
        }
        return {name: value for name, value in {**claims, **changed.get(how, {})}.items() if value is not None}

    def _other_channels(self) -> Key:
        """A published key without endorsement for Teams; it lies before the others, as those sign."""
        if self._unendorsed is None or self._unendorsed not in self.ring.keys:
            self._unendorsed = self.ring.stranger(("webchat", "slack"))
            self.ring.keys.insert(0, self._unendorsed)
        return self._unendorsed


def _directory_claims(tenant: str, audience: str, app_id: str) -> Json:
    return {
        "iss": f"https://sts.windows.net/{tenant}/",
        "tid": tenant,
        "aud": audience,
        "appid": app_id,
        "ver": "1.0",
        "serviceurl": None,
    }


def _tampered(good: str, claims: Json) -> str:
    head, _, signature = good.split(".")
    return f"{head}.{encoded(json.dumps(claims).encode())}.{signature}"


def _with_public_key(key: Key, claims: Json) -> str:
    signed = token(key, claims, alg="HS256").rpartition(".")[0]
    return f"{signed}.{encoded(hmac.new(key.public_pem, signed.encode(), hashlib.sha256).digest())}"
