"""Forms as browsers send them, read strictly."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl

from aiohttp import web

from bot.errors import BadInput

MAX_FIELDS = 500
BODY_SECONDS = 30.0
"""How long a form may take to come."""


async def read_form(request: web.Request) -> dict[str, str]:
    """The fields of a posted form by name; line ends are line feeds. A name that comes twice is refused.

    Raises:
        BadInput: when it is no form in UTF-8, or has too many fields.
    """
    if request.content_type != "application/x-www-form-urlencoded":
        raise BadInput("is no form", field="Content-Type", remedy="send application/x-www-form-urlencoded")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise BadInput("is packed", field="body", remedy="send the form as it is")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await request.read()
    except TimeoutError as error:
        raise BadInput(f"took longer than {BODY_SECONDS:.0f} s", field="body", remedy="send the form again") from error
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MAX_FIELDS
        )
    except (UnicodeError, ValueError) as error:
        raise BadInput("can't be read as a form in UTF-8", field="body", remedy="send the form again") from error
    form = {name: value.replace("\r\n", "\n") for name, value in pairs}
    if len(form) != len(pairs):
        raise BadInput("has a field twice", field="body", remedy="send the form again")
    return form
