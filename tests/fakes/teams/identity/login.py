"""Where the bot gets the tokens that it calls Teams with: the directory's token endpoint, and a managed identity's.

https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.fakes.teams.identity.keys import Keyring, read, token
from tests.fakes.teams.world import World

Json = dict[str, Any]
LIFE = 3599
"""Seconds for which a token is good, unless `Directory.life` says otherwise."""


@dataclass(frozen=True)
class Login:
    """A token that the bot was given, and when."""

    at: datetime
    by: str
    """`secret` or `identity`."""
    token: str
    expires_in: int


class Directory:
    """The directory of tenants: gives the bot its tokens and knows them again. `logins` is every token given."""

    def __init__(self, world: World, ring: Keyring) -> None:
        self.world = world
        self.ring = ring
        self.life = LIFE
        self.logins: list[Login] = []
        self.identity_header = "fake-identity-header"
        """What an App Service hands its programs for `X-IDENTITY-HEADER`."""
        self._revoked_before = 0
        self._numbers = itertools.count(1)

    def revoke(self) -> None:
        """Refuse every token given so far."""
        self._revoked_before = next(self._numbers)

    def give(self, by: str) -> Login:
        """A new token for the bot."""
        app, now = self.world.app, int(self.world.now().timestamp())
        claims = {
            "aud": app.scope,
            "iss": f"https://sts.windows.net/{app.tenant_id}/",
            "iat": now,
            "nbf": now - 5,
            "exp": now + self.life,
            "appid": app.id,
            "tid": app.tenant_id,
            "jti": next(self._numbers),
            "ver": "1.0",
        }
        login = Login(self.world.now(), by, token(self.ring.newest, claims), self.life)
        self.logins.append(login)
        return login

    def refusal(self, value: str) -> str | None:
        """Why the connector does not take this token; None where it does."""
        if not value:
            return "Authorization has been denied for this request: no bearer token."
        claims = read(value, self.ring)
        now = self.world.now().timestamp()
        if claims is None:
            return "The token is not signed by the directory."
        if claims.get("aud") != self.world.app.scope:
            return f"The token is for {claims.get('aud')}."
        if claims.get("appid") != self.world.app.id or claims.get("tid") != self.world.app.tenant_id:
            return "The token is not this bot's."
        if not claims.get("nbf", 0) <= now < claims.get("exp", 0):
            return "The token has expired."
        return "The token was revoked." if claims.get("jti", 0) <= self._revoked_before else None

    def by_secret(self, tenant_id: str, form: Json) -> tuple[int, Json]:
        """Status and answer of the token endpoint."""
        app = self.world.app
        if tenant_id not in {app.tenant_id, *self.world.tenants}:
            return _denied(400, "invalid_request", 90002, f"Tenant '{tenant_id}' not found.")
        if form.get("grant_type") != "client_credentials":
            return _denied(400, "unsupported_grant_type", 70003, "The grant type is not supported.")
        if tenant_id != app.tenant_id or form.get("client_id") != app.id:
            return _denied(400, "unauthorized_client", 700016, "The application was not found in the directory.")
        if form.get("client_secret") != app.secret:
            return _denied(401, "invalid_client", 7000215, "Invalid client secret provided.")
        if form.get("scope") != f"{app.scope}/.default":
            return _denied(400, "invalid_scope", 70011, f"The provided scope {form.get('scope')!r} is not valid.")
        login = self.give("secret")
        return 200, {
            "token_type": "Bearer",
            "expires_in": login.expires_in,
            "ext_expires_in": login.expires_in,
            "access_token": login.token,
        }

    def by_identity(self, query: Json, headers: Json) -> tuple[int, Json]:
        """Status and answer of a managed identity's endpoint: a virtual machine's, or an App Service's."""
        app = self.world.app
        if headers.get("Metadata") != "true" and headers.get("X-IDENTITY-HEADER") != self.identity_header:
            return 400, {"error": "invalid_request", "error_description": "Required metadata header not specified"}
        if query.get("resource", "").rstrip("/") != app.scope:
            return 400, {"error": "invalid_resource", "error_description": f"no resource {query.get('resource')!r}"}
        if query.get("client_id", app.id) != app.id:
            return 400, {"error": "invalid_request", "error_description": "Identity not found"}
        login = self.give("identity")
        return 200, {
            "access_token": login.token,
            "client_id": app.id,
            "expires_in": str(login.expires_in),
            "expires_on": str(int(login.at.timestamp()) + login.expires_in),
            "resource": app.scope,
            "token_type": "Bearer",
        }


def _denied(status: int, error: str, code: int, why: str) -> tuple[int, Json]:
    return status, {"error": error, "error_description": f"AADSTS{code}: {why}", "error_codes": [code]}
