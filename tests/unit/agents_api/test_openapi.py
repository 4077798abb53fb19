from __future__ import annotations

import re
from typing import Any

import pytest
from aiohttp import web
from openapi_spec_validator import OpenAPIV31SpecValidator

from adapters.agents import app as agents
from adapters.agents.limits import Limits
from adapters.agents.openapi.document import DOCUMENT
from bot.policy.reading import NAMES
from bot.waiting import Waiting
from tests.rigs.filed import filing_of
from tests.rigs.house import new_house


async def routes() -> set[tuple[str, str]]:
    """Every method and path that is served."""
    house = await new_house()
    waiting = Waiting(house.store)

    async def verify(*_: Any, **__: Any) -> str | None:
        raise AssertionError("nothing is verified here")

    app = web.Application()
    agents.mount(
        app,
        store=house.store,
        clock=house.clock,
        policy=lambda: house.policy,
        waiting=waiting,
        filing=filing_of(house),
        verify_delivery=verify,
        limits=Limits(),
    )
    waiting.close()
    return {
        (route.method, route.resource.canonical)
        for resource in app.router.resources()
        for route in resource
        if route.resource is not None
    }


def test_the_document_is_valid() -> None:
    assert not list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors())


async def test_every_route_is_in_the_document_and_the_other_way_round() -> None:
    told = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}
    assert told == await routes()


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, said) for path, item in DOCUMENT["paths"].items() for method, said in item.items()]


@pytest.mark.parametrize(("method", "path", "said"), operations())
def test_an_operation_says_what_it_needs(method: str, path: str, said: dict[str, Any]) -> None:
    parameters = [
        DOCUMENT["components"]["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        for one in said.get("parameters", [])
    ]
    named = {one["name"] for one in parameters if one["in"] == "path"}
    assert named == set(re.findall(r"{(\w+)}", path))
    assert ("requestBody" in said) <= (method in {"post", "patch"})
    for name in ("401", "403", "429", "503"):
        assert name in said["responses"] or not said["security"]


def test_operation_ids_are_unique() -> None:
    ids = [said["operationId"] for _, _, said in operations()]
    assert len(ids) == len(set(ids))


def test_every_name_of_the_context_is_a_field_of_a_proposal() -> None:
    assert set(DOCUMENT["components"]["schemas"]["Proposal"]["properties"]) >= NAMES
