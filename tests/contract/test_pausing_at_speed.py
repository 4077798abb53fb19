"""A thousand arrivals a second while a pause commits: by the record's own order none is let through after it.

How many a second they are is measured by ``make bench ARGS="--only pausing"``; here it is only logged.
"""

from __future__ import annotations

import logging

import pytest

from bot.pausing import PAUSED
from bot.ports import Store
from tests.contract.conftest import Opener
from tests.contract.flows import require_rebuilt
from tests.rigs.rush import AFTER, Rush, around_the_pause, rushed

log = logging.getLogger(__name__)


async def require_paused(rush: Rush) -> None:
    before, after = around_the_pause(await rush.records())
    log.info("%.0f arrivals/s around the pause; before %s, after %s", rush.rate, dict(before), dict(after))
    assert min(before[kind] for kind in ("opened", "allowed", "approved", "spent")) > 0
    assert +after == {"opened": after["opened"]}
    assert after["opened"] >= AFTER
    assert rush.too_late == []
    assert set(rush.refused) == {PAUSED}
    await require_rebuilt(rush.houses[0].store)


@pytest.mark.serial
async def test_nothing_is_let_through_after_the_commit_of_a_pause(store: Store) -> None:
    await require_paused(await rushed([store]))


@pytest.mark.serial
async def test_nor_by_another_process(opened: Opener) -> None:
    await require_paused(await rushed([await opened(), await opened()]))
