"""A Teams for the unmodified SDK."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from tests.fakes.teams import Channel, FakeTeams, User


async def logged_in(teams: FakeTeams) -> str:
    form = {"grant_type": "client_credentials", "client_id": teams.app.id, "client_secret": teams.app.secret}
    async with aiohttp.ClientSession() as session:
        scope = {"scope": f"{teams.app.scope}/.default"}
        async with session.post(teams.token_url, data=form | scope) as response:
            return str((await response.json())["access_token"])


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async def keys(_: web.Request) -> web.Response:
        return web.json_response({"keys": [key.as_json() for key in made.directory.ring.keys]})

    def with_entra(_: FakeTeams, app: web.Application) -> None:
        app.router.add_get("/directory/keys", keys)  # the SDK believes Entra's tokens too

    made = FakeTeams(extra=with_entra)
    async with made:
        yield made


@pytest.fixture
def dana(teams: FakeTeams) -> User:
    return teams.tenant().user("Dana", email="dana@acme.test", installed=True)


@pytest.fixture
def channel(teams: FakeTeams, dana: User) -> Channel:
    return dana.tenant.team("Refunds", [dana]).channel("decisions")
