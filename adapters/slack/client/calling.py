"""One way to call Slack's Web API: bounded in time, nothing written twice, every failure in our own words."""

from __future__ import annotations

import json
import logging
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.client.refusals import PAUSE_SECONDS, refusal
from bot.errors import Busy, SignoffError, Unavailable, Uncertain

Json = dict[str, Any]

SECONDS = 8.0
"""How long an answer is waited for."""
TRIES = 3
"""How often a reading call is tried at once when no answer comes; a time-out ends it."""
LONGEST_PAUSE = 3600.0
"""Seconds that a ``Retry-After`` is believed."""
_TOO_MANY, _SERVER = 429, 500

_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""No connection was made, so nothing can have been taken."""
_NO_ANSWER = (aiohttp.ClientError, TimeoutError, OSError)
# What the SDK lets through when an answer is no JSON object, or not in the character set that it says.
_NO_SENSE = (SlackClientError, AttributeError, ValueError, TypeError)


def make_session(seconds: float = SECONDS) -> aiohttp.ClientSession:
    """Connections to Slack for every workspace, without cookies; made on a running loop. ``seconds`` are for a call."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=seconds), cookie_jar=aiohttp.DummyCookieJar())


def make_client(api_url: str, session: aiohttp.ClientSession, token: str | None = None) -> AsyncWebClient:
    """The SDK's client without its own retries, which would repeat a post whose answer was lost.

    What it logs is never below a warning: its debug lines hold tokens and what people wrote.
    """
    quiet = logging.getLogger("signoff.slack.sdk")
    quiet.setLevel(logging.WARNING)
    return AsyncWebClient(
        token=token, base_url=api_url, timeout=int(SECONDS), session=session, logger=quiet, retry_handlers=[]
    )


async def call(client: AsyncWebClient, method: str, args: Json, *, reading: bool) -> Json:
    """Call a method and return what Slack answered; arguments that are None are left out.

    A ``reading`` call changes nothing, is tried again at once when the connection failed, and sends form fields; a
    writing call is sent once, as JSON.

    Raises:
        Busy: Slack asks to wait; nothing was done.
        Uncertain: a writing call had no answer that says whether it was taken.
        Unavailable: it was not taken; ``TokenRefused`` when it is for the token.
        ChannelUnavailable, MessageGone, NotFound, Conflict, BadInput: what Slack refused, and what would help.
    """
    given = {name: value for name, value in args.items() if value is not None}
    tries = TRIES if reading else 1
    while True:
        tries -= 1
        try:
            return await _once(client, method, given, reading=reading)
        except Uncertain as error:
            if not reading:
                raise
            if not tries or isinstance(error.__cause__, TimeoutError):
                raise Unavailable(error.message) from error


async def _once(client: AsyncWebClient, method: str, given: Json, *, reading: bool) -> Json:
    try:
        if reading:
            answer = await client.api_call(method, data={name: _field(value) for name, value in given.items()})
        else:
            answer = await client.api_call(method, json=given)
    except SlackApiError as error:
        raise _translated(method, error) from error
    except _NOT_SENT as error:
        raise Unavailable(f"Slack can't be reached ({type(error).__name__})") from error
    except _NO_ANSWER as error:
        raise Uncertain(f"Slack gave no answer to {method} ({type(error).__name__})") from error
    except _NO_SENSE as error:
        raise Uncertain(f"Slack's answer to {method} makes no sense ({type(error).__name__})") from error
    return dict(answer.data) if isinstance(answer.data, dict) else {}


def _field(value: object) -> str:
    """A form field; what is no text is JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def _translated(method: str, error: SlackApiError) -> SignoffError:
    response: Any = error.response  # the SDK's own response, or aiohttp's when the body was no JSON
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    found = getattr(response, "data", None)
    answer: Json = found if isinstance(found, dict) else {}
    retry_after = _seconds(getattr(response, "headers", None) or {})
    code = answer.get("error")
    if status == _TOO_MANY:
        return Busy("Slack takes no more calls of this kind for a while", retry_after=retry_after or PAUSE_SECONDS)
    if status >= _SERVER:
        return Uncertain(f"Slack failed on {method} ({status})")
    if not isinstance(code, str):
        return Uncertain(f"Slack's answer to {method} makes no sense ({status})")
    return refusal(method, code, answer, retry_after)


def _seconds(headers: Any) -> float | None:  # noqa: ANN401 - the SDK's headers are of several kinds
    """``Retry-After`` in seconds; Slack gives no dates."""
    text = next((value for name, value in dict(headers).items() if name.lower() == "retry-after"), "")
    try:
        return min(max(0.0, float(text)), LONGEST_PAUSE)
    except (TypeError, ValueError):
        return None
