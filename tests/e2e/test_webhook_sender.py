"""The sender over a real outbox and real receivers on this machine; only the clock is moved by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from aiohttp import web

from adapters.webhooks import courier
from adapters.webhooks.sender import WebhookSender
from bot.deciding import Approve, Reject
from bot.domain import events as e
from bot.domain.agents import Delivery
from bot.enrolling import secret_name
from bot.recording import Needs
from tests.rigs.house import House, new_house

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Receiver:
    """Answers as it is told, and remembers."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: list[Handle | int] = []
        self.seen: list[tuple[dict[str, str], bytes]] = []
        self.flying = self.most = 0

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.flying += 1
        self.most = max(self.most, self.flying)
        try:
            self.seen.append((dict(request.headers), await request.read()))
            answer = self.answers.pop(0) if self.answers else 204
            return web.Response(status=answer) if isinstance(answer, int) else await answer(request)
        finally:
            self.flying -= 1


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found, app = Receiver(), web.Application()
    app.router.add_post("/{path:.*}", found.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield found
    await runner.cleanup()


@pytest.fixture
async def house(receiver: Receiver) -> AsyncIterator[House]:
    found = await new_house()
    await point(found, Delivery(receiver.url + "hook", "r-1"))
    yield found
    await found.store.close()


@pytest.fixture
async def sender(house: House) -> AsyncIterator[WebhookSender]:
    found = WebhookSender(house.store, house.clock, allow_private=True, jitter=lambda: 0.0)
    yield found
    await found.close()


async def point(house: House, delivery: Delivery | None) -> None:
    """Set the webhook of the house's instance."""
    id_ = house.agent["instance_id"]
    if delivery is not None:
        await house.store.vault.put(secret_name(id_, delivery.registration_id), SECRET)
    await house.store.transact(
        Needs(instances=(id_,)),
        lambda view: view.record("instance", id_, e.DeliveryChanged(delivery), house.operator),
    )


async def decided(house: House) -> str:
    return (await house.say(await house.held(), Approve())).id


def redirect(request: web.Request) -> Awaitable[web.StreamResponse]:
    async def answer() -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": str(request.url.with_path("/elsewhere"))})

    return answer()


def asks_to_wait(status: int, seconds: int) -> Handle:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Retry-After": str(seconds)})

    return answer


async def test_a_message_that_is_never_taken_is_parked_after_seven_days(
    house: House, receiver: Receiver, sender: WebhookSender
) -> None:
    await decided(house)
    receiver.answers = [500] * 1000
    start = house.clock.now()
    while (at := await house.store.outbox.next_attempt("webhook")) is not None:
        house.clock.at = max(house.clock.at, at)
        assert await sender.send_due() == 1
    assert timedelta(hours=166) < house.clock.now() - start < timedelta(hours=168)
    assert len(receiver.seen) > 168
    assert len({headers["webhook-id"] for headers, _ in receiver.seen}) == 1
    assert len({body for _, body in receiver.seen}) == 1
    assert await house.store.outbox.backlog() == {"waiting": 0, "sent": 0, "parked": 1}


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_2xx_is_taken(house: House, receiver: Receiver, sender: WebhookSender, status: int) -> None:
    await decided(house)
    receiver.answers = [status]
    assert await sender.send_due() == 1
    assert (await house.store.outbox.backlog())["sent"] == 1


async def test_gone_is_parked_at_once(house: House, receiver: Receiver, sender: WebhookSender) -> None:
    await decided(house)
    receiver.answers = [410]
    await sender.send_due()
    assert (await house.store.outbox.backlog())["parked"] == 1


async def test_a_redirect_is_not_followed(house: House, receiver: Receiver, sender: WebhookSender) -> None:
    await decided(house)
    receiver.answers = [redirect]
    assert await sender.send_due() == 1
    assert len(receiver.seen) == 1
    assert (await house.store.outbox.backlog())["waiting"] == 1


@pytest.mark.parametrize(("status", "wait"), [(429, 300), (503, 300), (500, 5)])
async def test_retry_after_is_respected_where_it_means_something(
    house: House, receiver: Receiver, sender: WebhookSender, status: int, wait: int
) -> None:
    await decided(house)
    receiver.answers = [asks_to_wait(status, 300)]
    await sender.send_due()
    assert await house.store.outbox.next_attempt("webhook") == house.clock.now() + timedelta(seconds=wait)


async def test_a_receiver_that_hangs_is_left(
    house: House, receiver: Receiver, sender: WebhookSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert courier.ATTEMPT_SECONDS == 10
    monkeypatch.setattr(courier, "ATTEMPT_SECONDS", 0.1)
    hanging = asyncio.Event()

    async def hang(_: web.Request) -> web.StreamResponse:
        await hanging.wait()
        return web.Response(status=204)

    await decided(house)
    receiver.answers = [hang]
    await sender.send_due()
    hanging.set()
    assert (await house.store.outbox.backlog())["waiting"] == 1


async def test_a_receiver_that_is_not_there(house: House, sender: WebhookSender) -> None:
    await point(house, Delivery("http://127.0.0.1:1/", "r-2"))
    await decided(house)
    assert await sender.send_due() == 1
    assert (await house.store.outbox.backlog())["waiting"] == 1


async def test_a_removed_webhook_parks_what_was_queued(house: House, receiver: Receiver, sender: WebhookSender) -> None:
    await decided(house)
    await point(house, None)
    await sender.send_due()
    assert not receiver.seen
    assert (await house.store.outbox.backlog())["parked"] == 1


async def test_a_private_address_is_never_connected_to(house: House, receiver: Receiver) -> None:
    careful = WebhookSender(house.store, house.clock, allow_private=False, jitter=lambda: 0.0)
    await decided(house)
    assert await careful.send_due() == 1

    async def lookup(_: str, __: int) -> list[str]:
        return ["127.0.0.1"]

    port = receiver.url.rpartition(":")[2].strip("/")
    await point(house, Delivery(f"https://rebinding.test:{port}/", "r-2"))
    rebound = WebhookSender(house.store, house.clock, allow_private=False, lookup=lookup, jitter=lambda: 0.0)
    house.clock.move(minutes=1)
    assert await rebound.send_due() == 1
    assert not receiver.seen
    assert (await house.store.outbox.backlog())["waiting"] == 1
    await careful.close()
    await rebound.close()


async def test_one_attempt_a_lane_in_order_while_running(
    house: House, receiver: Receiver, sender: WebhookSender
) -> None:
    running = asyncio.create_task(sender.run())
    ids = []
    for number in range(5):
        request = await house.held()
        done = await house.say(request, Approve() if number % 2 else Reject("not_eligible", "No."))
        ids.append(done.id)
    async with asyncio.timeout(20):
        while (await house.store.outbox.backlog())["sent"] < 5:  # noqa: ASYNC110 - the outbox tells nobody
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [json.loads(body)["request_id"] for _, body in receiver.seen] == ids
    assert receiver.most == 1
