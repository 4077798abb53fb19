"""A queue as it looks on a morning, for pictures and for whoever wants something to look at."""

from __future__ import annotations

from bot.domain.requests import Request
from tests.rigs.desk import Desk

PHONE_CHANGE = {"account_id": "acc_77", "phone": "+4930123456", "verified_by": "passport"}


async def a_mornings_queue(desk: Desk) -> Request:
    """Four requests of four kinds; the refund that the pictures show is returned."""
    request = await desk.propose(
        "issue_refund",
        {
            "order_id": "A-1001",
            "amount": 120,
            "reason": "Parcel arrived nine days late; the customer asked for the whole amount back.",
            "method": "original",
        },
        reasoning="The carrier's scan shows a delivery nine days late. Refund policy 4.2 gives the whole amount back "
        "after seven days. The customer has no earlier refunds.",
        customer="cust_42", customer_name="Kim Ro", session="sess-7", model="model-large-2", build="2026.02.3",
        confidence=0.83, segment="retail", region="US", mismatches=["device"],
        citations=["Refund policy 4.2: late delivery"],
        evidence=["Carrier scan: delivered nine days late", "Order A-1001: 120.00 USD, paid by card"],
        transcript=["It came nine days late and the cake was for Saturday.", "I would like my money back, please."],
    )  # fmt: skip
    await desk.propose(
        "close_account",
        {"account_id": "acc_12", "reason": "Moves abroad", "keep_data": True},
        customer="cust_13",
        session="s3",
    )
    await desk.refund(64.9, customer="cust_51", confidence=0.62)
    desk.house.clock.move(minutes=6)
    await desk.propose("change_phone", PHONE_CHANGE, customer="cust_77", session="s4", confidence=0.9, within="20m")
    desk.house.clock.move(minutes=3)
    return request
