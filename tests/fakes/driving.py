"""A fake driven from outside, by HTTP: people's doings and what they see as JSON. For the standalone servers."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from tests.fakes.delivering import Delivery
from tests.fakes.faults import Faults, TroubleT
from tests.fakes.possible import NotPossible

Json = dict[str, Any]
Deed = Callable[[Json], Awaitable[Any]]


class Driving(ABC):
    """`POST /_drive/{deed}` with a JSON object, `GET /_show`.

    Args:
        deeds: What can be done, by the name in the path. A `KeyError` of a deed is a name missing or unknown.
    """

    def __init__(self, deeds: Mapping[str, Deed]) -> None:
        self.deeds = deeds

    @abstractmethod
    def seen(self) -> Json:
        """Everything that people see."""

    def mount(self, application: web.Application) -> None:
        """Add the routes."""
        application.router.add_post("/_drive/{deed}", self.handle)
        application.router.add_get("/_show", self.show)

    async def handle(self, request: web.Request) -> web.Response:
        """One deed; what a person could not do is a 409 that says why."""
        deed = self.deeds.get(request.match_info["deed"])
        if deed is None:
            return web.json_response({"error": f"one of {sorted(self.deeds)}"}, status=404)
        try:
            done = await deed(await request.json())
        except NotPossible as why:
            return web.json_response({"error": str(why)}, status=409)
        except (LookupError, ValueError) as missing:
            return web.json_response({"error": f"missing or unknown: {missing}"}, status=400)
        return web.json_response({"done": told(done)})

    async def show(self, _request: web.Request) -> web.Response:
        """What people see, to be read by a person."""
        return web.Response(text=json.dumps(self.seen(), indent=2), content_type="application/json")


def planning(faults: Faults[TroubleT, Any], kinds: type[TroubleT]) -> Deed:
    """The deed that plans a fault: `method`, `fault` (its name), `times` and `seconds`."""

    async def plan(asked: Json) -> str:
        fault = kinds[asked["fault"].upper()]
        faults.next(asked["method"], fault, times=asked.get("times", 1), seconds=asked.get("seconds", 0))
        return fault.name

    return plan


def told(done: Any) -> Any:
    """What came of a deed, as JSON; of a delivery how it was answered."""
    if isinstance(done, list):
        return [told(each) for each in done]
    if isinstance(done, Delivery):
        last = done.last
        return {"status": last.status, "seconds": round(last.seconds, 4), "body": last.body, "error": last.error}
    return done
