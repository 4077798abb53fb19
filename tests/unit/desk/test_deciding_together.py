"""Several that are alike are chosen in the queue, looked at, and decided together."""

from __future__ import annotations

import re

from bot.deciding import Reject
from tests.rigs.desk import served, signed_in
from tests.rigs.house import POLICY

ROOMY = POLICY.replace("per_customer_day: 1000", "per_customer_day: 100000")


def picks(page: str) -> list[str]:
    return re.findall(r'name="(pick\.[^"]+)"', page)


async def test_chosen_in_the_queue_looked_at_and_approved() -> None:
    async with served(policy=ROOMY) as desk, signed_in(desk, "dana") as dana:
        requests = [await desk.house.held(100 + number) for number in range(3)]
        grave = (await desk.house.propose(None, tool="change_payout", iban="X")).request
        _, queue = await dana.get("/desk/")
        assert sorted(picks(queue)) == sorted(f"pick.{request.id}" for request in requests)
        assert f"pick.{grave.id}" not in queue
        chosen = {f"pick.{request.id}": "on" for request in requests}
        status, page, _ = await dana.post("/desk/bulk", **chosen)
        assert status == 200
        for request in requests:
            assert f"{request.assessment.amount.amount:.2f} USD for cust_1" in page  # type: ignore[union-attr]  # it moves money
        assert (await desk.house.store.request(requests[0].id)).pending  # type: ignore[union-attr]  # it is there
        kind = re.search(r'name="kind" value="([^"]+)"', page)
        assert kind is not None
        sent = chosen | {"kind": kind[1], "decision": "approve", "reason_code": "", "note": ""}
        await desk.house.say(requests[1], Reject("not_eligible", "No."), "omar")
        for _ in range(2):  # the second time changes nothing
            status, told, _ = await dana.post("/desk/bulk", **sent)
            assert status == 200
            assert "2 of 3 were approved by you." in told
            assert "Nothing was done with 1" in told
            assert "rejected by Omar" in told
        types = [record.type for record in await desk.house.store.events(f"request:{requests[0].id}")]
        assert types.count("request.decided") == 1


async def test_a_rejection_needs_its_reason_and_note_and_keeps_what_was_typed() -> None:
    async with served(policy=ROOMY) as desk, signed_in(desk, "dana") as dana:
        requests = [await desk.house.held(100 + number) for number in range(2)]
        sent = {f"pick.{request.id}": "on" for request in requests} | {"kind": "0:refunds:refund", "decision": "reject"}
        status, page, _ = await dana.post("/desk/bulk", **sent, reason_code="wrong_amount", note=" ")
        assert status == 422
        assert "A note is needed to reject" in page
        assert '<option value="wrong_amount" selected>' in page
        status, page, _ = await dana.post("/desk/bulk", **sent, reason_code="", note="Paid already.")
        assert (status, "A reason is needed to reject" in page, "Paid already." in page) == (422, True, True)
        status, page, _ = await dana.post("/desk/bulk", **sent, reason_code="wrong_amount", note="Paid already.")
        assert (status, "All 2 were rejected by you." in page) == (200, True)


async def test_what_is_not_alike_can_not_be_decided_together_and_it_is_said_why() -> None:
    async with served(policy=ROOMY) as desk, signed_in(desk, "dana") as dana:
        refund = await desk.house.held(100)
        grave = (await desk.house.propose(None, tool="change_payout", iban="X")).request
        status, page, _ = await dana.post("/desk/bulk", **{f"pick.{one.id}": "on" for one in (refund, grave)})
        assert status == 422
        assert "is of a high class: each of those is decided by itself" in page
        status, page, _ = await dana.post("/desk/bulk")
        assert (status, "What you chose is nothing yet" in page) == (422, True)
        assert (await dana.get("/desk/bulk"))[0] == 303
