"""The session cookie: a random token, out of reach of scripts and of other sites' forms."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

SESSION_LASTS = timedelta(hours=12)


class SessionCookie:
    """Over TLS it has the ``__Host-`` prefix, which browsers keep to this host and path alone (RFC 6265bis, 4.1.3.2).

    Lax, not strict: a link to a card in a chat message has to find its reader signed in; no form of another site does.
    """

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self._name = "__Host-signoff" if secure else "signoff"

    def read(self, request: web.Request) -> str | None:
        """The token that a browser sent."""
        return request.cookies.get(self._name)

    def give(self, response: web.StreamResponse, token: str) -> None:
        """Let the browser keep it for as long as a session lasts."""
        response.set_cookie(
            self._name,
            token,
            max_age=int(SESSION_LASTS.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )

    def take(self, response: web.StreamResponse) -> None:
        """Let the browser forget it."""
        response.del_cookie(self._name, path="/", secure=self._secure, httponly=True, samesite="Lax")
