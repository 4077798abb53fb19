"""How the SDK calls Teams and asks for tokens by itself, unmodified, where the port must do otherwise.

Each test holds a claim of docs/adr/0010-teams-sdk.md: when one fails after an update, the SDK has changed, most likely
for the better, and a part of this folder has become needless.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import requests
from microsoft_agents.activity import Activity, ChannelAccount, ConversationParameters
from microsoft_agents.authentication.msal import MsalAuth
from microsoft_agents.hosting.core import AgentAuthConfiguration
from microsoft_agents.hosting.core.connector.teams import TeamsConnectorClient
from pydantic import ValidationError

from spikes.agents_hosting.conftest import logged_in
from tests.fakes.teams import Channel, FakeTeams, Fault, User

Client = Any  # the SDK's, untyped where it is not installed


@pytest.fixture
async def client(teams: FakeTeams, dana: User) -> AsyncIterator[Client]:
    made = TeamsConnectorClient(teams.service_url(dana.tenant), await logged_in(teams))
    yield made
    await made.close()


def conversation_with(teams: FakeTeams, channel: Channel) -> ConversationParameters:
    return ConversationParameters(
        is_group=True,
        agent=ChannelAccount(id=f"28:{teams.app.id}"),
        activity=Activity(type="message", text="x"),
        channel_data={"channel": {"id": channel.id}},
    )


async def test_why_teams_refused_is_lost_in_half_of_the_calls(
    teams: FakeTeams, dana: User, channel: Channel, client: Client
) -> None:
    there = client.conversations
    made = await there.create_conversation(conversation_with(teams, channel))
    text = Activity(type="message", text="x")
    calls: dict[str, Callable[[], Any]] = {
        "createConversation": lambda: there.create_conversation(conversation_with(teams, channel)),
        "sendToConversation": lambda: there.send_to_conversation(made.id, text),
        "replyToActivity": lambda: there.reply_to_activity(made.id, made.activity_id, text),
        "updateActivity": lambda: there.update_activity(made.id, made.activity_id, text),
        "deleteActivity": lambda: there.delete_activity(made.id, made.activity_id),
        "getMember": lambda: there.get_conversation_member(channel.id, dana.id),
    }
    told = set()
    for name, call in calls.items():
        teams.faults.next(name, Fault.FORBIDDEN, error="BotDisabledByAdmin")
        with pytest.raises(aiohttp.ClientResponseError) as caught:
            await call()
        if "BotDisabledByAdmin" in caught.value.message:
            told.add(name)
    assert told == {"sendToConversation", "replyToActivity", "updateActivity"}


async def test_nothing_is_tried_again_and_waiting_takes_five_minutes(
    teams: FakeTeams, channel: Channel, client: Client
) -> None:
    before = len(teams.calls("createConversation"))
    teams.faults.next("createConversation", Fault.PRECONDITION_FAILED)
    with pytest.raises(aiohttp.ClientResponseError):
        await client.conversations.create_conversation(conversation_with(teams, channel))

    assert len(teams.calls("createConversation")) == before + 1
    assert client.client.timeout.total == 300


async def test_a_long_conversation_id_is_cut(teams: FakeTeams, client: Client) -> None:
    with pytest.raises(aiohttp.ClientResponseError):
        await client.conversations.send_to_conversation("a:" + "1" * 200, Activity(type="message", text="x"))

    assert teams.calls("sendToConversation")[-1].conversation == "a:" + "1" * 148


@pytest.mark.parametrize("name", ["locale", "textFormat", "attachments", "name"])
def test_null_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        Activity.model_validate({"type": "message", name: None})


def test_some_of_what_is_no_activity_is_a_bare_exception() -> None:
    odd = {"type": "message", "channelId": "msteams:a", "entities": [{"type": "ProductInfo", "id": "b"}]}
    with pytest.raises(Exception, match="Conflict") as caught:
        Activity.model_validate(odd)
    assert type(caught.value) is Exception


# ------------------------------------------------------------------------------------------------------------- tokens


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool, object]]:
    """What MSAL asks of Entra: the last part of the address, whether on the loop's own thread, and its time-out."""
    calls: list[tuple[str, bool, object]] = []

    def answer(_: object, url: str, **options: object) -> object:
        on_the_loop = threading.current_thread() is threading.main_thread()
        calls.append((url.rpartition("/")[2], on_the_loop, options.get("timeout")))
        base = "https://login.microsoftonline.com/t"
        told = (
            f'{{"authorization_endpoint": "{base}/a", "token_endpoint": "{base}/token", "issuer": "{base}/v2.0"}}'
            if "openid" in url
            else '{"access_token": "made up", "expires_in": 3600, "token_type": "Bearer"}'
        )
        return SimpleNamespace(status_code=200, text=told, headers={}, raise_for_status=lambda: None)

    monkeypatch.setattr(requests.Session, "get", answer)
    monkeypatch.setattr(requests.Session, "post", answer)
    return calls


async def test_the_first_token_blocks_the_loop_and_none_has_a_bound(
    asked: list[tuple[str, bool, object]],
) -> None:
    scope = "https://api.botframework.com"
    auth = MsalAuth(AgentAuthConfiguration(client_id="a", tenant_id="t", client_secret="s"))
    for _ in range(2):
        assert await auth.get_access_token(scope, [f"{scope}/.default"]) == "made up"

    assert asked == [("openid-configuration", True, None), ("token", False, None)]


async def test_an_authority_that_is_not_https_is_refused() -> None:
    config = AgentAuthConfiguration(client_id="a", tenant_id="t", client_secret="s", authority="http://127.0.0.1:1/t")
    with pytest.raises(ValueError, match="https"):
        await MsalAuth(config).get_access_token("https://api.botframework.com", ["x/.default"])
