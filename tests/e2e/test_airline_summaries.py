"""The recorded conversations replayed: their summaries' figures equal a calculation of its own over the events."""

from __future__ import annotations

import csv
import io

import pytest

from adapters.clock import SystemClock
from bot.answering import Answering, csv_of
from bot.app import read_policy
from tests.e2e.test_airline_replay import DATA, Action, airline, expected, replay
from tests.rigs.demo_server import ROOT, Served
from tests.rigs.recounted import raw, require_equal

__all__ = ["airline", "expected"]

pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason=f"the recorded conversations are not here ({DATA})"),
]


async def test_the_figures_are_what_the_events_say(
    airline: Served,
    expected: dict[str, list[Action]],
) -> None:
    await replay(airline, expected, edits=True)
    policy = read_policy(ROOT / "examples" / "airline-policy.yaml")
    answering = Answering(airline.place.store, SystemClock(), lambda: policy)
    rows = await raw(airline.place.store)
    owners = {request.routing.owner for request in await airline.requests()}
    for owner in (None, *sorted(owners)):
        for period in ("week", "24h", "today"):
            summary = await answering.summary(owner, period)
            require_equal(summary, rows)
            sheet = list(csv.reader(io.StringIO(csv_of(summary))))
            told = {(row[0], row[2], row[4], row[6]): row[5] for row in sheet[1:]}
            assert told["Proposed", "opened", "", "requests"] == str(summary.figures.volumes.opened)
    whole = require_equal(await answering.summary(None, "24h"), rows)
    assert whole["volumes"].total() >= 104
    assert whole["overrides"]["reason"]
    assert whole["feedback"]["opened"] == sum(hits for hits, _ in whole["overrides"]["reason"].values())
