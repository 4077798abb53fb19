"""What routes that answer figures have alike: whose they are and of which time, and a sheet in place of JSON."""

from __future__ import annotations

from aiohttp import web

from adapters.agents.callers import Caller
from adapters.agents.readers import require_reader
from bot.answering.asking import find_owner
from bot.errors import BadInput
from bot.policy.document import Policy

_TAKES = ("owner", "period")
_CSV = "text/csv"


def asked_for(request: web.Request, caller: Caller, policy: Policy) -> tuple[str | None, str | None]:
    """The owner and the period that are asked for, by a token that may read them.

    Raises:
        BadInput: naming a parameter that is none, or ``owner``.
        NotAllowed: when the token may not read what concerns that owner.
    """
    for name in request.query:
        if name not in _TAKES:
            raise BadInput("is no parameter here", field=name[:100], remedy="the parameters are owner and period")
    owner = request.query.get("owner")
    require_reader(caller, None if owner is None else find_owner(owner, policy).id)
    return owner, request.query.get("period")


def wants_csv(accept: str) -> bool:
    """Whether a sheet is asked for by name, and JSON is not asked for before it."""
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return next((kind == _CSV for kind in kinds if kind in {_CSV, "application/json", "*/*"}), False)


def sheet(text: str, name: str) -> web.Response:
    """Comma-separated values, to be kept as a file of this name."""
    headers = {
        "Content-Type": f"{_CSV}; charset=utf-8; header=present",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "Vary": "Accept",
    }
    return web.Response(body=text.encode(), headers=headers)
