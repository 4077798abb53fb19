"""The past that the bench fills a database with is one that the record vouches for."""

from __future__ import annotations

from bench.past import fill
from bench.workload import house
from bot.catching_up import catch_up_pending
from bot.ports import RequestQuery
from tests.contract.flows import require_rebuilt


async def test_a_made_past_is_what_its_record_says(url: str) -> None:
    assert await fill(url, 120) >= 5 * 120
    async with house(url, webhooks=False) as engine:
        await require_rebuilt(engine.store)
        assert not await engine.store.strays()
        await catch_up_pending(engine.store)
        assert len((await engine.store.requests(RequestQuery(text="cancelled", limit=1000))).items) >= 60
