"""Friction over HTTP and on the command line: for readers, with its definitions, without what is for people alone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.enrolling import Enrolling, NewAgent
from store.opening import open_store
from tests.e2e.test_v1_http import fits, refused
from tests.rigs.agents_api import Api, api
from tests.rigs.house import MovedClock
from tests.rigs.six_weeks import POLICY, SixWeeks, six_weeks

PATH = "/api/v1/friction"


@pytest.fixture
async def served() -> AsyncIterator[Api]:
    async with api(policy=POLICY) as found:
        await SixWeeks(found.house, 3, requests=300).live()
        yield found


async def reader(served: Api, *reads: str) -> str:
    house = served.house
    new = NewAgent("figures", "rosa@acme.test", (), reads=reads)
    made = await Enrolling(house.store, house.clock).create(
        new, known=tuple(house.policy.actions), by=house.operator, owners=("refunds", "words")
    )
    return made.token


async def test_a_reader_reads_the_signals_of_its_owner(served: Api) -> None:
    token = await reader(served, "refunds")
    found = await served.call("GET", f"{PATH}?owner=refunds&period=month", token=token)
    assert found.status == 200, found.body
    fits("Friction", found.body)
    lines = {(line["name"], line["key"]): line for line in found.body["lines"]}
    overridden = lines["overrides", ""]
    assert 0 < overridden["value"] < 1
    assert overridden["sample"] >= overridden["least"] == 20
    assert "edited or rejected" in overridden["means"]
    assert all(line["means"] for line in found.body["lines"])
    assert not any(line["section"] == "For the risk owner" for line in found.body["lines"])
    refused(await served.call("GET", f"{PATH}?owner=words", token=token), 403, "not_allowed")
    refused(await served.call("GET", PATH, token=token), 403, "not_allowed")
    refused(await served.call("GET", PATH), 403, "not_allowed")
    refused(await served.call("GET", f"{PATH}?owner=refunds&who=x", token=token), 400, "invalid_request", "who")
    refused(await served.call("GET", f"{PATH}?owner=refunds&period=60d", token=token), 400, "invalid_request", "period")
    refused(await served.call("GET", f"{PATH}?owner=nobody", token=token), 400, "invalid_request", "owner")


async def test_the_sheet_has_the_same_lines(served: Api) -> None:
    token = await reader(served, "*")
    found = await served.call("GET", PATH, token=token)
    async with served.http.get(
        served.url + PATH, headers={"Authorization": f"Bearer {token}", "Accept": "text/csv"}
    ) as got:
        assert got.headers["Content-Type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(await got.text())))
    lines = [row for row in rows if row["section"] != "Friction"]
    assert [row["name"] for row in lines] == [line["name"] for line in found.body["lines"]]
    for row, line in zip(lines, found.body["lines"], strict=True):
        assert (row["value"] == "") == (line["value"] is None)
        if line["value"] is not None:
            assert float(row["value"]) == pytest.approx(line["value"], rel=1e-4)


@pytest.fixture
async def kept(tmp_path: Path) -> Path:
    """A policy and a database with six weeks in them, on disk."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    clock = MovedClock()
    store = await open_store(f"sqlite:///{tmp_path}/six.db", clock, vault_key=bytes(32))
    await six_weeks(3, store, clock, requests=300)
    await store.close()
    return tmp_path


def told(kept: Path, *words: str) -> str:
    place = ["--policy", str(kept / "policy.yaml"), "--database", f"sqlite:///{kept}/six.db"]
    made = CliRunner().invoke(app, ["friction", *words, *place], env={"COLUMNS": "120"})
    assert made.exit_code == 0, (made.output, made.exception)
    return made.stdout


def test_the_command_says_it_in_words_and_as_files(kept: Path) -> None:
    words = told(kept, "refunds", "--period", "2026-03-16..2026-04-12")
    assert "Friction: Refunds, 16 Mar 2026 to 12 Apr 2026" in words
    assert "Overridden: " in words
    assert "edited or rejected" in words
    assert "alone" not in words
    found = json.loads(told(kept, "--period", "2026-03-16..2026-04-12", "--json"))
    assert found["opened"] > 100
    assert told(kept, "--csv").startswith("section,figure,name,of,id,value,unit,sample,least,before,note,means")
    assert "there is no friction to measure" in told(kept, "--period", "today")
