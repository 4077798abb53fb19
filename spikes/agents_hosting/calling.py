"""One call through the SDK: tried again where that is safe, and every failure in our own words."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp

from adapters.teams.client.connecting import Pause
from adapters.teams.client.refusals import Untaken, refusal
from bot.errors import SignoffError, Unavailable, Uncertain
from spikes.agents_hosting.transport import Refused

T = TypeVar("T")

PAUSES = (0.2, 0.8)
"""Seconds before the second and the third try."""
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""No connection was made, so nothing can have been taken."""
_NO_ANSWER = (aiohttp.ClientError, TimeoutError, OSError)
_NO_SENSE = (AttributeError, KeyError, TypeError, ValueError)


async def called(method: str, work: Callable[[], Awaitable[T]], *, once: bool, pause: Pause) -> T:
    """Do a call and return its answer.

    ``once`` is for what would be done twice if it were tried again after an answer was lost; it is tried again only
    after Teams said that nothing was done. Anything else is tried again after every passing failure, but not after a
    time-out, which would take too long.

    Raises:
        Uncertain: only with ``once``.
        Busy, Unavailable, ChannelUnavailable, MessageGone, NotFound, BadInput: see ``TeamsPort``.
    """
    for seconds in PAUSES:
        try:
            return await _once(method, work)
        except Untaken:
            pass
        except Uncertain as error:
            if once:
                raise
            if isinstance(error.__cause__, TimeoutError):
                raise Unavailable(error.message) from error
        await pause(seconds)
    try:
        return await _once(method, work)
    except Uncertain as error:
        if once:
            raise
        raise Unavailable(error.message) from error


async def _once(method: str, work: Callable[[], Awaitable[T]]) -> T:
    try:
        return await work()
    except SignoffError:
        raise
    except Refused as error:
        raise refusal(method, error.status, _object(error.body), _seconds(error.headers)) from error
    except _NOT_SENT as error:
        raise Unavailable(f"Teams can't be reached ({type(error).__name__})") from error
    except _NO_ANSWER as error:
        raise Uncertain(f"Teams gave no answer to {method} ({type(error).__name__})") from error
    except _NO_SENSE as error:
        raise Uncertain(f"Teams' answer to {method} makes no sense ({type(error).__name__})") from error


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(headers: Any) -> float | None:  # noqa: ANN401 - whatever mapping of headers came
    """``Retry-After`` in seconds; what is no number counts as not told."""
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return None
