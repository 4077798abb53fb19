"""Reading what agents send, strictly: one JSON object, known fields only, no nulls, texts and sizes within limits."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

import orjson
from aiohttp import web

from adapters.agents.limits import MAX_CONTEXT_BYTES, MAX_KEY, MAX_REASONING, MAX_TOOL, MAX_WAIT_SECONDS
from bot.domain.jsontext import Json, read
from bot.domain.requests import Proposal
from bot.errors import BadInput, NotFound, SignoffError, TooLarge
from bot.policy.durations import parse_timeout

BODY_SECONDS = 30.0
"""How long a body may take: whoever sends a byte now and then does not keep a connection for ever."""
DISCARDED_BYTES = 16 * 1024 * 1024
DISCARDED_SECONDS = 2.0
"""How much of a body that is too large is still taken in, so that its sender hears why it was refused."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DURATION = re.compile(r"[1-9][0-9]{0,8}[smh]")
_KEY = re.compile(rf"[\x21-\x7e]{{1,{MAX_KEY}}}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_UNIT = {"s": 1, "m": 60, "h": 3600}


class UnsupportedMedia(SignoffError):
    """A body that is not plain JSON."""

    code = "unsupported_media_type"


async def read_object(request: web.Request, limit: int) -> dict[str, Any]:
    """The JSON object that a call carries.

    Raises:
        TooLarge: past ``limit`` bytes, or nested too deep.
        UnsupportedMedia: when it is not said to be JSON.
        BadInput: when it is not one strict JSON object.
    """
    if request.content_type != "application/json" or request.charset not in {None, "utf-8", "UTF-8"}:
        raise UnsupportedMedia("the body has to be JSON", field="Content-Type", remedy="send application/json")
    value = read(await read_bytes(request, limit))
    if not isinstance(value, dict):
        raise BadInput("is not a JSON object", field="body", remedy="send an object")
    return value


async def read_bytes(request: web.Request, limit: int) -> bytes:
    """The body as it came.

    Raises:
        TooLarge: past ``limit`` bytes.
        UnsupportedMedia: when it is compressed.
        BadInput: when it broke off.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMedia("a compressed body is not read", field="Content-Encoding", remedy="send it as it is")
    if request.content_length is not None and request.content_length > limit:
        await _discard(request)
        raise _too_large(limit)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            raw = await request.read()
    except TimeoutError as error:
        raise BadInput(f"took longer than {BODY_SECONDS:.0f} s", field="body", remedy="send it at once") from error
    except web.HTTPRequestEntityTooLarge as error:
        await _discard(request)
        raise _too_large(limit) from error
    except (web.RequestPayloadError, ConnectionError) as error:
        raise BadInput("broke off", field="body", remedy="send it whole") from error
    if len(raw) > limit:
        raise _too_large(limit)
    if b"\\u0000" in raw and _holds_nul(read(raw)):
        raise BadInput("holds a NUL character (\\u0000)", field="body", remedy="leave it out: no person can see it")
    return raw


async def _discard(request: web.Request) -> None:
    """Read on for a while: a caller that is still sending when the connection ends never sees the answer."""
    left = DISCARDED_BYTES
    with suppress(TimeoutError, web.RequestPayloadError, ConnectionError):
        async with asyncio.timeout(DISCARDED_SECONDS):
            while left > 0 and not request.content.at_eof():
                left -= len(await request.content.readany())


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"is larger than {limit} bytes", field="body", remedy="send less, or links instead of contents")


def _holds_nul(value: Json) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any("\x00" in key or _holds_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))


def strict(
    value: Mapping[str, Any], allowed: Collection[str], required: Collection[str] = (), *, within: str = ""
) -> None:
    """Hold a protocol object to its fields.

    Raises:
        BadInput: naming the first field that is unknown, null or missing.
    """
    for name, item in value.items():
        if name not in allowed:
            offer = ", ".join(sorted(allowed))
            raise BadInput(
                "is no field of this object", field=(within + (name or '""'))[:200], remedy=f"the fields are {offer}"
            )
        if item is None:
            raise BadInput("is null", field=within + name, remedy="leave it out instead")
    for name in required:
        if name not in value:
            raise BadInput("is missing", field=within + name, remedy="it is required")


def text_of(value: Json, field: str, limit: int, *, least: int = 1) -> str:
    """A text of ``least`` to ``limit`` characters.

    Raises:
        BadInput: naming ``field``.
    """
    if not isinstance(value, str):
        raise BadInput("is not a text", field=field, remedy="send a string")
    if not least <= len(value) <= limit:
        raise BadInput(f"has to be {least} to {limit} characters long", field=field, remedy=f"it has {len(value)}")
    return value


def name_of(value: Json, field: str, limit: int) -> str:
    """A text of one line without control characters, which is not blank.

    Raises:
        BadInput: naming ``field``.
    """
    text = text_of(value, field, limit)
    if not text.strip() or _UNPRINTABLE.search(text):
        raise BadInput("is blank or holds control characters", field=field, remedy="send one line of text")
    return text


def object_of(value: Json, field: str) -> dict[str, Any]:
    """A JSON object.

    Raises:
        BadInput: naming ``field``.
    """
    if not isinstance(value, dict):
        raise BadInput("is not a JSON object", field=field, remedy="send an object")
    return value


PROPOSAL_FIELDS = ("tool", "arguments", "timeout", "server", "agent_reasoning", "context")


def proposal_of(body: Mapping[str, Any]) -> Proposal:
    """The proposal of the Agent Approval Protocol that a body holds.

    Raises:
        BadInput: naming the field that can't be used.
    """
    strict(body, PROPOSAL_FIELDS, ("tool", "arguments", "timeout"))
    timeout = body["timeout"]
    if not isinstance(timeout, str) or not _DURATION.fullmatch(timeout):
        raise BadInput("is not a duration", field="timeout", remedy="send an integer and a unit: 30s, 30m or 24h")
    parse_timeout(timeout)
    context = body.get("context")
    if context is not None and len(orjson.dumps(object_of(context, "context"))) > MAX_CONTEXT_BYTES:
        raise BadInput(f"is larger than {MAX_CONTEXT_BYTES} bytes", field="context", remedy="send less")
    server, reasoning = body.get("server"), body.get("agent_reasoning")
    return Proposal(
        tool=name_of(body["tool"], "tool", MAX_TOOL),
        arguments=object_of(body["arguments"], "arguments"),
        timeout=timeout,
        server=None if server is None else name_of(server, "server", MAX_TOOL),
        agent_reasoning=None if reasoning is None else text_of(reasoning, "agent_reasoning", MAX_REASONING, least=0),
        context=context,
    )


def idempotency_key(request: web.Request) -> str:
    """The Idempotency-Key header.

    Raises:
        BadInput: ``missing_idempotency_key`` when there is none, ``invalid_request`` when it can't be one.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise BadInput(
            "is missing", code="missing_idempotency_key", field="Idempotency-Key", remedy="name this attempt, once"
        )
    if not _KEY.fullmatch(key):
        raise BadInput(
            f"has to be 1 to {MAX_KEY} visible ASCII characters", field="Idempotency-Key", remedy="a UUID will do"
        )
    return key


def wait_of(request: web.Request) -> float:
    """Seconds of the ``wait`` parameter, 0 without one, at most 30.

    Raises:
        BadInput: when it is no duration.
    """
    text = request.query.get("wait")
    if text is None:
        return 0.0
    if not _DURATION.fullmatch(text):
        raise BadInput("is not a duration", field="wait", remedy="send wait=30s")
    return float(min(int(text[:-1]) * _UNIT[text[-1]], MAX_WAIT_SECONDS))


def id_in(request: web.Request, name: str = "id") -> str:
    """An id of the path.

    Raises:
        NotFound: when it is no UUID, and so names nothing.
    """
    id_ = request.match_info[name].lower()
    if not _UUID.fullmatch(id_):
        raise NotFound("there is nothing with this id")
    return id_


def is_uuid(text: object) -> bool:
    """Whether a value is the text of a UUID."""
    return isinstance(text, str) and _UUID.fullmatch(text.lower()) is not None
