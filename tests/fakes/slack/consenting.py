"""The install flow as a browser and Slack's consent page go through it."""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
from aiohttp import web

from tests.fakes.possible import NotPossible
from tests.fakes.slack.ground import Ground
from tests.fakes.slack.people import User
from tests.fakes.slack.world import World

AUTHORIZE = "/oauth/v2/authorize"


@dataclass(frozen=True)
class Consent:
    """A user before Slack's consent page."""

    user: User
    asked: dict[str, str]
    """What the app asked for: client_id, scope, state, redirect_uri."""
    cookie: str
    """What the app's install page left in the browser."""


@dataclass(frozen=True)
class Returned:
    """What the app showed to the user who came back."""

    status: int
    text: str


class Consenting(Ground):
    """Installs the app by its own pages."""

    async def install(self, install_url: str, by: User) -> Returned:
        """Go from the app's install page through consent and back to the app."""
        return await self.consent(await self.visit(install_url, by))

    async def visit(self, install_url: str, by: User) -> Consent:
        """Open the app's install page and follow it to Slack.

        Raises:
            NotPossible: The page leads elsewhere, or asks for no scopes.
        """
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser,
            browser.get(install_url, allow_redirects=False) as response,
        ):
            page = response.headers.get("Location") or html.unescape(await response.text())
            jar = SimpleCookie()
            for header in response.headers.getall("Set-Cookie", []):
                jar.load(header)
        found = re.search(re.escape(self.world.url + AUTHORIZE) + r"\?[^\"'\s<>]*", page)
        if found is None:
            raise NotPossible(
                f"{install_url} does not lead to {self.world.url}{AUTHORIZE}: {response.status} {page[:200]}"
            )
        asked = dict(parse_qsl(urlsplit(found[0]).query))
        if asked.get("client_id") != self.world.app.client_id or not asked.get("scope"):
            raise NotPossible(f"Slack's page refuses {asked}")
        return Consent(by, asked, "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items()))

    async def consent(
        self, consent: Consent, *, deny: bool = False, state: str | None = None, cookie: str | None = None
    ) -> Returned:
        """Allow (or deny) on Slack's page and go back to the app. A second time it is a new code with the old state.

        Args:
            state: Another state than the app gave.
            cookie: Another browser's cookies.
        """
        back = consent.asked.get("redirect_uri") or next(iter(self.world.app.redirect_urls), "")
        query = {"error": "access_denied"} if deny else {"code": grant(self.world, consent.user, consent.asked)}
        query["state"] = consent.asked.get("state", "") if state is None else state
        headers = {"Cookie": consent.cookie if cookie is None else cookie}
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser,
            browser.get(f"{back}?{urlencode(query)}", headers=headers, allow_redirects=False) as response,
        ):
            return Returned(response.status, await response.text())


def grant(world: World, user: User, asked: dict[str, str]) -> str:
    """The code for what was asked."""
    scopes = tuple(asked.get("scope", "").replace(" ", ",").split(","))
    return world.code(user, scopes, asked.get("redirect_uri", ""))


def consent_page(world: World) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Slack's consent page for a browser driven by hand: it consents at once, as the first member of the workspace."""

    async def handle(request: web.Request) -> web.Response:
        asked = dict(request.query)
        workspace = world.workspaces.get(asked.get("team", "")) or next(iter(world.workspaces.values()), None)
        people = [each for each in workspace.users.values() if not each.is_bot] if workspace is not None else []
        if asked.get("client_id") != world.app.client_id or not people:
            return web.Response(status=400, text="Slack knows no such app, or nobody who could install it")
        back = asked.get("redirect_uri") or next(iter(world.app.redirect_urls), "")
        query = urlencode({"code": grant(world, people[0], asked), "state": asked.get("state", "")})
        raise web.HTTPFound(f"{back}?{query}")

    return handle
