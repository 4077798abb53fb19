from __future__ import annotations

import pytest

from adapters.agents.callers import Caller, Callers
from adapters.agents.readers import owners_read, require_reader
from bot.domain.people import Actor, ActorKind
from bot.enrolling import Enrolling, NewAgent
from bot.errors import BadInput, NotAllowed
from store.memory import MemoryStore
from tests.rigs.house import House, MovedClock, new_house

OPERATOR = Actor(ActorKind.OPERATOR, "olga", "cli")


@pytest.fixture
async def house() -> House:
    clock = MovedClock()
    return await new_house(MemoryStore(clock), clock)


async def reader(house: House, *reads: str, name: str = "figures") -> Caller:
    new = NewAgent(name, "rosa@acme.test", (), reads=reads)
    issued = await Enrolling(house.store, house.clock).create(
        new, known=("refund",), by=OPERATOR, owners=("refunds", "identity")
    )
    return await Callers(house.store, house.clock).caller(f"Bearer {issued.token}")


async def test_a_reader_reads_its_owners_and_nobody_elses(house: House) -> None:
    caller = await reader(house, "refunds")
    require_reader(caller, "refunds")
    assert owners_read(caller) == ("refunds",)
    for other in ("identity", None):
        with pytest.raises(NotAllowed) as refused:
            require_reader(caller, other)
        assert "signoff agent create NAME --reads" in (refused.value.remedy or "")
    assert not caller.agent.may_propose("refund")


async def test_a_reader_of_everything_reads_all_together(house: House) -> None:
    caller = await reader(house, "*")
    for owner in ("refunds", "identity", None):
        require_reader(caller, owner)
    assert owners_read(caller) is None


async def test_a_token_without_reads_reads_nothing_of_an_owner(house: House) -> None:
    caller = await Callers(house.store, house.clock).caller(f"Bearer {house.issued.token}")
    assert owners_read(caller) == ()
    with pytest.raises(NotAllowed):
        require_reader(caller, "refunds")


async def test_a_provisioner_token_reads_nothing_whatever_its_agent_may(house: House) -> None:
    agent = (await reader(house, "*")).agent
    issued = await Enrolling(house.store, house.clock).issue_provisioner(agent, by=OPERATOR)
    caller = await Callers(house.store, house.clock).caller(f"Bearer {issued.token}")
    with pytest.raises(NotAllowed) as refused:
        require_reader(caller, "refunds")
    assert "instance" in (refused.value.remedy or "")


async def test_an_owner_that_the_policy_lacks_is_named(house: House) -> None:
    with pytest.raises(BadInput) as refused:
        await reader(house, "refnds")
    assert refused.value.field == "reads"
    assert "identity, refunds" in (refused.value.remedy or "")
