"""Delivery at least once, forged and damaged calls, and Slack's own handshake."""

from __future__ import annotations

import asyncio
import io
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from adapters.slack.app.receiving import MAX_BODY
from tests.fakes.slack import Signed
from tests.fakes.slack.calling.signing import signature, signing_headers
from tests.rigs.slack_office import Office, opened


async def test_a_retried_event_has_one_effect(office: Office) -> None:
    delivery = await office.slack.open_home(office.dana)
    assert delivery is not None
    await office.quiet()
    for number in (1, 2, 3):
        again = await office.slack.retry(delivery, number)
        assert again.ok
        assert again.seconds < 3
    await office.quiet()
    assert len(office.slack.calls("views.publish")) == 1


async def test_the_same_event_at_two_processes_has_one_effect(office: Office) -> None:
    delivery = await office.slack.open_home(office.dana)
    assert delivery is not None
    await asyncio.gather(*(office.slack.retry(delivery) for _ in range(5)))
    await office.quiet()
    assert len(office.slack.calls("views.publish")) == 1


async def test_a_replayed_click_has_no_second_effect(office: Office) -> None:
    request, message = await office.held()
    await office.slack.overflow(office.dana, message, "more", f"claim|{request.id}")
    claim = office.slack.deliveries[-1]
    await office.quiet()
    await office.slack.click(office.dana, message, "reject")
    opening = office.slack.deliveries[-1]
    await office.quiet()
    before, told = await office.types(request), office.told(office.dana)
    for delivery in (claim, opening):
        assert (await office.slack.replay(delivery)).ok
    await office.quiet()
    assert await office.types(request) == before
    assert office.told(office.dana) == told
    assert len(office.slack.views(office.dana)) == 1


async def test_a_replayed_submission_has_no_second_effect(office: Office) -> None:
    request, message = await office.held()
    await office.slack.overflow(office.dana, message, "more", f"ask|{request.id}")
    await office.quiet()
    form = office.slack.views(office.dana)[0]
    submitted = await office.slack.submit(form, {"text": "Which order?"})
    assert submitted.closed
    assert (await office.slack.replay(submitted.delivery)).ok
    await office.quiet()
    assert (await office.types(request)).count("request.asked") == 1


async def test_a_replayed_command_is_answered_with_nothing(office: Office) -> None:
    first = await office.slack.command(office.dana, office.refunds, "/signoff", "queue")
    assert "Nothing waits" in first.last.body
    again = await office.slack.replay(first)
    assert (again.status, again.body) == (200, "")


@pytest.mark.parametrize("signed", [each for each in Signed if each is not Signed.WELL])
@pytest.mark.parametrize("kind", ["event", "command"])
async def test_what_slack_did_not_sign_lately_is_401(office: Office, signed: Signed, kind: str) -> None:
    if kind == "command":
        delivery = await office.slack.command(office.dana, office.refunds, "/signoff", "queue", signed=signed)
        assert delivery.status == 401
    else:
        body = json.dumps({"type": "url_verification", "challenge": "c"}).encode()
        assert await _post(office, body, signing_headers("fake-signing-secret", body, time.time(), signed)) == 401


@pytest.mark.parametrize(
    "timestamp", ["", "NaN", "inf", "1e9", "-1", " 1", "9" * 400, "0", "\u0661\u0662\u0663", "1.5", "0x10"]
)
async def test_a_timestamp_that_is_none_is_401_and_never_500(office: Office, timestamp: str) -> None:
    body = b"{}"
    headers = {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature("fake-signing-secret", timestamp, body),
    }
    assert await _post(office, body, headers) == 401


@pytest.mark.parametrize("mark", ["", "v0=", "v1=" + "0" * 64, "v0=" + "0" * 65, "v0=é", "junk"])
async def test_a_signature_that_is_none_is_401(office: Office, mark: str) -> None:
    headers = {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": mark}
    assert await _post(office, b"{}", headers) == 401


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"1", b'"x"', b"{", b"\xff\xfe", b"[" * 100_000, b"{}",
        urlencode({"payload": "["}).encode(), urlencode({"payload": "[]"}).encode(), b"payload=", b"a=b&" * 1000,
        b'{"type": "block_actions"}', b'{"type": "event_callback"}', b'{"type": "event_callback", "event": 3}',
        b'{"type": "view_submission", "view": []}', b'{"command": "/signoff"}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain; charset=bogus"])
async def test_a_signed_body_of_any_shape_is_never_500(office: Office, body: bytes, kind: str) -> None:
    headers = signing_headers("fake-signing-secret", body, time.time()) | {"Content-Type": kind}
    assert await _post(office, body, headers) in {200, 400, 404, 503}


async def test_a_huge_body_is_refused_before_it_is_read(office: Office) -> None:
    body = b"x" * (MAX_BODY + 1)
    assert await _post(office, body, signing_headers("fake-signing-secret", body, time.time())) == 413


async def test_slack_s_handshake_is_answered(office: Office) -> None:
    delivery = await office.slack.verify_url()
    assert delivery.ok
    assert office.slack.complaints == []


async def test_headers_of_bolt_s_own_are_not_for_others_to_set(office: Office) -> None:
    request, message = await office.held()
    payload = (await office.slack.click(office.dana, message, "details")).payload
    pressed: dict[str, Any] = {"action_id": "approve", "type": "button", "value": request.id, "action_ts": "1.000009"}
    body = urlencode({"payload": json.dumps(payload | {"actions": [pressed]})}).encode()
    headers = signing_headers("fake-signing-secret", body, time.time())
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert await _post(office, body, headers | kind | {"X-Slack-Bolt-Lazy-Only": "1"}) == 200
    assert (await office.decided(request)).status == "approved"


async def test_over_a_socket_the_same_listeners_answer_and_it_closes_cleanly() -> None:
    async with opened(socket=True) as office:
        request, message = await office.held()
        ack = await office.slack.click(office.dana, message, "approve")
        assert ack.ok
        assert ack.seconds < 3
        assert (await office.decided(request)).status == "approved"
        command = await office.slack.command(office.dana, office.refunds, "/signoff", "queue")
        assert "Nothing waits" in json.dumps(command.answer)
        assert await _post(office, b"{}", {}) == 404


async def test_a_socket_that_is_closed_is_opened_again() -> None:
    async with opened(socket=True) as office:
        await office.slack.sockets.disconnect()
        await office.slack.sockets.until_connected()
        request, message = await office.held()
        await office.slack.click(office.dana, message, "approve")
        assert (await office.decided(request)).status == "approved"


async def _post(office: Office, body: bytes, headers: dict[str, str]) -> int:
    headers = {"Content-Type": "application/json"} | headers
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{office.url}/slack/events", data=io.BytesIO(body), headers=headers) as response,
    ):
        await response.read()
        return response.status
