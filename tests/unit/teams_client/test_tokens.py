"""Tokens in both directions: no more calls than needed, none that blocks, and what happens when they fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.teams.client import ClientSecret, Credentials, ManagedIdentity
from adapters.teams.client.keys import FRESH, GAP
from bot.errors import CredentialRefused, Unavailable
from tests.fakes.teams import Fault, Token
from tests.rigs.teams_port import LIMIT, Rig, rigged


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        yield made


def headers(rig: Rig, token: Token = Token.GOOD) -> dict[str, str]:
    return rig.teams.carrier.bearer.headers(token, rig.service_url, rig.clock.now())


# ------------------------------------------------------------------------------------------------------------- inbound


async def test_keys_are_fetched_once_a_day(rig: Rig) -> None:
    await asyncio.gather(*(rig.tokens.verify(headers(rig)) for _ in range(20)))
    assert len(rig.teams.calls("keys")) == 1
    rig.clock.move(hours=23)
    await rig.tokens.verify(headers(rig))
    assert len(rig.teams.calls("keys")) == 1


async def test_keys_that_were_prepared_are_not_fetched_again_by_the_first_call(rig: Rig) -> None:
    rig.tokens.prepare()
    await rig.teams.until(lambda: rig.teams.calls("keys"))
    await rig.tokens.verify(headers(rig))
    assert len(rig.teams.calls("keys")) == 1


async def test_a_preparation_that_fails_leaves_the_first_call_to_ask(rig: Rig) -> None:
    rig.teams.faults.next("openid", Fault.SERVER_ERROR)
    rig.tokens.prepare()
    with pytest.raises(Unavailable):  # it waits for the one that is under way
        await rig.tokens.verify(headers(rig))
    rig.clock.move(seconds=GAP.total_seconds())
    await rig.tokens.verify(headers(rig))


async def test_old_keys_stay_good_while_new_ones_can_not_be_had(rig: Rig) -> None:
    await rig.tokens.verify(headers(rig))
    rig.teams.faults.next("openid", Fault.HANG, times=None)
    rig.clock.move(seconds=FRESH.total_seconds() + 1)
    for _ in range(3):
        await rig.tokens.verify(headers(rig))
        rig.clock.move(seconds=GAP.total_seconds())
    with pytest.raises(Unavailable):  # whether that key is published can't be known now
        await rig.tokens.verify(headers(rig, Token.UNKNOWN_KID))
    rig.teams.faults.clear()


async def test_made_up_key_ids_do_not_make_us_flood_who_publishes_the_keys(rig: Rig) -> None:
    for _ in range(30):
        with pytest.raises(CredentialRefused):
            await rig.tokens.verify(headers(rig, Token.UNKNOWN_KID))
    assert len(rig.teams.calls("keys")) == 1
    rig.clock.move(seconds=GAP.total_seconds())
    with pytest.raises(CredentialRefused):
        await rig.tokens.verify(headers(rig, Token.UNKNOWN_KID))
    assert len(rig.teams.calls("keys")) == 2


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.HTML, Fault.SERVER_ERROR, Fault.UNAVAILABLE])
@pytest.mark.parametrize("of", ["openid", "keys"])
async def test_whatever_the_publisher_of_keys_does_is_bounded_and_over_with_the_next_try(
    rig: Rig, of: str, fault: Fault
) -> None:
    rig.teams.faults.next(of, fault)
    began = asyncio.get_running_loop().time()
    with pytest.raises(Unavailable):
        await rig.tokens.verify(headers(rig))
    assert asyncio.get_running_loop().time() - began < 2 * LIMIT
    rig.clock.move(seconds=GAP.total_seconds())
    await rig.tokens.verify(headers(rig))


async def test_a_publisher_of_keys_that_hangs_does_not_stop_the_loop(rig: Rig) -> None:
    rig.teams.faults.next("keys", Fault.HANG)
    verifying = asyncio.create_task(rig.tokens.verify(headers(rig)))
    longest, last = 0.0, asyncio.get_running_loop().time()
    while not verifying.done():
        await asyncio.sleep(0.005)
        now = asyncio.get_running_loop().time()
        longest, last = max(longest, now - last), now
    assert isinstance(verifying.exception(), Unavailable)
    assert longest < LIMIT / 2


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Bearer a.b", "Bearer a.b.c", "Bearer " + "x" * 20_000, "a b c"]
)
async def test_odd_headers_are_refused_without_a_call(rig: Rig, value: str) -> None:
    with pytest.raises(CredentialRefused):
        await rig.tokens.verify({"authorization": value})
    assert rig.teams.calls("openid") == []


# ------------------------------------------------------------------------------------------------------------ outbound


async def test_one_token_is_asked_for_whoever_waits(rig: Rig) -> None:
    tokens = await asyncio.gather(*(rig.credentials.token() for _ in range(20)))
    assert len(set(tokens)) == 1
    assert len(rig.teams.logins) == 1


async def test_a_token_that_was_prepared_is_not_asked_for_again(rig: Rig) -> None:
    rig.credentials.prepare()
    await rig.credentials.token()
    assert len(rig.teams.calls("login")) == 1


async def test_a_token_is_renewed_ahead_of_its_end_and_used_meanwhile(rig: Rig) -> None:
    first = await rig.credentials.token()
    rig.clock.move(minutes=51)
    assert await rig.credentials.token() == first
    await rig.teams.until(lambda: len(rig.teams.logins) == 2)
    async with asyncio.timeout(5):
        while await rig.credentials.token() == first:  # noqa: ASYNC110 - the renewal in the background has no event
            await asyncio.sleep(0.01)
    assert await rig.credentials.token() == rig.teams.logins[1].token
    assert len(rig.teams.logins) == 2


async def test_a_renewal_that_fails_leaves_the_token_in_use_until_its_end(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    first = await rig.credentials.token()
    rig.teams.faults.next("login", Fault.SERVER_ERROR, times=None)
    rig.clock.move(minutes=55)
    assert await rig.credentials.token() == first
    await rig.teams.until(lambda: len(rig.teams.calls("login")) == 2)
    assert await rig.credentials.token() == first
    rig.clock.move(minutes=5)
    with pytest.raises(Unavailable):
        await rig.credentials.token()
    rig.teams.faults.clear()
    assert await rig.credentials.token() != first
    assert rig.teams.app.secret not in caplog.text


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.RESET, Fault.HTML, Fault.UNAVAILABLE])
async def test_a_login_that_fails_is_no_token(rig: Rig, fault: Fault) -> None:
    rig.teams.faults.next("login", fault)
    with pytest.raises(Unavailable):
        await rig.credentials.token()
    assert await rig.credentials.token()


async def test_a_wrong_secret_is_told_with_microsofts_number_and_without_the_secret(rig: Rig) -> None:
    rig.teams.app.secret = "another"
    with pytest.raises(Unavailable) as caught:
        await rig.credentials.token()
    assert caught.value.code == "credentials_refused"
    assert "AADSTS7000215" in caught.value.message
    assert "fake-client-secret" not in str(caught.value)


@pytest.mark.parametrize("header", ["", "fake-identity-header"])
async def test_a_managed_identity_gets_tokens_as_well(rig: Rig, header: str) -> None:
    teams = rig.teams
    identity = ManagedIdentity(teams.app.id, teams.identity_url, header, teams.app.scope)
    credentials = Credentials(identity, rig.clock, seconds=1)
    assert teams.directory.refusal(await credentials.token()) is None
    assert [each.by for each in teams.logins] == ["identity"]
    await credentials.close()


def test_what_grants_hold_is_not_printed() -> None:
    assert "hush" not in repr(ClientSecret("app", "hush", "tenant"))
    assert "hush" not in repr(ManagedIdentity("app", header="hush"))
    assert "hush" not in repr(ClientSecret("app", "hush", "tenant").ask())
