"""``GET /api/v1/summaries``: the figures for machines, for tokens that may read them."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from openapi_schema_validator import OAS31Validator

from adapters.agents.openapi.document import DOCUMENT
from bot.answering import Answering, csv_of, listed
from bot.domain.people import Actor, ActorKind
from bot.enrolling import Enrolling, NewAgent
from tests.rigs.agents_api import Api, api
from tests.rigs.week import Week

PATH = "/api/v1/summaries"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Api]:
    async with api("memory", tmp_path) as found:
        week = Week(found.house)
        await week.before()
        await week.now()
        yield found


async def reader(served: Api, *reads: str) -> str:
    new = NewAgent("figures", "rosa@acme.test", (), reads=reads)
    by = Actor(ActorKind.OPERATOR, "olga", "cli")
    enrolling = Enrolling(served.house.store, served.house.clock)
    return (await enrolling.create(new, known=(), by=by, owners=served.house.policy.owners)).token


async def test_a_reader_gets_every_figure_as_the_document_says(served: Api) -> None:
    got = await served.call("GET", f"{PATH}?owner=refunds&period=week", token=await reader(served, "refunds"))
    assert got.status == 200, got.body
    OAS31Validator({"$ref": "#/components/schemas/Summary", "components": DOCUMENT["components"]}).validate(got.body)
    house = served.house
    summary = await Answering(house.store, house.clock, lambda: house.policy).summary("refunds", "week")
    told = [(line["section"], line["name"], line["key"], line["unit"], line["value"]) for line in got.body["lines"]]
    wanted = [(line.section, line.name, line.key, line.unit, line.value) for line in listed(summary)]
    assert [(*place, str(value)) for *place, value in told] == [(*place, str(value)) for *place, value in wanted]
    assert all(line["means"] for line in got.body["lines"])
    assert got.body["compared_with"]["end"] == got.body["period"]["start"]


async def test_it_comes_as_a_sheet_where_that_is_asked_for(served: Api) -> None:
    headers = {"Authorization": f"Bearer {await reader(served, '*')}", "Accept": "text/csv"}
    async with served.http.get(f"{served.url}{PATH}", headers=headers) as got:
        assert got.status == 200
        assert got.content_type == "text/csv"
        assert 'filename="all-owners-' in got.headers["Content-Disposition"]
        text = await got.text()
    house = served.house
    assert text == csv_of(await Answering(house.store, house.clock, lambda: house.policy).summary())
    assert len(list(csv.reader(io.StringIO(text)))) > 50


async def test_an_unchanged_summary_is_not_sent_again(served: Api) -> None:
    token = await reader(served, "*")
    first = await served.call("GET", PATH, token=token)
    again = await served.call("GET", PATH, token=token, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("", 403, None),
        ("?owner=nobody", 400, "owner"),
        ("?owner=refunds&period=soon", 400, "period"),
        ("?owner=refunds&owners=x", 400, "owners"),
    ],
)
async def test_what_is_refused_says_why(served: Api, query: str, status: int, field: str | None) -> None:
    got = await served.call("GET", f"{PATH}{query}", token=await reader(served, "refunds"))
    assert (got.status, got.field) == (status, field), got.body
    assert got.error["remedy"]


async def test_an_agent_without_reads_is_told_how_to_get_a_token_that_may(served: Api) -> None:
    got = await served.call("GET", f"{PATH}?owner=refunds")
    assert got.status == 403
    assert "--reads refunds" in got.error["remedy"]
    assert (await served.call("GET", f"{PATH}?owner=refunds", token=None)).status == 401
