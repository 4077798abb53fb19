"""Receiving Slack's calls over HTTP: everything that is no genuine call ends here, before Bolt reads it.

Signatures: https://docs.slack.dev/authentication/verifying-requests-from-slack . Bolt checks them again; but it parses
first, and answers 500 to a timestamp that is no number, or a body that is no JSON.
"""

from __future__ import annotations

import asyncio
import re

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from adapters.slack.app.telling import log_fault

MAX_BODY = 4 * 1024 * 1024
"""Bytes. A view of 250 KB comes back with its state, as JSON in a form field, where a character may take 12 bytes."""
BODY_SECONDS = 5.0
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)
_PASSED = (
    "content-type",
    "x-slack-request-timestamp",
    "x-slack-signature",
    "x-slack-retry-num",
    "x-slack-retry-reason",
)
"""Headers that Bolt is given. It has some of its own, which are not for others to set."""


class Receiving:
    """``POST /slack/events``: events, clicks, submissions, commands."""

    def __init__(self, app: AsyncApp, signing_secret: str) -> None:
        self._app = app
        self._verifier = SignatureVerifier(signing_secret)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Answer 401 to what Slack did not sign within the last 300 seconds, else what the listeners acknowledge."""
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
            return _refused(401)
        body = await _read(request)
        if body is None:
            return _refused(413)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return _refused(400)
        if not self._verifier.is_valid(text, timestamp, signature):
            return _refused(401)
        try:
            asked = _bolt_request(request, text)
        except (ValueError, TypeError, AttributeError, RecursionError):
            return _refused(400)
        return await self._dispatched(asked)

    async def _dispatched(self, asked: AsyncBoltRequest) -> web.StreamResponse:
        try:
            return await to_aiohttp_response(await self._app.async_dispatch(asked))
        except Exception as error:  # noqa: BLE001 - Bolt trips over what is signed, but not shaped as Slack documents it
            log_fault(error, "receiving")
            return _refused(400)


def _bolt_request(request: web.Request, text: str) -> AsyncBoltRequest:
    """As Bolt's own ``to_bolt_request`` makes it, which decodes the body by whatever character set a header names."""
    headers = {name: request.headers[name] for name in _PASSED if name in request.headers}
    made = AsyncBoltRequest(body=text, query=request.query_string, headers=dict(headers))
    if not isinstance(made.body, dict):
        raise TypeError("the body is no object")
    return made


async def _read(request: web.Request) -> bytes | None:
    """The body; None when it is too long or does not come."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.content.iter_any():
                body += part
                if len(body) > MAX_BODY:
                    return None
    except TimeoutError:
        return None
    return bytes(body)


def _refused(status: int) -> web.Response:
    return web.Response(status=status)
