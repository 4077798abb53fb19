"""On the desk: two stages, a signature taken back, an amount above one's limit, a clock that stands still, a claim."""

from __future__ import annotations

import html

from bot.deciding import Approve, Ask, Claim
from tests.rigs.desk import Desk, served, signed_in
from tests.rigs.house import House
from tests.rigs.stages import STAGED


async def stage_of(desk: Desk, request_id: str) -> tuple[int, list[str]]:
    found = await desk.house.store.request(request_id)
    assert found is not None
    return found.stage, [actor.id for actor in found.signatures]


async def ordered(house: House) -> str:
    return (await house.propose(90, tool="order_goods")).request.id


async def test_two_stages_and_a_signature_taken_back_out_of_the_first() -> None:
    async with served(policy=STAGED) as desk, signed_in(desk, "lee") as lee, signed_in(desk, "dana") as dana:
        id_ = await ordered(desk.house)
        _, page = await lee.get(f"/desk/requests/{id_}")
        for told in ("Stage 1 of 2", "Check the delivery note.", ">Sign</button>", "0 of 2"):
            assert told in page, told
        assert "Take my signature back" not in page
        for who in (lee, dana):
            status, _, _ = await who.post(f"/desk/requests/{id_}/approve")
            assert status == 303
        assert await stage_of(desk, id_) == (1, ["lee", "dana"])
        _, page = await lee.get(f"/desk/requests/{id_}")
        for told in ("Stage 2 of 2", "Check the budget.", "signed by Lee, Dana", "Take my signature back"):
            assert told in page, told
        status, _, _ = await lee.post(f"/desk/requests/{id_}/withdraw", note="The wrong order")
        assert status == 303
        assert await stage_of(desk, id_) == (0, ["dana"])
        status, _, _ = await lee.post(f"/desk/requests/{id_}/withdraw", note="The wrong order")
        assert status == 303  # the same click again
        assert await stage_of(desk, id_) == (0, ["dana"])
        _, page = await dana.get(f"/desk/requests/{id_}")
        assert "sent it back to stage 1 of 2: Supervisor" in page
        assert "1 of 2: Dana" in page


async def test_nothing_of_somebody_elses_can_be_taken_back() -> None:
    async with served(policy=STAGED) as desk, signed_in(desk, "dana") as dana:
        id_ = await ordered(desk.house)
        request = await desk.house.store.request(id_)
        assert request is not None
        await desk.house.say(request, Approve(), "lee")
        status, page, _ = await dana.post(f"/desk/requests/{id_}/withdraw", note="Mine?")
        assert status == 409
        assert "You have not signed it." in page
        assert "Mine?" in page
        status, page, _ = await dana.post(f"/desk/requests/{id_}/withdraw", note="x" * 4001)
        assert status in {409, 422}
        assert await stage_of(desk, id_) == (0, ["lee"])


async def test_limits_stopped_clocks_and_claims_are_told() -> None:
    async with served(policy=STAGED) as desk, signed_in(desk, "dana") as dana:
        large = await desk.house.held(800)
        await desk.house.say(large, Approve(), "lee")
        _, page = await dana.get(f"/desk/requests/{large.id}")
        assert "1 of 2: Lee; the other has to be of somebody whose limit covers 800.00 USD" in html.unescape(page)
        assert "<dt>May decide</dt><dd>Dana, Omar</dd>" in page, "not those who have signed it"
        await desk.house.say(large, Claim(), "dana")
        await desk.house.say(large, Ask("Which order?"), "dana")
        _, page = await dana.get(f"/desk/requests/{large.id}")
        assert "Stands still" in page
        assert "until the agent answers; it waits until" in page
        assert "Promised by" not in page
        assert ", until <time" in page
