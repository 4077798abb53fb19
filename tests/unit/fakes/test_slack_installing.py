"""Installing the app by Bolt's own pages, in several workspaces."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from tests.fakes.slack import FakeSlack, NotPossible, User, Workspace
from tests.rigs.house import MovedClock
from tests.unit.fakes.bolt_app import client_of, installable_of, serving


@dataclass
class Shop:
    """An app that anybody may install."""

    slack: FakeSlack
    clock: MovedClock
    app: AsyncApp
    url: str
    workspace: Workspace
    vera: User

    @property
    def install_url(self) -> str:
        return f"{self.url}/slack/install"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    clock = MovedClock()
    async with FakeSlack(clock=clock) as slack:
        workspace = slack.workspace("Acme", scopes=None)
        app = installable_of(slack, str(tmp_path))
        async with serving(slack, app) as served:
            yield Shop(slack, clock, app, served.url, workspace, workspace.user("vera"))


async def test_installing_gives_a_token_for_that_workspace(shop: Shop) -> None:
    assert shop.workspace.token == ""
    returned = await shop.slack.install(shop.install_url, shop.vera)
    assert returned.status == 200, returned.text
    assert shop.workspace.tokens[0].scopes == ("chat:write", "commands", "users:read")
    assert shop.app.installation_store is not None
    kept = await shop.app.installation_store.async_find_bot(enterprise_id=None, team_id=shop.workspace.id)
    assert kept is not None
    assert (kept.bot_token, kept.bot_user_id) == (shop.workspace.token, shop.workspace.bot.id)


async def test_an_event_finds_its_workspace_s_token(shop: Shop) -> None:
    other = shop.slack.workspace("Globex", scopes=None)
    hank = other.user("hank")
    for user in (shop.vera, hank):
        await shop.slack.install(shop.install_url, user)

    @shop.app.command("/signoff")
    async def queue(ack: object, client: object, context: dict[str, str]) -> None:
        assert callable(ack)
        await ack(f"{context['team_id']} {context['bot_token']}")

    for user in (shop.vera, hank):
        channel = user.workspace.channel("general", [user])
        await shop.slack.command(user, channel, "/signoff")
        [answer] = shop.slack.ephemerals(user)
        assert answer.text == f"{user.workspace.id} {user.workspace.token}"


async def test_a_state_is_good_once(shop: Shop) -> None:
    consent = await shop.slack.visit(shop.install_url, shop.vera)
    assert (await shop.slack.consent(consent)).status == 200
    again = await shop.slack.consent(consent)
    assert (again.status, "invalid_state" in again.text) == (401, True)
    assert len(shop.workspace.tokens) == 1


async def test_a_state_belongs_to_a_browser(shop: Shop) -> None:
    consent = await shop.slack.visit(shop.install_url, shop.vera)
    assert (await shop.slack.consent(consent, cookie="")).status == 400
    assert (await shop.slack.consent(consent, state="made-up")).status == 400
    assert shop.workspace.tokens == []


async def test_denying_installs_nothing(shop: Shop) -> None:
    consent = await shop.slack.visit(shop.install_url, shop.vera)
    returned = await shop.slack.consent(consent, deny=True)
    assert "access_denied" in returned.text
    assert shop.workspace.tokens == []


async def test_a_page_that_leads_elsewhere(shop: Shop) -> None:
    with pytest.raises(NotPossible, match="does not lead to"):
        await shop.slack.visit(f"{shop.url}/slack/nowhere", shop.vera)


async def test_a_code_is_exchanged_once_in_ten_minutes_by_the_app_itself(shop: Shop) -> None:
    client = client_of(shop.slack)
    good = {"client_id": shop.slack.app.client_id, "client_secret": shop.slack.app.client_secret}

    async def exchange(code: str, **more: str) -> str:
        try:
            await client.oauth_v2_access(**{**good, "code": code, **more})
        except SlackApiError as refused:
            error: str = refused.response["error"]
            return error
        return "ok"

    code = shop.slack.world.code(shop.vera, ("commands",), "https://bot.test/back")
    assert await exchange(code, client_id="9.9") == "invalid_client_id"
    assert await exchange(code, client_secret="guess") == "bad_client_secret"
    assert await exchange(code, redirect_uri="https://evil.test/") == "bad_redirect_uri"
    assert await exchange("made-up") == "invalid_code"
    assert await exchange(code) == "ok"
    assert await exchange(code) == "invalid_code"
    late = shop.slack.world.code(shop.vera, ("commands",), "")
    shop.clock.move(minutes=11)
    assert await exchange(late) == "invalid_code"


async def test_installing_again_after_uninstalling(shop: Shop) -> None:
    await shop.slack.install(shop.install_url, shop.vera)
    first = shop.workspace.token
    await shop.slack.uninstall(shop.workspace)
    await shop.slack.install(shop.install_url, shop.vera)
    assert shop.workspace.token != first
    assert (await client_of(shop.slack, shop.workspace).auth_test())["ok"]
    with pytest.raises(SlackApiError, match="account_inactive"):
        await client_of(shop.slack).auth_test(token=first)


async def test_a_manifest_s_outline_is_looked_at(shop: Shop) -> None:
    client = client_of(shop.slack)
    await client.apps_manifest_validate(manifest={"display_information": {"name": "Signoff"}})
    with pytest.raises(SlackApiError, match="invalid_manifest"):
        await client.apps_manifest_validate(manifest={"display_information": {"name": ""}, "colour": "red"})
