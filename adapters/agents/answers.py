"""Answers in JSON, written once and fast."""

from __future__ import annotations

import hashlib

import orjson
from aiohttp import web

from adapters.agents.exchange import HttpRefused
from bot.domain.jsontext import Json

_HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store"}


def answer(value: Json, status: int = 200) -> web.Response:
    """A JSON answer that no cache keeps."""
    return web.Response(body=orjson.dumps(value, default=str), status=status, headers=_HEADERS)


def tagged(request: web.Request, value: Json, status: int = 200) -> web.Response:
    """A JSON answer with its entity tag; 304 and no body where the caller has it already."""
    body = orjson.dumps(value, default=str)
    tag = tag_of(body)
    if request.method == "GET" and tag in _tags(request.headers.get("If-None-Match", "")):
        return web.Response(status=304, headers={"ETag": tag})
    return web.Response(body=body, status=status, headers={**_HEADERS, "Cache-Control": "no-cache", "ETag": tag})


def tag_of(body: bytes) -> str:
    """The strong entity tag of an answer's body."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def require_match(request: web.Request, value: Json) -> None:
    """Honour If-Match: the caller acts on what it saw, or not at all.

    Raises:
        HttpRefused: 412 when ``value`` is not what the caller saw.
    """
    wanted = request.headers.get("If-Match")
    if wanted is None or wanted.strip() == "*" or tag_of(orjson.dumps(value, default=str)) in _tags(wanted):
        return
    raise HttpRefused(412, "precondition_failed", "it has changed since you read it; read it again")


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
