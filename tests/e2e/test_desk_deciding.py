"""The desk over HTTP: what a reviewer does there, and what is refused."""

from __future__ import annotations

import asyncio
import re
from html import unescape

from bot.deciding import Approve
from bot.domain.lessons import Lesson
from bot.domain.requests import DecisionKind, GrantStatus
from tests.rigs.desk import Desk, signed_in, words_of


async def test_a_waiting_agent_hears_an_approval(desk: Desk) -> None:
    request = await desk.refund()
    answer = asyncio.create_task(desk.answer(request))
    async with signed_in(desk, "dana") as dana:
        status, _, location = await dana.post(f"/desk/requests/{request.id}/approve", confirmed="yes", note=" fine ")
        assert (status, location) == (303, f"/desk/requests/{request.id}")
        page = words_of((await dana.get(location))[1])
    found = await answer
    assert found.decision is not None
    assert (found.decision.kind, found.decision.note, found.decision.by.surface) == (
        DecisionKind.APPROVED,
        "fine",
        "desk",
    )
    assert "Dana Ortiz (you), desk" in page
    assert "Waits for the agent to run it" in page


async def test_a_second_click_of_the_same_person_shows_the_same_outcome(desk: Desk) -> None:
    request = await desk.refund()
    async with signed_in(desk, "dana") as dana:
        for _ in range(2):
            status, _, location = await dana.post(f"/desk/requests/{request.id}/approve", confirmed="yes")
            assert (status, location) == (303, f"/desk/requests/{request.id}")
        status, page, _ = await dana.post(
            f"/desk/requests/{request.id}/reject", reason_code="wrong_amount", note="no, wait"
        )
    assert status == 409
    assert "no, wait" in page


async def test_who_comes_second_is_told_who_was_first_and_loses_nothing(desk: Desk) -> None:
    request = await desk.refund()
    async with signed_in(desk, "dana") as dana, signed_in(desk, "lee") as lee:
        await dana.post(f"/desk/requests/{request.id}/reject", reason_code="wrong_amount", note="Half of it")
        status, page, _ = await lee.post(
            f"/desk/requests/{request.id}/reject", reason_code="not_eligible", note="My <careful> note"
        )
    text = words_of(page)
    assert status == 409
    assert "It was rejected by Dana Ortiz before your click" in text
    assert "My <careful> note" in text
    assert "<careful>" not in page


async def test_an_expired_request_says_so_before_any_sweep(desk: Desk) -> None:
    request = await desk.refund(within="5m")
    desk.house.clock.move(minutes=5)
    async with signed_in(desk, "dana") as dana:
        status, page, _ = await dana.post(f"/desk/requests/{request.id}/approve", confirmed="yes")
        assert (status, "Expired, not run" in page) == (409, True)
        assert "cust_42" not in (await dana.get("/desk/"))[1]


async def test_a_rejection_needs_its_reason_and_note_and_keeps_what_was_typed(desk: Desk) -> None:
    request = await desk.refund()
    address = f"/desk/requests/{request.id}/reject"
    async with signed_in(desk, "dana") as dana:
        status, page, _ = await dana.post(address, reason_code="", note="Too much", lesson="threshold")
        assert (status, "Too much</textarea>" in page) == (422, True)
        status, page, _ = await dana.post(address, reason_code="wrong_amount", note="  ")
        assert (status, 'value="wrong_amount" selected' in page) == (422, True)
        status, page, _ = await dana.post(address, reason_code="wrong_amount", note="x", lesson="nonsense")
        assert status == 422
        assert await desk.decided(request) is None
        status, _, _ = await dana.post(address, reason_code="wrong_amount", note="Too much", lesson="threshold")
    found = await desk.house.store.request(request.id)
    assert found is not None
    assert found.decision is not None
    assert (status, found.decision.reason_code, found.decision.note) == (303, "wrong_amount", "Too much")
    assert found.decision.lesson is Lesson.THRESHOLD


async def test_high_class_is_asked_once_more(desk: Desk) -> None:
    request = await desk.propose(
        "change_phone",
        {"account_id": "a", "phone": "+4930123456", "verified_by": "passport"},
        customer="c",
        session="s",
    )
    assert request.routing.high_class
    async with signed_in(desk, "dana") as dana:
        status, page, _ = await dana.post(f"/desk/requests/{request.id}/approve", note="seen")
        assert (status, "Approve this?" in page, 'name="note" value="seen"' in page) == (200, True, True)
        assert "+4930123456" not in page
        assert await desk.decided(request) is None
        assert (await dana.post(f"/desk/requests/{request.id}/approve", note="seen", confirmed="yes"))[0] == 303
    assert await desk.decided(request) is DecisionKind.APPROVED


async def test_an_edit_is_checked_shown_and_signed(desk: Desk) -> None:
    request = await desk.refund()
    answer = asyncio.create_task(desk.answer(request))
    address = f"/desk/requests/{request.id}/edit"
    async with signed_in(desk, "dana") as dana:
        status, page = await dana.get(address)
        assert (status, 'name="arg.amount"' in page, 'name="arg.order_id"' in page) == (200, True, False)
        wrong = {"arg.amount": "eighty", "arg.reason": "Later", "note": "kept"}
        status, page, _ = await dana.post(address, **wrong)
        assert (status, 'value="eighty"' in page, "Later</textarea>" in page, "kept</textarea>" in page) == (
            422,
            True,
            True,
            True,
        )
        status, page, _ = await dana.post(address, **{"arg.amount": "2000.01"})
        assert (status, "is above 2000" in page) == (422, True)
        status, page, _ = await dana.post(address, **{"arg.amount": "120", "arg.reason": "Late"})
        assert (status, "nothing was changed" in page) == (422, True)
        edit = {
            "arg.amount": "80.5",
            "arg.reason": "Late\r\nin part",
            "arg.method": "",
            "note": "Half",
            "lesson": "knowledge_fix",
        }
        status, page, _ = await dana.post(address, **edit)
        assert status == 200
        assert (
            "Argument Proposed You sign Order A-1001 A-1001 Amount 120.00 USD 80.50 USD Reason Late Late in part"
            in words_of(page)
        )
        assert await desk.decided(request) is None
        status, page, _ = await dana.post(address, **edit, step="back")
        assert (status, 'value="80.5"' in page) == (200, True)
        for _ in range(2):
            assert (await dana.post(address, **edit, step="sign"))[0] == 303
    found = await answer
    assert found.decision is not None
    assert found.decision.kind is DecisionKind.APPROVED_WITH_EDITS
    assert found.decision.arguments == {"order_id": "A-1001", "amount": 80.5, "reason": "Late\nin part"}
    assert found.decision.lesson is Lesson.KNOWLEDGE_FIX


async def test_what_nobody_touched_stays_exactly_as_it_was(desk: Desk) -> None:
    request = await desk.propose(
        "issue_refund",
        {"order_id": "A-1001", "amount": "120.10", "reason": "  two\r\nlines  \n", "method": "cash"},
        customer="c", session="s",
    )  # fmt: skip
    async with signed_in(desk, "dana") as dana:
        _, page = await dana.get(f"/desk/requests/{request.id}/edit")
        reason = unescape(re.search(r'name="arg\.reason".*?>\n(.*?)</textarea>', page, re.DOTALL)[1])  # type: ignore[index]  # there is one
        typed = {"arg.amount": "100.10", "arg.reason": reason.replace("\n", "\r\n"), "arg.method": "original"}
        assert (await dana.post(f"/desk/requests/{request.id}/edit", **typed, step="sign"))[0] == 303
    found = await desk.house.store.request(request.id)
    assert found is not None
    assert found.arguments == {
        "order_id": "A-1001",
        "amount": "100.10",
        "reason": "  two\r\nlines  \n",
        "method": "original",
    }


async def test_an_edit_above_ones_limit_is_refused_before_it_is_shown(desk: Desk) -> None:
    request = await desk.refund()
    async with signed_in(desk, "lee") as lee:
        status, page, _ = await lee.post(f"/desk/requests/{request.id}/edit", **{"arg.amount": "620"})
    assert status == 403
    assert "above your limit of 500 USD" in page
    assert 'value="620"' in page


async def test_an_edit_that_came_second_keeps_what_was_typed(desk: Desk) -> None:
    request = await desk.refund()
    async with signed_in(desk, "lee") as lee:
        await desk.house.say(request, Approve(), "dana")
        status, page, _ = await lee.post(f"/desk/requests/{request.id}/edit", **{"arg.amount": "81"}, step="sign")
    assert status == 409
    assert "It was approved by Dana Ortiz" in words_of(page)
    assert "amount: 81" in page


async def test_claim_ask_reveal_and_revoke(desk: Desk) -> None:
    request = await desk.propose(
        "change_phone",
        {"account_id": "a", "phone": "+4930123456", "verified_by": "passport"},
        customer="c",
        session="s",
    )
    address = f"/desk/requests/{request.id}"
    async with signed_in(desk, "dana") as dana, signed_in(desk, "june") as june:
        assert (await dana.post(f"{address}/claim"))[0] == 303
        assert "Claimed by Dana Ortiz" in (await june.get("/desk/"))[1]
        assert "Take over" in (await june.get(address))[1]
        assert (await dana.post(f"{address}/release"))[0] == 303
        assert (await dana.post(f"{address}/ask", text="  "))[0] == 422
        assert (await dana.post(f"{address}/ask", text="Which branch?"))[0] == 303
        assert "Which branch?" in (await june.get(address))[1]
        assert "+4930123456" not in (await dana.get(address))[1]
        assert (await dana.post(f"{address}/reveal", field="phone"))[0] == 303
        assert "+4930123456" in (await dana.get(address))[1]
        assert "+4930123456" not in (await june.get(address))[1]
        assert "looked at the masked field New number" in (await june.get(address))[1]
        assert (await dana.post(f"{address}/reveal", field="account_id"))[0] == 422
        desk.house.clock.move(minutes=10)
        assert "+4930123456" not in (await dana.get(address))[1]
        assert (await dana.post(f"{address}/approve", confirmed="yes"))[0] == 303
        assert (await june.post(f"{address}/revoke", note=""))[0] == 422
        assert (await june.post(f"{address}/revoke", note="The wrong person"))[0] == 303
        assert (await dana.post(f"{address}/revoke", note="The wrong person"))[0] == 303
    found = await desk.house.store.request(request.id)
    assert found is not None
    assert found.grant is not None
    assert found.grant.status is GrantStatus.REVOKED


async def test_two_signatures_are_two_people(desk: Desk) -> None:
    request = await desk.propose(
        "change_payout",
        {"account_id": "a", "pending_amount": 40, "iban": "DE89370400440532013000", "holder": "K. Ro"},
        customer="c", session="s",
    )  # fmt: skip
    address = f"/desk/requests/{request.id}"
    async with signed_in(desk, "dana") as dana, signed_in(desk, "june") as june:
        for _ in range(2):
            assert (await dana.post(f"{address}/approve", confirmed="yes"))[0] == 303
        assert await desk.decided(request) is None
        assert "1 of 2: Dana Ortiz" in words_of((await june.get(address))[1])
        assert (await june.post(f"{address}/approve", confirmed="yes"))[0] == 303
    assert await desk.decided(request) is DecisionKind.APPROVED


async def test_who_may_not_decide_is_told_who_may(desk: Desk) -> None:
    request = await desk.refund()
    async with signed_in(desk, "amir") as amir:
        for status, page in (
            await amir.get(f"/desk/requests/{request.id}"),
            (await amir.post(f"/desk/requests/{request.id}/approve", confirmed="yes"))[:2],
            (await amir.post(f"/desk/requests/{request.id}/edit", **{"arg.amount": "1"}))[:2],
        ):
            assert status == 403
            assert "It may be decided by Lee Park, Dana Ortiz." in page
            assert "cust_42" not in page
        assert "cust_42" not in (await amir.get("/desk/?show=all"))[1]
        assert (await amir.get("/desk/requests/nothing"))[0] == 404
        assert (await amir.post(f"/desk/requests/{request.id}/destroy"))[0] in {403, 404}
    async with signed_in(desk, "rosa") as rosa:  # the risk owner sees it and can't decide it
        page = words_of((await rosa.get(f"/desk/requests/{request.id}"))[1])
        assert "approve this. Rosa Klein is not among its approvers. Ask Lee Park, Dana Ortiz." in page
        assert (await rosa.post(f"/desk/requests/{request.id}/approve", confirmed="yes"))[0] == 403
    assert await desk.decided(request) is None
