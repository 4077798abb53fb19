"""A week that was counted by hand, through the real flows and two stores."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from bot.answering import Answering, Summary, csv_of, listed, summarise
from bot.ports import RequestQuery, Store
from store.memory import MemoryStore
from store.opening import open_store
from tests.rigs.house import House, MovedClock, new_house
from tests.rigs.week import Week


@pytest.fixture(params=["memory", "sqlite"])
async def week(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Week]:
    clock = MovedClock()
    store: Store = MemoryStore(clock)
    if request.param == "sqlite":
        store = await open_store(f"sqlite:///{tmp_path}/week.db", clock, vault_key=bytes(32))
    week = Week(await new_house(store, clock))
    await week.before()
    await week.now()
    yield week
    await store.close()


def answering(house: House, **bounds: int) -> Answering:
    return Answering(house.store, house.clock, lambda: house.policy, **bounds)


def by_hour(hours: list[int]) -> dict[int, int]:
    assert len(hours) == 24
    return {hour: count for hour, count in enumerate(hours) if count}


async def test_every_figure_is_what_a_pencil_says(week: Week) -> None:
    summary = await answering(week.house).summary()
    figures = json.loads(msgspec.json.encode(summary.figures))
    ids = {name: request.id for name, request in week.requests.items()}
    agent = week.house.issued.agent
    assert figures["volumes"] == {"opened": 13, "allowed": 1, "held": 10, "blocked": 1, "followed": 1}
    assert figures["decisions"] == {
        "approved": 4, "edited": 2, "rejected": 1, "expired": 1, "cancelled": 1, "waiting": 1,
    }  # fmt: skip
    # 2 s, 60 s, 120 s, 240 s, 360 s, 600 s, 960 s: of seven the fourth is the median, and 90 % reach the seventh.
    assert figures["times"] == {"count": 7, "median": 240, "p90": 960}
    assert figures["promise"] == {"kept": 6, "late": 1, "expired": 1, "late_waiting": 0}
    assert summary.figures.promise.share == 6 / 8
    expired = summary.figures.latest[0]
    assert (expired.request_id, expired.state, expired.seconds) == (ids["expired"], "expired", 15 * 60)
    assert figures["latest"][1] == {
        "request_id": ids["rejected"], "title": "Refund a customer", "seconds": 60, "state": "rejected",
        "opened_at": week.requests["rejected"].opened_at.isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
    assert figures["overrides"] == {
        "decided": 7,
        "edited": 2,
        "rejected": 1,
        "by_action": [{"name": "refund", "title": "Refund a customer", "count": 3, "of": 6}],
        "by_agent": [{"name": agent.id, "title": "support", "count": 3, "of": 7}],
        "by_build": [
            {"name": "b8", "title": "b8", "count": 2, "of": 5},
            {"name": "b7", "title": "b7", "count": 1, "of": 2},
        ],
        "by_reason": [
            {"name": "(edited)", "title": "Edited", "count": 2, "of": 3},
            {"name": "not_eligible", "title": "Not eligible", "count": 1, "of": 3},
        ],
    }
    hours = {each["person"]: by_hour(each.pop("hours")) for each in figures["reviewers"]}
    assert figures["reviewers"] == [
        {"person": "dana", "name": "Dana", "decisions": 5, "overrides": 1, "median": 240, "too_fast": 1, "busiest": 5},
        {"person": "lee", "name": "Lee", "decisions": 1, "overrides": 1, "median": 960, "too_fast": 0, "busiest": 1},
        {"person": "omar", "name": "Omar", "decisions": 1, "overrides": 1, "median": 120, "too_fast": 0, "busiest": 1},
    ]
    # All on a Monday in New York, whose clocks show four hours less than UTC in March.
    assert hours == {"dana": {11: 5}, "lee": {12: 1}, "omar": {12: 1}}
    assert by_hour(figures["hours"]) == {11: 5, 12: 2}
    assert figures["too_fast"] == 1
    assert figures["signed"] == {
        "granted": 7, "ran": 1, "failed": 1, "unreported": 0, "waiting": 0, "never_run": 2, "revoked": 2, "moved": 1,
    }  # fmt: skip
    assert figures["allowed"]["granted"] == figures["allowed"]["ran"] == 1
    assert summary.before is not None
    assert summary.before.volumes.opened == 2


async def test_money_is_told_by_what_became_of_it(week: Week) -> None:
    summary = await answering(week.house).summary("refunds")
    (usd,) = summary.figures.amounts
    told = {name: value for name, value in msgspec.structs.asdict(usd).items() if value}
    assert told == {
        "currency": "USD",
        "requests": 9,
        "held": Decimal(990),  # 120 + 200 + 70 + 300 + 80 + 60 + 30 + 40 + 90
        "approved": Decimal(640),  # 120 + 200 + 70 + 250
        "edited_down": Decimal(50),
        "refused": Decimal(80),
        "expired": Decimal(60),
        "cancelled": Decimal(30),
        "waiting": Decimal(90),
        "unknown": Decimal(40),  # what it was edited to went with the erasure
        "allowed": Decimal(20),
        "blocked": Decimal(5000),
    }
    assert summary.before is not None
    assert [(each.held, each.approved, each.refused) for each in summary.before.amounts] == [
        (Decimal(150), Decimal(100), Decimal(50))
    ]


async def test_the_flow_reads_page_by_page_what_the_pure_function_counts(week: Week) -> None:
    house = week.house
    everything = (await house.store.requests(RequestQuery(limit=1000))).items
    for page in (1, 2, 7, 50):
        for period in ("week", "14d", "3h", "today", "yesterday", "2026-03-01..2026-03-09"):
            read = await answering(house, page=page).summary(None, period)
            again = summarise(
                everything,
                house.policy,
                owner=None,
                period=read.period,
                before=everything,
                agents={house.issued.agent.id: "support"},
            )
            assert read == again


async def test_a_summary_that_could_not_count_everything_says_so(week: Week) -> None:
    summary = await answering(week.house, most=5, page=2).summary()
    assert summary.cut is not None
    assert summary.cut.counted == 5 == summary.figures.volumes.opened
    assert summary.cut.since == week.requests["rejected"].opened_at
    assert summary.before is None
    assert all(line.before is None for line in listed(summary))
    assert "only the newest 5" in csv_of(summary)
    whole = await answering(week.house, most=13, page=2).summary()
    assert whole.cut is None
    assert whole.before is not None


async def test_where_only_the_span_before_is_cut_nothing_is_compared(week: Week) -> None:
    week.house.clock.move(days=7)
    summary = await answering(week.house, most=12).summary()
    assert summary.nothing
    assert summary.cut is None
    assert summary.before is None


async def test_a_file_has_every_figure_with_what_it_means(week: Week) -> None:
    summary = await answering(week.house).summary()
    rows = list(csv.DictReader(io.StringIO(csv_of(summary))))
    told = {(row["section"], row["name"], row["id"]): row for row in rows}
    assert told["Decided", "edited", ""]["value"] == "2"
    assert told["Decided", "edited", ""]["before"] == "0"
    assert told["In time", "kept_share", ""] | {"means": ""} == {
        "section": "In time", "figure": "Promises kept", "name": "kept_share", "of": "", "id": "", "value": "0.7500",
        "unit": "share", "sample": "8", "before": "0.5000", "means": "",
    }  # fmt: skip
    assert told["Money", "money_edited_down", ""]["value"] == "50"
    assert told["Reviewers", "median", "dana"]["value"] == "240"
    assert all(row["means"] for row in rows if row["section"] != "Summary")
    assert len(told) == len(rows)


def test_without_anything_there_is_a_summary_with_words_of_its_own(empty: Summary) -> None:
    assert empty.nothing
    assert all(not line.value for line in listed(empty))
    assert csv_of(empty).count("\r\n") == len(listed(empty)) + 9


@pytest.fixture
async def empty() -> AsyncIterator[Summary]:
    house = await new_house()
    yield await answering(house).summary("Refunds", "today")
    await house.store.close()
