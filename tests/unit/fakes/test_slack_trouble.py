"""Rate limits and faults, met by the SDK with its own retry handlers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, Fault
from tests.unit.fakes.bolt_app import client_of
from tests.unit.fakes.conftest import Acme


@pytest.fixture
def patient(acme: Acme) -> AsyncWebClient:
    """A client with every retry handler of the SDK."""
    return client_of(
        acme.slack,
        acme.workspace,
        retry_handlers=[
            AsyncConnectionErrorRetryHandler(),
            AsyncRateLimitErrorRetryHandler(max_retry_count=2),
            AsyncServerErrorRetryHandler(),
        ],
    )


def texts(acme: Acme) -> list[str]:
    return [each.text for each in acme.slack.messages(acme.refunds)]


async def test_a_channel_takes_a_message_a_second(acme: Acme) -> None:
    acme.slack.rates.enabled = True
    other = acme.workspace.channel("escalations")
    await acme.client.chat_postMessage(channel=acme.refunds.id, text="1")
    with pytest.raises(SlackApiError) as refused:
        await acme.client.chat_postMessage(channel=acme.refunds.id, text="2")
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "1"
    assert refused.value.response["error"] == "ratelimited"
    await acme.client.chat_postMessage(channel=other.id, text="another channel is not held up")
    acme.clock.move(seconds=1)
    await acme.client.chat_postMessage(channel=acme.refunds.id, text="3")
    assert texts(acme) == ["1", "3"]
    assert acme.slack.rates.refused == 1


async def test_a_method_has_its_tier(acme: Acme) -> None:
    acme.slack.rates.enabled = True
    for _ in range(20):
        await acme.client.usergroups_list()
    acme.clock.move(seconds=15)
    with pytest.raises(SlackApiError) as refused:
        await acme.client.usergroups_list()
    assert refused.value.response.headers["Retry-After"] == "45"
    other = acme.slack.workspace("Globex")
    await client_of(acme.slack, other).usergroups_list()
    acme.clock.move(seconds=45)
    await acme.client.usergroups_list()


async def test_limits_can_be_loosened(acme: Acme) -> None:
    acme.slack.rates.enabled = True
    acme.slack.rates.message_every = timedelta(milliseconds=10)
    acme.slack.rates.message_burst = 2
    acme.slack.rates.retry_after = 0
    for text in "12":
        await acme.client.chat_postMessage(channel=acme.refunds.id, text=text)
    with pytest.raises(SlackApiError) as refused:
        await acme.client.chat_postMessage(channel=acme.refunds.id, text="3")
    assert refused.value.response.headers["Retry-After"] == "0"
    acme.clock.move(milliseconds=20)
    await acme.client.chat_postMessage(channel=acme.refunds.id, text="4")


@pytest.mark.parametrize(
    ("fault", "tries"), [(Fault.RATE_LIMITED, 2), (Fault.SERVER_ERROR, 2), (Fault.UNAVAILABLE, 2), (Fault.RESET, 2)]
)
async def test_the_sdk_gets_over_it(acme: Acme, patient: AsyncWebClient, fault: Fault, tries: int) -> None:
    acme.slack.faults.next("chat.postMessage", fault, retry_after=0)
    await patient.chat_postMessage(channel=acme.refunds.id, text="once")
    assert texts(acme) == ["once"]
    assert len(acme.slack.calls("chat.postMessage")) == tries


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.UNAVAILABLE, Fault.HTML, Fault.REFUSED])
async def test_without_retries_it_is_an_error_and_nothing_is_taken(acme: Acme, fault: Fault) -> None:
    acme.slack.faults.next("chat.postMessage", fault, error="fatal_error")
    with pytest.raises(SlackApiError):
        await acme.client.chat_postMessage(channel=acme.refunds.id, text="once")
    assert texts(acme) == []
    assert acme.slack.calls()[-1].outcome == fault.name.lower()


async def test_a_lost_answer_was_taken(acme: Acme) -> None:
    acme.slack.faults.next("chat.postMessage", Fault.LOST)
    async with aiohttp.ClientSession() as session:
        client = client_of(acme.slack, acme.workspace, session=session, retry_handlers=[])
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.chat_postMessage(channel=acme.refunds.id, text="once")
    assert texts(acme) == ["once"]


async def test_the_sdk_s_own_retry_posts_a_lost_message_twice(acme: Acme, patient: AsyncWebClient) -> None:
    acme.slack.faults.next("chat.postMessage", Fault.LOST)
    await patient.chat_postMessage(channel=acme.refunds.id, text="once?")
    assert texts(acme) == ["once?", "once?"]


async def test_a_server_error_may_come_after_the_work_is_done(acme: Acme) -> None:
    acme.slack.faults.next("chat.postMessage", Fault.SERVER_ERROR, taken=True)
    with pytest.raises(SlackApiError) as refused:
        await acme.client.chat_postMessage(channel=acme.refunds.id, text="Held")
    assert refused.value.response.status_code == 500
    assert texts(acme) == ["Held"]


async def test_an_answer_that_never_comes_was_taken(acme: Acme) -> None:
    acme.slack.faults.next("chat.postMessage", Fault.HANG)
    client = client_of(acme.slack, acme.workspace, timeout=1)
    with pytest.raises(asyncio.TimeoutError):
        await client.chat_postMessage(channel=acme.refunds.id, text="once")
    assert texts(acme) == ["once"]


async def test_a_slow_answer_comes(acme: Acme) -> None:
    acme.slack.faults.next("chat.postMessage", Fault.SLOW, seconds=0.05)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await acme.client.chat_postMessage(channel=acme.refunds.id, text="late")
    assert loop.time() - began >= 0.05


async def test_faults_are_aimed_and_shared_out(acme: Acme) -> None:
    held = acme.slack.faults.next(
        "chat.postMessage", Fault.SERVER_ERROR, times=None, when=lambda call: call.args["text"] == "poison"
    )
    some = acme.slack.faults.next("*", Fault.REFUSED, times=None, share=0.2)
    failed = 0
    for text in ["fine"] * 100 + ["poison"]:
        try:
            await acme.client.chat_postMessage(channel=acme.refunds.id, text=text)
        except SlackApiError:
            failed += 1
    assert held.met == 1
    assert 10 <= some.met <= 30
    assert failed == some.met + held.met
    acme.slack.faults.clear()
    await acme.client.chat_postMessage(channel=acme.refunds.id, text="poison")


async def test_the_server_stops_while_calls_hang() -> None:
    async with FakeSlack() as slack:
        slack.faults.next("api.test", Fault.HANG)
        call = asyncio.create_task(client_of(slack).api_test())
        await slack.until(lambda: slack.calls("api.test"))
    with pytest.raises(aiohttp.ClientError):
        await call
