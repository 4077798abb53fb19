"""The unmodified Bolt installs through our stores."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings

from adapters.slack.client import Installations, States, Workspaces
from tests.fakes.slack import BOT_SCOPES
from tests.unit.fakes.bolt_app import Served, serving
from tests.unit.slack_client.conftest import Desk, wired


@pytest.fixture
async def workspaces(desk: Desk) -> AsyncIterator[Workspaces]:
    installations = Installations(desk.house.store.vault, desk.house.store.shelf, desk.clock)
    _, made, _, _ = wired(desk.house, desk.slack, desk.policy, installations=installations)
    yield made
    await made.close()


@pytest.fixture
async def served(desk: Desk, workspaces: Workspaces) -> AsyncIterator[Served]:
    store = desk.house.store
    settings = AsyncOAuthSettings(
        client_id=desk.slack.app.client_id,
        client_secret=desk.slack.app.client_secret,
        scopes=BOT_SCOPES,
        installation_store=Installations(store.vault, store.shelf, desk.clock),
        state_store=States(store.shelf, desk.clock),
        authorization_url=desk.slack.authorize_url,
    )
    app = AsyncApp(
        signing_secret=desk.slack.app.signing_secret, client=workspaces.bare_client(), oauth_settings=settings
    )
    async with serving(desk.slack, app) as found:
        yield found
        await workspaces.close()  # the server waits for connections that are kept alive


async def test_a_workspace_that_installs_the_app_can_be_called_at_once(
    desk: Desk, served: Served, workspaces: Workspaces
) -> None:
    gamma = desk.slack.workspace("Gamma", id="T0GAMMA", scopes=None)
    admin = gamma.user("ada", is_admin=True)
    returned = await desk.slack.install(f"{served.url}/slack/install", by=admin)
    assert returned.status == 200
    assert [(each.team, each.name) for each in await workspaces.all()] == [("T0GAMMA", "Gamma")]
    answer = await workspaces.read("T0GAMMA", "users.info", user=admin.id)
    assert answer["user"]["id"] == admin.id


async def test_a_consent_that_comes_twice_or_too_late_installs_nothing(
    desk: Desk, served: Served, workspaces: Workspaces
) -> None:
    gamma = desk.slack.workspace("Gamma", id="T0GAMMA", scopes=None)
    admin = gamma.user("ada", is_admin=True)
    late = await desk.slack.visit(f"{served.url}/slack/install", by=admin)
    desk.clock.move(minutes=11)
    assert (await desk.slack.consent(late)).status != 200
    assert await workspaces.all() == ()


async def test_uninstalling_suspends_that_workspace_alone(desk: Desk, served: Served, workspaces: Workspaces) -> None:
    for name in ("Gamma", "Delta"):
        other = desk.slack.workspace(name, id=f"T0{name.upper()}", scopes=None)
        await desk.slack.install(f"{served.url}/slack/install", by=other.user("ada", is_admin=True))
    served.app.enable_token_revocation_listeners()
    await desk.slack.uninstall(desk.slack.world.workspaces["T0GAMMA"])
    found = {each.team: each.suspended for each in await workspaces.all()}
    assert found == {"T0DELTA": None, "T0GAMMA": "the app was removed"}
