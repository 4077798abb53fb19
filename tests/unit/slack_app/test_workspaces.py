"""Installing, and what happens when the app is removed: that workspace alone is left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.fakes.slack import User, Workspace
from tests.rigs.slack_office import Office, opened, staffed


@pytest.fixture
async def many() -> AsyncIterator[Office]:
    """An office in every workspace that installs the app."""
    async with opened(oauth=True) as here:
        yield here


async def beta_of(office: Office) -> tuple[Workspace, dict[str, User]]:
    """Another workspace, which installs the app by our own pages."""
    beta, users = staffed(office.slack, "Beta", id="T0BETA", scopes=None)
    returned = await office.slack.install(f"{office.url}/slack/install", by=users["vera"])
    assert returned.status == 200, returned.text
    return beta, users


async def suspended(office: Office) -> dict[str, bool]:
    return {each.team: each.suspended is not None for each in await office.workspaces.all()}


async def test_a_workspace_installs_the_app_by_our_pages(many: Office) -> None:
    _, users = await beta_of(many)
    await many.slack.open_home(users["dana"])
    await many.quiet()
    assert many.slack.home(users["dana"]) is not None
    assert await suspended(many) == {"T0ACME": False, "T0BETA": False}


async def test_a_state_used_again_is_refused(many: Office) -> None:
    _, users = staffed(many.slack, "Beta", id="T0BETA", scopes=None)
    consent = await many.slack.visit(f"{many.url}/slack/install", users["vera"])
    assert (await many.slack.consent(consent)).status == 200
    again = await many.slack.consent(consent)
    assert again.status == 401


async def test_an_expired_a_foreign_and_a_made_up_state_are_refused(many: Office) -> None:
    _, users = staffed(many.slack, "Beta", id="T0BETA", scopes=None)
    consent = await many.slack.visit(f"{many.url}/slack/install", users["vera"])
    assert (await many.slack.consent(consent, state="made-up")).status == 400
    assert (await many.slack.consent(consent, cookie="")).status == 400
    denied = await many.slack.consent(consent, deny=True)
    assert "T0BETA" not in await suspended(many), denied.text
    many.house.clock.move(minutes=11)
    assert (await many.slack.consent(consent)).status == 401
    assert "T0BETA" not in await suspended(many)


@pytest.mark.parametrize("how", ["uninstall", "revoke"])
async def test_the_app_removed_from_one_workspace_leaves_the_others_at_work(many: Office, how: str) -> None:
    beta, _ = await beta_of(many)
    request, message = await many.held()
    await (many.slack.uninstall(beta) if how == "uninstall" else many.slack.revoke(beta))
    await many.quiet()
    assert await suspended(many) == {"T0ACME": False, "T0BETA": True}
    assert many.app._oauth is not None
    assert await many.app._oauth.installations.token("T0BETA") is None
    assert "T0BETA" not in await many.app._oauth.installations.installed()
    await many.slack.click(many.dana, message, "approve")
    assert (await many.decided(request)).status == "approved"
    assert many.slack.complaints == []


async def test_a_workspace_that_installs_anew_works_again(many: Office) -> None:
    beta, users = await beta_of(many)
    await many.slack.uninstall(beta)
    await many.quiet()
    await many.slack.install(f"{many.url}/slack/install", by=users["vera"])
    assert await suspended(many) == {"T0ACME": False, "T0BETA": False}
    await many.slack.open_home(users["dana"])
    await many.quiet()
    assert many.slack.home(users["dana"]) is not None


async def test_the_one_workspace_with_a_token_is_suspended_too(office: Office) -> None:
    await office.slack.open_home(office.dana)
    await office.quiet()
    await office.slack.revoke(office.acme)
    await office.quiet()
    assert await suspended(office) == {"T0ACME": True}


async def test_removed_from_a_channel_is_logged_and_breaks_nothing(office: Office) -> None:
    request, message = await office.held()
    await office.slack.remove_bot(office.refunds)
    await office.slack.leave(office.lee, office.refunds)
    await office.quiet()
    await office.slack.click(office.dana, message, "approve")
    assert (await office.decided(request)).status == "approved"
    assert office.slack.complaints == []


async def test_without_oauth_there_are_no_pages_to_install(office: Office) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("install", "oauth_redirect"):
            async with session.get(f"{office.url}/slack/{path}") as response:
                assert response.status == 404


async def test_a_workspace_that_may_not_install_it_is_told_so_and_nothing_is_kept() -> None:
    async with opened(oauth=True, allowed=("T0ACME",)) as office:
        _, users = staffed(office.slack, "Beta", id="T0BETA", scopes=None)
        returned = await office.slack.install(f"{office.url}/slack/install", by=users["vera"])
        assert returned.status == 403
        assert "may not install" in returned.text
        assert await suspended(office) == {"T0ACME": False}
