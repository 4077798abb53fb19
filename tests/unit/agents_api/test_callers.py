from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.agents.callers import Callers
from adapters.agents.limits import Rates
from bot.domain.agents import Credential
from bot.enrolling import Enrolling, NewAgent
from bot.errors import Busy, CredentialRefused
from store.memory import MemoryStore
from tests.rigs.house import House, MovedClock, new_house


class Counting(MemoryStore):
    """Counts look-ups of credentials, and can do something in the middle of one."""

    looked_up = 0
    meanwhile: Any = None

    async def credential(self, hash_: str) -> Credential | None:
        self.looked_up += 1
        found = await super().credential(hash_)
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        return found


@pytest.fixture
async def house() -> House:
    clock = MovedClock()
    return await new_house(Counting(clock), clock)


def counted(house: House) -> int:
    assert isinstance(house.store, Counting)
    return house.store.looked_up


async def test_a_known_token_costs_no_look_up(house: House) -> None:
    callers = Callers(house.store, house.clock)
    header = f"Bearer {house.issued.token}"
    for _ in range(5):
        assert (await callers.caller(header)).agent.name == "support"
    await house.held()
    await callers.caller(header)
    assert counted(house) == 1


async def test_an_unknown_token_costs_one(house: House) -> None:
    callers = Callers(house.store, house.clock)
    for _ in range(5):
        with pytest.raises(CredentialRefused):
            await callers.caller("Bearer sgn_i_00000000_" + "0" * 43)
    assert counted(house) == 1


async def test_a_revocation_counts_at_once(house: House) -> None:
    callers = Callers(house.store, house.clock)
    header = f"Bearer {house.issued.token}"
    await callers.caller(header)
    await Enrolling(house.store, house.clock).revoke(house.issued.agent, note="", by=house.operator)
    with pytest.raises(CredentialRefused):
        await callers.caller(header)


async def test_a_revocation_during_the_look_up_is_not_missed(house: House) -> None:
    callers = Callers(house.store, house.clock)
    enrolling = Enrolling(house.store, house.clock)
    assert isinstance(house.store, Counting)

    async def revoke() -> None:
        await enrolling.rotate(house.issued.agent, instance=None, overlap=timedelta(0), by=house.operator)

    house.store.meanwhile = revoke
    header = f"Bearer {house.issued.token}"
    with pytest.raises(CredentialRefused):
        await callers.caller(header)
    with pytest.raises(CredentialRefused):
        await callers.caller(header)


async def test_a_credential_ends_with_its_agent_s_time(house: House) -> None:
    ends = house.clock.now() + timedelta(hours=1)
    issued = await Enrolling(house.store, house.clock).create(
        NewAgent("short", "olga@acme.test", ("*",), ends), known=(), by=house.operator
    )
    callers = Callers(house.store, house.clock)
    await callers.caller(f"Bearer {issued.token}")
    house.clock.move(hours=1)
    with pytest.raises(CredentialRefused) as refused:
        await callers.caller(f"Bearer {issued.token}")
    assert "olga@acme.test" in str(refused.value)


def test_a_bucket_fills_again() -> None:
    now = [0.0]
    rates = Rates(60, 2, lambda: now[0])
    rates.take("a")
    rates.take("a")
    with pytest.raises(Busy) as busy:
        rates.take("a")
    assert busy.value.retry_after == 1.0
    rates.take("b")
    now[0] = 1.0
    rates.take("a")
    with pytest.raises(Busy):
        rates.take("a")
    now[0] = 1000.0
    rates.take("a")
    rates.take("a")
    with pytest.raises(Busy):
        rates.take("a")
