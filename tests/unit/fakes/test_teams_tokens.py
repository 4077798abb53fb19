"""Tokens of the fake Teams: those that it bears towards the bot, and those that the bot is given."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from botbuilder.schema import Activity

from tests.fakes.teams import Delivery, Fault, Token
from tests.unit.fakes.teams_bot import Desk, authentication_of, elsewhere, log_in, refusal


async def admitted(desk: Desk, delivery: Delivery) -> bool:
    """Whether the SDK, with keys fetched anew, takes a call that the bot got."""
    header = delivery.last.headers.get("> Authorization", "")
    activity = Activity().deserialize(delivery.activity)
    authentication = authentication_of(desk.teams)

    async def authenticate() -> bool:
        try:
            result = await authentication.authenticate_request(activity, header)
        except Exception:  # noqa: BLE001 - the SDK raises whatever it meets
            return False
        return bool(result.claims_identity.is_authenticated)

    return bool(await elsewhere(authenticate))


@pytest.mark.parametrize("token", Token)
async def test_the_sdk_takes_the_good_tokens_alone(desk: Desk, token: Token) -> None:
    delivery = await desk.teams.direct(desk.dana, "help", token=token)
    assert await admitted(desk, delivery) is token.good


async def test_every_call_bears_a_token_for_its_service_address(desk: Desk) -> None:
    await desk.teams.mention(desk.dana, desk.refunds, "queue")
    [told], [headers] = desk.bot.told, desk.bot.headers
    assert told["serviceUrl"] == desk.teams.service_url(desk.contoso)
    assert headers["Authorization"].startswith("Bearer ey")


async def test_keys_rotate(desk: Desk) -> None:
    before = await desk.teams.direct(desk.dana, "help")
    gone = desk.teams.rotate_keys()
    after = await desk.teams.direct(desk.dana, "help")
    keys = desk.teams.ring.as_json()["keys"]
    assert [key["kid"] for key in keys] == [desk.teams.ring.newest.kid]
    assert gone.kid not in {key["kid"] for key in keys}
    assert await admitted(desk, after), "the SDK had no keys before"
    assert not await admitted(desk, before)


async def test_the_published_keys_are_endorsed(desk: Desk) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(desk.teams.openid_url) as answer:
            metadata = await answer.json()
        async with session.get(metadata["jwks_uri"]) as answer:
            [key] = (await answer.json())["keys"]
    assert metadata["issuer"] == "https://api.botframework.com"
    assert "msteams" in key["endorsements"]


async def test_the_metadata_can_hang_and_break(desk: Desk) -> None:
    desk.teams.faults.next("openid", Fault.HANG)
    desk.teams.faults.next("keys", Fault.HTML)
    short = aiohttp.ClientTimeout(total=0.1)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(TimeoutError):
            await session.get(desk.teams.openid_url, timeout=short)
        async with session.get(f"{desk.teams.url}/v1/.well-known/keys") as answer:
            assert answer.content_type == "text/html"
    assert [call.outcome for call in desk.teams.calls("openid")] == ["hang"]


# What the bot is given


REFUSED: dict[str, tuple[dict[str, str], int, str]] = {
    "a wrong secret": ({"client_secret": "x"}, 401, "AADSTS7000215"),
    "another client": ({"client_id": "x"}, 400, "AADSTS700016"),
    "another scope": ({"scope": "https://graph.microsoft.com/.default"}, 400, "AADSTS70011"),
    "another grant": ({"grant_type": "password"}, 400, "AADSTS70003"),
    "an unknown tenant": ({"tenant": "botframework.com"}, 400, "AADSTS90002"),
}


@pytest.mark.parametrize(("changed", "status", "code"), REFUSED.values(), ids=REFUSED)
async def test_the_directory_refuses(desk: Desk, changed: dict[str, str], status: int, code: str) -> None:
    answered, body = await log_in(desk.teams, **changed)
    assert (answered, body["error_description"].partition(":")[0]) == (status, code)
    assert len(desk.teams.logins) == 1, "the fixture's own"


async def test_a_stranger_s_tenant_gives_no_tokens(desk: Desk) -> None:
    fabrikam = desk.teams.tenant("Fabrikam")
    assert (await log_in(desk.teams, tenant=fabrikam.id))[1]["error"] == "unauthorized_client"


async def test_a_token_is_good_for_an_hour(desk: Desk) -> None:
    assert await refusal(desk.conversations.get_conversation_members(desk.refunds.id)) == "ok"
    desk.clock.move(seconds=3600)
    assert await refusal(desk.conversations.get_conversation_members(desk.refunds.id)) == "401 Unauthorized"
    [login] = desk.teams.logins
    assert (login.by, login.expires_in) == ("secret", 3599)


async def test_tokens_can_be_revoked(desk: Desk) -> None:
    desk.teams.revoke_tokens()
    assert await refusal(desk.conversations.get_conversation_members(desk.refunds.id)) == "401 Unauthorized"
    fresh = (await log_in(desk.teams))[1]["access_token"]
    path = f"/v3/conversations/{desk.refunds.id}/members"
    assert (await desk.call("GET", path, Authorization=f"Bearer {fresh}"))[0] == 200


@pytest.mark.parametrize("headers", [{"X-No": "1"}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}])
async def test_the_connector_wants_a_token_of_ours(desk: Desk, headers: dict[str, str]) -> None:
    status, body = await desk.call("GET", f"/v3/conversations/{desk.refunds.id}/members", **headers)
    assert (status, body["error"]["code"]) == (401, "Unauthorized")


async def test_the_token_that_teams_bears_is_not_taken_back(desk: Desk) -> None:
    await desk.teams.direct(desk.dana, "help")
    stolen = desk.bot.headers[0]["Authorization"]
    path = f"/v3/conversations/{desk.refunds.id}/members"
    assert (await desk.call("GET", path, Authorization=stolen))[0] == 401


async def test_a_managed_identity(desk: Desk) -> None:
    async def ask(headers: dict[str, str], **query: str) -> tuple[int, Any]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(desk.teams.identity_url, params=query, headers=headers) as answer,
        ):
            return answer.status, await answer.json()

    status, body = await ask({"Metadata": "true"}, resource=desk.teams.app.scope, client_id=desk.teams.app.id)
    assert (status, body["expires_in"], desk.teams.logins[-1].by) == (200, "3599", "identity")
    path = f"/v3/conversations/{desk.refunds.id}/members"
    assert (await desk.call("GET", path, Authorization=f"Bearer {body['access_token']}"))[0] == 200
    assert (await ask({}, resource=desk.teams.app.scope))[0] == 400
    service = {"X-IDENTITY-HEADER": desk.teams.directory.identity_header}
    assert (await ask(service, resource=desk.teams.app.scope))[0] == 200
    assert (await ask(service, resource="https://vault.azure.net"))[0] == 400


async def test_logging_in_can_fail(desk: Desk) -> None:
    desk.teams.faults.next("login", Fault.UNAVAILABLE)
    async with aiohttp.ClientSession() as session, session.post(desk.teams.token_url, data={}) as answer:
        assert answer.status == 503
    desk.teams.faults.next("login", Fault.SLOW, seconds=0.01)
    status, _ = await asyncio.wait_for(log_in(desk.teams), 5)
    assert status == 200
