"""``GET /api/v1/search`` and ``signoff request find``: the whole record, for those who may read it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from openapi_schema_validator import OAS31Validator

from adapters.agents.openapi.document import DOCUMENT
from bot.ports import RequestQuery
from tests.e2e.test_summaries_http import reader
from tests.rigs.agents_api import Api, api
from tests.rigs.week import Week

PATH = "/api/v1/search"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Api]:
    async with api("memory", tmp_path) as found:
        week = Week(found.house)
        await week.before()
        await week.now()
        yield found


async def ids(served: Api, query: str, token: str) -> list[str]:
    got = await served.call("GET", PATH + query, token=token)
    assert got.status == 200, got.body
    OAS31Validator({"$ref": "#/components/schemas/FoundPage", "components": DOCUMENT["components"]}).validate(got.body)
    return [one["id"] for one in got.body["requests"]]


async def test_a_reader_finds_what_is_there(served: Api) -> None:
    token = await reader(served, "*")
    every = [one.id for one in (await served.house.store.requests(RequestQuery())).items]
    assert await ids(served, "", token) == every
    request = (await served.house.store.requests(RequestQuery(statuses=("rejected",)))).items[0]
    assert request.decision is not None
    assert await ids(served, f"?text={request.id[:20]}", token) == [request.id]
    assert request.id in await ids(served, f"?person={request.decision.by.id}&status=rejected", token)
    assert await ids(served, "?text=nothing-like-it", token) == []
    assert await ids(served, "?amount_from=1000000", token) == []
    first = await served.call("GET", f"{PATH}?limit=2", token=token)
    second = await served.call("GET", f"{PATH}?limit=2&after={first.body['next']}", token=token)
    assert [one["id"] for page in (first, second) for one in page.body["requests"]] == every[:4]


async def test_a_reader_finds_nothing_of_others(served: Api) -> None:
    token = await reader(served, "refunds")
    requests = (await served.house.store.requests(RequestQuery())).items
    own = [one.id for one in requests if one.routing.owner == "refunds"]
    assert await ids(served, "", token) == own
    assert await ids(served, "?owner=refunds", token) == own
    refused = await served.call("GET", f"{PATH}?owner=identity", token=token)
    assert refused.status == 403
    assert "--reads identity" in json.dumps(refused.body)
    assert (await served.call("GET", PATH, token=served.house.issued.token)).status == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?status=done", "status"),
        ("?opened_from=soon", "opened_from"),
        ("?amount_to=lots", "amount_to"),
        ("?text=", "text"),
        ("?colour=red", "colour"),
        ("?after=x", "after"),
    ],
)
async def test_what_is_refused_says_why(served: Api, query: str, field: str) -> None:
    got = await served.call("GET", PATH + query, token=await reader(served, "*"))
    assert got.status == 400
    assert field in json.dumps(got.body)
