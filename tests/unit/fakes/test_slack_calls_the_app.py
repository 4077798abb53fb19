"""How the fake calls an unmodified Bolt application: signed, retried, measured, over HTTP and Socket Mode."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from tests.fakes.slack import FakeSlack, Message, Signed, User, Workspace
from tests.unit.fakes.bolt_app import bolt_of, client_of, serving

BUTTON = {
    "type": "button",
    "text": {"type": "plain_text", "text": "Approve"},
    "action_id": "approve",
    "value": "request-1",
}


class Office:
    """A Bolt application that writes down what it hears."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.workspace: Workspace = slack.workspace("Acme")
        self.dana: User = self.workspace.user("dana")
        self.channel = self.workspace.channel("refunds", [self.dana])
        self.app: AsyncApp = bolt_of(slack, self.workspace)
        self.heard: list[Any] = []
        self.lag = 0.0
        self.news = asyncio.Condition()
        self.app.action("approve")(self._clicked)
        self.app.event("app_mention")(self._mentioned)
        self.app.event("app_uninstalled")(self._gone)
        self.app.event("tokens_revoked")(self._gone)
        self.app.event("member_left_channel")(self._gone)
        self.app.command("/signoff")(self._commanded)
        self.app.options("customer")(self._asked)

    async def _clicked(self, ack: Any, body: dict[str, Any]) -> None:
        await asyncio.sleep(self.lag)
        await ack()
        await self._note(body["actions"][0]["value"])

    async def _mentioned(self, ack: Any, body: dict[str, Any]) -> None:
        await asyncio.sleep(self.lag)
        await self._note(body["event_id"])

    async def _gone(self, event: dict[str, Any]) -> None:
        await self._note(event["type"])

    async def _commanded(self, ack: Any, command: dict[str, Any]) -> None:
        await self._note(command["text"])
        await ack(f"you said {command['text']}")

    async def _asked(self, ack: Any, body: dict[str, Any]) -> None:
        typed = body["value"]
        await ack(options=[{"text": {"type": "plain_text", "text": f"{typed} Ltd"}, "value": typed}])

    async def hears(self, count: int) -> None:
        """Wait until it has heard so many things; Bolt hears events after it acknowledged them."""
        async with asyncio.timeout(5), self.news:
            await self.news.wait_for(lambda: len(self.heard) >= count)

    async def _note(self, what: Any) -> None:
        async with self.news:
            self.heard.append(what)
            self.news.notify_all()

    async def card(self) -> Message:
        """A message with a button and an external menu."""
        menu = {"type": "external_select", "action_id": "customer"}
        await client_of(self.slack, self.workspace).chat_postMessage(
            channel=self.channel.id, text="Held", blocks=[{"type": "actions", "elements": [BUTTON, menu]}]
        )
        return self.slack.messages(self.channel)[-1]


@pytest.fixture
async def office(slack: FakeSlack) -> AsyncIterator[Office]:
    """The application, served over HTTP."""
    here = Office(slack)
    async with serving(slack, here.app):
        yield here


async def test_the_address_is_verified(office: Office) -> None:
    assert (await office.slack.verify_url()).ok
    assert office.slack.complaints == []


@pytest.mark.parametrize(
    ("signed", "status"),
    [
        (Signed.WELL, 200),
        (Signed.WRONG_SECRET, 401),
        (Signed.OLD, 401),
        (Signed.AHEAD, 401),
        (Signed.TAMPERED, 401),
        (Signed.NOT_AT_ALL, 401),
    ],
)
async def test_bolt_agrees_about_signatures(office: Office, signed: Signed, status: int) -> None:
    delivery = await office.slack.click(office.dana, await office.card(), "approve", signed=signed)
    assert delivery.status == status
    await office.hears(int(status == 200))
    assert office.heard == ["request-1"] * (status == 200)


async def test_bolt_breaks_on_an_odd_timestamp(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    delivery = await office.slack.click(office.dana, await office.card(), "approve", signed=Signed.ODD_TIMESTAMP)
    assert delivery.status == 500, "what a bot must guard against before Bolt"


async def test_an_acknowledgement_is_timed(office: Office) -> None:
    office.lag = 0.1
    delivery = await office.slack.click(office.dana, await office.card(), "approve")
    assert 0.1 <= delivery.seconds < 3
    assert office.slack.deliveries == [delivery]
    assert office.slack.ack_seconds("interactive") == [delivery.seconds]
    assert office.slack.ack_seconds("events_api") == []


async def test_a_click_acknowledged_late_is_trouble_and_not_sent_again(office: Office) -> None:
    office.lag, office.slack.carrier.ack_within = 0.3, 0.1
    delivery = await office.slack.click(office.dana, await office.card(), "approve")
    assert (delivery.ok, delivery.status, delivery.last.error) == (False, None, "http_timeout")
    assert len(delivery.attempts) == 1
    assert office.slack.complaints == ["interactive block_actions: None http_timeout"]


async def test_an_event_is_sent_up_to_four_times_under_one_id(office: Office) -> None:
    office.slack.app.events_url += "/nowhere"
    delivery = await office.slack.mention(office.dana, office.channel, "hello")
    assert delivery is not None
    assert [each.status for each in delivery.attempts] == [404] * 4
    assert [each.headers.get("> X-Slack-Retry-Num") for each in delivery.attempts] == [None, "1", "2", "3"]
    assert delivery.last.headers["> X-Slack-Retry-Reason"] == "http_error"


async def test_bolt_hears_a_retry_as_often_as_it_comes(office: Office) -> None:
    delivery = await office.slack.mention(office.dana, office.channel, "hello")
    assert delivery is not None
    retried = await office.slack.retry(delivery)
    assert retried.headers["> X-Slack-Retry-Num"] == "1"
    await office.hears(2)
    assert office.heard == [delivery.payload["event_id"]] * 2


async def test_a_signed_body_replayed_passes_bolt(office: Office) -> None:
    delivery = await office.slack.click(office.dana, await office.card(), "approve")
    again = await office.slack.replay(delivery)
    assert again.status == 200
    first, second = (each.headers["> X-Slack-Signature"] for each in delivery.attempts)
    assert first == second
    await office.hears(2)
    assert office.heard == ["request-1"] * 2


async def test_an_app_that_is_down(office: Office) -> None:
    office.slack.connect("http://127.0.0.1:9")
    delivery = await office.slack.command(office.dana, office.channel, "/signoff", "queue")
    assert delivery.last.error == "connection_failed"


async def test_a_command_s_answer_is_shown_to_its_user(office: Office) -> None:
    await office.slack.command(office.dana, office.channel, "/signoff", "queue")
    assert [each.text for each in office.slack.ephemerals(office.dana)] == ["you said queue"]


async def test_suggestions(office: Office) -> None:
    found = await office.slack.suggestions(office.dana, await office.card(), "customer", "Globex")
    assert [each["value"] for each in found] == ["Globex"]


async def test_what_happens_to_the_app_is_told(office: Office) -> None:
    await office.slack.remove_bot(office.channel)
    await office.slack.uninstall(office.workspace)
    assert await office.slack.archive(office.channel) is None, "not subscribed to"
    await office.hears(3)
    assert {*office.heard} == {"member_left_channel", "tokens_revoked", "app_uninstalled"}


# Socket Mode


@contextlib.asynccontextmanager
async def connected(office: Office) -> AsyncIterator[SocketModeClient]:
    """The application on a Socket Mode connection; closed without a trace."""
    handler = AsyncSocketModeHandler(office.app, app_token=office.slack.app.app_token, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it without types
    await office.slack.sockets.until_connected()
    client = handler.client
    assert isinstance(client, SocketModeClient)
    try:
        yield client
    finally:
        tasks = [client.message_processor, client.message_receiver, client.current_session_monitor]
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it without types
        await asyncio.gather(*[each for each in tasks if each is not None], return_exceptions=True)


@pytest.fixture
async def remote(slack: FakeSlack) -> AsyncIterator[Office]:
    """The application on Socket Mode, without an address."""
    here = Office(slack)
    slack.app.commands = {"/signoff": ""}
    async with connected(here):
        yield here


async def test_socket_mode_carries_everything(remote: Office) -> None:
    slack = remote.slack
    clicked = await slack.click(remote.dana, await remote.card(), "approve")
    mentioned = await slack.mention(remote.dana, remote.channel, "hello")
    commanded = await slack.command(remote.dana, remote.channel, "/signoff", "queue")
    assert mentioned is not None
    assert clicked.ok
    assert mentioned.ok
    assert commanded.ok
    await remote.hears(3)
    assert {*remote.heard} == {"request-1", mentioned.payload["event_id"], "queue"}
    assert [each.text for each in slack.ephemerals(remote.dana)] == ["you said queue"]
    assert slack.complaints == []


async def test_socket_mode_connects_again_when_told_to_go(remote: Office) -> None:
    await remote.slack.sockets.disconnect("refresh_requested")
    await remote.slack.sockets.until_connected()
    assert (await remote.slack.click(remote.dana, await remote.card(), "approve")).ok
    assert len(remote.slack.calls("apps.connections.open")) > 1


async def test_a_late_acknowledgement_over_socket_mode(remote: Office) -> None:
    remote.lag, remote.slack.carrier.ack_within = 0.2, 0.05
    delivery = await remote.slack.click(remote.dana, await remote.card(), "approve")
    assert (delivery.ok, delivery.last.error) == (False, "timeout")
    await remote.slack.until(lambda: len(remote.slack.complaints) > 1)
    assert remote.slack.complaints[-1].startswith("socket mode: an acknowledgement of no envelope")


async def test_a_ticket_opens_one_connection(slack: FakeSlack) -> None:
    slack.workspace()
    opened = await client_of(slack).apps_connections_open(app_token=slack.app.app_token)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(opened["url"]) as socket:
            assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(opened["url"])
