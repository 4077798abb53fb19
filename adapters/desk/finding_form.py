"""Finding one request by its id, from the form at the foot of every page."""

from __future__ import annotations

from aiohttp import web

from adapters.desk.workroom import VISITOR, WORKROOM
from bot.domain.requests import Request
from bot.errors import BadInput, NotFound
from bot.receiving import find_named, may_see


async def find_by_id(request: web.Request) -> web.StreamResponse:
    """``GET /desk/find?id=``: to the page of the request with this id, or with this beginning or end of one (303).

    Raises:
        NotFound: saying what to write. Of a request that is not theirs to see, nobody learns that it exists.
    """
    room, person = request.app[WORKROOM], request[VISITOR].person

    async def visible(one: Request) -> bool:
        return may_see(one, person)

    try:
        found = await find_named(room.store, request.query.get("id", ""), visible)
    except BadInput as error:
        raise NotFound(error.message, remedy=error.remedy) from error
    raise web.HTTPSeeOther(f"/desk/requests/{found.id}")
