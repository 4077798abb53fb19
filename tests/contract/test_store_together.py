"""Two stores on one database, as two processes have them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from bot.domain import events as e
from bot.errors import AlreadyDecided
from bot.ports import Committed, Store
from bot.recording import Needs, View
from tests.contract.conftest import Opener
from tests.contract.flows import AGENT, INSTANCE, OPERATOR, deciding, enrolling, noting, opening, require_rebuilt

PATIENCE = 10.0


async def test_each_sees_what_the_other_did(opened: Opener) -> None:
    one, two = await opened(), await opened()
    await one.transact(*enrolling())
    await two.transact(*opening("r-1", 60))
    await one.transact(*deciding("r-1", "ada"))
    assert await two.request("r-1") == await one.request("r-1")
    for number in range(6):
        assert await (one, two)[number % 2].transact(*noting("desk")) == number + 1
    await require_rebuilt(two)


async def test_one_wins_over_both(opened: Opener) -> None:
    one, two = await opened(), await opened()
    await one.transact(*enrolling())
    await two.transact(*opening("r-1"))
    answers = await asyncio.gather(
        *((one, two)[n % 2].transact(*deciding("r-1", f"person-{n}")) for n in range(64)), return_exceptions=True
    )
    assert sum(isinstance(answer, AlreadyDecided) for answer in answers) == 63
    assert len(await one.events("request:r-1")) == 2


async def test_the_last_of_a_cap_is_shared_by_no_two_processes(opened: Opener) -> None:
    one, two = await opened(), await opened()
    await one.transact(*enrolling())
    answers = await asyncio.gather(
        *((one, two)[n % 2].transact(*opening(f"r-{n}", cap=20)) for n in range(64)), return_exceptions=True
    )
    assert Counter(type(answer).__name__ for answer in answers) == {"Request": 20, "NotAllowed": 44}
    await require_rebuilt(one)


async def test_one_key_makes_one_request(opened: Opener) -> None:
    one, two = await opened(), await opened()
    await one.transact(*enrolling())
    made = await asyncio.gather(*((one, two)[n % 2].transact(*opening(f"r-{n}", key="same")) for n in range(16)))
    assert len({request.id for request in made}) == 1
    assert await one.counts() == {"pending": 1}


async def test_an_agent_that_was_revoked_elsewhere_is_revoked_here(opened: Opener) -> None:
    one, two = await opened(), await opened()
    await one.transact(*enrolling())
    await two.transact(*opening("r-1"))

    def revoke(view: View) -> None:
        view.record("agent", AGENT, e.AgentRevoked("enough"), OPERATOR)
        view.record("instance", INSTANCE, e.DeliveryChanged(None), OPERATOR)

    async def decide_many() -> None:
        for number in range(10):
            await two.transact(*opening(f"d-{number}"))
            await two.transact(*deciding(f"d-{number}", "ada"))

    await asyncio.gather(decide_many(), one.transact(Needs(agents=(AGENT,), instances=(INSTANCE,)), revoke))
    seen = await two.transact(Needs(agents=(AGENT,)), lambda view: view.agent(AGENT))
    assert seen is not None
    assert seen.revoked_at is not None
    await require_rebuilt(two)


async def test_commits_of_one_are_heard_at_the_other(opened: Opener) -> None:
    one, two = await opened(), await opened()
    heard = asyncio.Event()
    streams: list[str] = []

    def listen(what: Sequence[Committed] | None) -> None:
        if what is None or any(one.stream == "ledger:desk" for one in what):
            streams.extend(one.stream for one in what or ())
            heard.set()

    await asyncio.sleep(0.05)
    two.subscribe(listen)
    await settled(two)
    heard.clear()
    await one.transact(*noting("desk"))
    await asyncio.wait_for(heard.wait(), PATIENCE)
    assert streams in ([], ["ledger:desk"])


async def settled(store: Store) -> None:
    """Give a listener that is just being set up the time to be."""
    await store.ready()
    await asyncio.sleep(0.3)
