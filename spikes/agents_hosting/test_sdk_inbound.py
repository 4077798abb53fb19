"""How the SDK takes calls by itself, unmodified, where the port must do otherwise.

Each test holds a claim of docs/adr/0010-teams-sdk.md: when one fails after an update, the SDK has changed, most likely
for the better, and a part of this folder has become needless.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from aiohttp import web
from microsoft_agents.activity import Activity, InvokeResponse
from microsoft_agents.hosting.aiohttp import CloudAdapter, jwt_authorization_middleware
from microsoft_agents.hosting.core import AgentAuthConfiguration, OutboundHostValidator
from microsoft_agents.hosting.core.authorization.jwt import jwt_token_validator

from spikes.agents_hosting.conftest import logged_in
from tests.fakes.teams import Channel, FakeTeams, Fault, Token, User

pytestmark = [
    pytest.mark.usefixtures("keys_of_the_fake"),
    pytest.mark.filterwarnings("ignore::aiohttp.web.NotAppKeyWarning"),  # the SDK looks its settings up by a text
]
ANSWER = {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": {"type": "AdaptiveCard"}}
SECRET = "what nobody should read"


class Bot:
    """Says something to every message, answers every invoke, and fails when it is asked to."""

    def __init__(self) -> None:
        self.turns = 0

    async def on_turn(self, turn: Any) -> None:
        self.turns += 1
        if turn.activity.type == "invoke":
            answer = InvokeResponse(status=200, body=ANSWER)
            await turn.send_activity(Activity(type="invokeResponse", value=answer))
        elif "fail" in (turn.activity.text or ""):
            raise RuntimeError(SECRET)
        elif turn.activity.type == "message":
            await turn.send_activity(Activity(type="message", text="heard"))


class Held:
    """A token that is there already, in the place of every provider of tokens."""

    def __init__(self, token: str) -> None:
        self.token = token

    def get_token_provider(self, *_: object) -> Held:
        return self

    async def get_access_token(self, *_: object, **__: object) -> str:
        return self.token


@pytest.fixture
def keys_of_the_fake(teams: FakeTeams, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where keys are is written into the SDK's code."""
    routed = jwt_token_validator._build_jwks_uri

    def uri(issuer: object, *configurations: object) -> str:
        entra = str(routed(issuer, *configurations)).startswith("https://login.microsoftonline.com")
        return f"{teams.url}/directory/keys" if entra else f"{teams.url}/v1/.well-known/keys"

    monkeypatch.setattr(jwt_token_validator, "_build_jwks_uri", uri)


def forget_keys() -> None:
    """The SDK keeps keys for all of a process; no case is to see another's."""
    jwt_token_validator.JwtTokenValidator._jwk_client_manager = jwt_token_validator._JwkClientManager()


@asynccontextmanager
async def listening(teams: FakeTeams, *, strict: bool = False) -> AsyncIterator[Bot]:
    """The SDK's own way in, as its samples wire it; ``strict`` turns on both checks that are off by default."""
    bot, app = Bot(), web.Application(middlewares=[jwt_authorization_middleware])
    app["agent_configuration"] = AgentAuthConfiguration(
        client_id=teams.app.id, tenant_id=teams.app.tenant_id, client_secret=teams.app.secret, validate_issuer=strict
    )
    hosts = OutboundHostValidator(enabled=strict)
    hosts.is_allowed = lambda _: True  # of the fake, which has no https; that a token fits its address is asked besides
    adapter = CloudAdapter(connection_manager=Held(await logged_in(teams)), host_validator=hosts)

    async def handle(request: web.Request) -> web.StreamResponse:
        return cast("web.StreamResponse", await adapter.process(request, bot))

    app.router.add_post("/api/messages", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address: Any = runner.addresses[0]
    teams.connect(f"http://127.0.0.1:{address[1]}")
    forget_keys()
    try:
        yield bot
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("strict", [False, True])
async def test_tokens_that_it_takes_and_should_not(
    teams: FakeTeams, dana: User, channel: Channel, *, strict: bool
) -> None:
    statuses = {}
    async with listening(teams, strict=strict) as bot:
        for token in Token:
            forget_keys()
            bot.turns = 0
            delivery = await teams.mention(dana, channel, "help", token=token)
            assert delivery is not None
            statuses[token] = delivery.status
            assert bool(bot.turns) == (delivery.status == 202)

    taken = {token for token, status in statuses.items() if status == 202}
    # By default it believes whatever Entra signed for this app, for whichever other app asked Entra.
    believed = set() if strict else {Token.WRONG_SERVICE_URL, Token.OTHER_TENANT}
    assert taken == {Token.GOOD, Token.IN_LEEWAY, Token.NO_SERVICE_URL, Token.UNENDORSED} | believed
    assert {token for token, status in statuses.items() if status not in {202, 401}} == {Token.NO_KID}
    assert statuses[Token.NO_KID] == 500


async def test_a_new_key_is_refused_for_half_a_minute(teams: FakeTeams, dana: User, channel: Channel) -> None:
    async with listening(teams):
        await teams.mention(dana, channel, "one")
        asked = len(teams.calls("keys"))
        teams.rotate_keys()
        delivery = await teams.mention(dana, channel, "two")

    assert delivery is not None
    assert delivery.status == 401
    assert len(teams.calls("keys")) == asked


async def test_our_trouble_with_keys_is_told_as_the_callers(teams: FakeTeams, dana: User, channel: Channel) -> None:
    async with listening(teams):
        teams.faults.next("keys", Fault.BAD_GATEWAY)
        delivery = await teams.mention(dana, channel, "help")

    assert delivery is not None
    assert delivery.status == 401


@pytest.mark.parametrize("body", [b"[]", b"null", b'{"type": 5}'])
async def test_what_is_no_activity_is_500(teams: FakeTeams, dana: User, body: bytes) -> None:
    async with listening(teams):
        assert (await teams.send_bytes(body)).status == 500


async def test_an_invoke_is_answered(teams: FakeTeams, dana: User, channel: Channel) -> None:
    """Which the Bot Framework's adapter could not."""
    async with listening(teams):
        delivery = await teams.invoke(dana, channel, "adaptiveCard/action", {"action": {"verb": "x"}})

    assert delivery.status == 200


async def test_an_error_s_text_is_said_in_the_channel(
    teams: FakeTeams, dana: User, channel: Channel, capsys: pytest.CaptureFixture[str]
) -> None:
    async with listening(teams):
        await teams.mention(dana, channel, "fail")

    (asked,) = teams.messages(channel)
    assert SECRET in asked.replies[0].text
    assert SECRET in capsys.readouterr().out
