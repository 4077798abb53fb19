"""A dashboard's tiles and plates say what the summary says, and nothing of what did not happen."""

from __future__ import annotations

from collections import Counter

from bot.answering import Answering, Summary
from bot.answering.boards import plates_of, tiles_of
from bot.answering.wording import duration_text
from tests.rigs.house import POLICY, new_house
from tests.rigs.week import Week


async def week() -> Summary:
    house = await new_house(policy=POLICY)
    made = Week(house)
    await made.before()
    await made.now()
    summary = await Answering(house.store, house.clock, lambda: house.policy).summary("refunds")
    await house.store.close()
    return summary


async def test_tiles_stand_against_the_time_before() -> None:
    summary = await week()
    assert summary.before is not None
    now, then = summary.figures, summary.before
    tiles = {tile.title: tile for tile in tiles_of(summary)}
    assert tiles["Held"].text == f"{now.volumes.held:,}"
    assert tiles["Held"].before == f"{then.volumes.held:,}"
    assert now.times.median is not None
    assert tiles["Median time to decide"].text == duration_text(now.times.median)
    assert [tile.title for tile in tiles_of(summary)][-1] == "Money: held"


async def test_every_plate_has_the_summarys_figures_and_those_before() -> None:
    summary = await week()
    plates = {plate.title: plate for plate in plates_of(summary)}
    figures, before = summary.figures, summary.before
    assert before is not None
    ended = {entry.label: entry for entry in plates[f"{figures.volumes.held} held: how they ended"].entries}
    assert ended["Approved"].length == figures.decisions.approved
    assert ended["Approved"].before_text == f"{before.decisions.approved:,}"
    promise = {entry.label: entry.length for entry in plates["Promises kept and missed"].entries}
    assert promise["In time"] == figures.promise.kept
    heat = next(plate for plate in plates.values() if plate.heat)
    shown: Counter[int] = Counter()
    for line in heat.heat:
        shown.update({hour: count for hour, count in enumerate(line.hours) if count})
    assert dict(shown) == {hour: count for hour, count in enumerate(figures.hours) if count}


async def test_of_nothing_nothing_is_drawn() -> None:
    house = await new_house(policy=POLICY)
    summary = await Answering(house.store, house.clock, lambda: house.policy).summary("refunds")
    assert plates_of(summary) == ()
    await house.store.close()
