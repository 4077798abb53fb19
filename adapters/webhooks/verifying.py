"""Proving a receiver: a signed challenge that it has to echo, before anything is sent to it in earnest."""

from __future__ import annotations

import uuid

import msgspec

from adapters.webhooks.courier import Courier, Delivered, NotDelivered
from adapters.webhooks.signing import signed_headers
from bot.domain.jsontext import read
from bot.errors import SignoffError
from bot.ports import Clock
from bot.provisioning import ProposedDelivery
from bot.recording import timestamp

_OK = 200


async def challenge(courier: Courier, clock: Clock, proposed: ProposedDelivery, instance_id: str) -> str | None:
    """None when the receiver echoed the challenge, else what was wrong. One attempt.

    Raises:
        BadInput: ``invalid_webhook_url`` when the URL may not be called.
    """
    now = clock.now()
    message_id, asked = str(uuid.uuid4()), str(uuid.uuid4())
    body = msgspec.json.encode(
        {
            "id": message_id,
            "type": "webhook.verification",
            "registration_id": proposed.registration_id,
            "instance_id": instance_id,
            "created_at": timestamp(now),
            "challenge": asked,
        }
    )
    headers = signed_headers(proposed.signing_secret, message_id, now, body)
    try:
        answer = await courier.post(proposed.url, headers, body)
    except NotDelivered as error:
        return str(error)
    return _judged(answer, asked)


def _judged(answer: Delivered, asked: str) -> str | None:
    if answer.status != _OK:
        return f"it answered {answer.status} instead of 200"
    try:
        echoed = read(answer.body)
    except SignoffError:
        return "its answer is not JSON"
    return None if echoed == {"challenge": asked} else "it did not echo the challenge"
