"""The desk over HTTP without a browser: who gets in, what is refused, and who was first."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter
from datetime import timedelta
from html import unescape
from typing import Any

import aiohttp
import pytest

from adapters.desk import live
from bot.deciding import Approve
from bot.domain.events import event_of
from bot.domain.lessons import Lesson
from bot.domain.requests import DecisionKind, GrantStatus, Request
from tests.rigs.desk import Browserless, Desk, served, signed_in


def words_of(page: str) -> str:
    """A page as text on one line."""
    body = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


async def decided(desk: Desk, request: Request) -> DecisionKind | None:
    found = await desk.house.store.request(request.id)
    assert found is not None
    return None if found.decision is None else found.decision.kind


async def facts(desk: Desk) -> list[str]:
    records = await desk.house.store.events("ledger:desk")
    return [getattr(event_of(record), "what", "") for record in records]


# --- coming in ------------------------------------------------------------------------------------------------------


async def test_opening_a_link_uses_nothing_up_and_its_button_works_once(desk: Desk) -> None:
    path = (await desk.link("dana")).url.removeprefix(desk.url)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        someone = Browserless(http, desk.url)
        for _ in range(3):
            status, page = await someone.get(path)
            assert (status, "Sign in as Dana Ortiz" in page) == (200, True)
        assert (await someone.get("/desk/"))[0] == 401
        assert (await someone.post(path))[0] == 303
        assert (await someone.get("/desk/"))[0] == 200
        status, page, _ = await someone.post(path)
        assert status == 410
        assert "signoff desk link" in page
        assert (await someone.get(path))[0] == 410
    assert await facts(desk) == ["desk.link_given", "desk.signed_in"]


async def test_a_link_lasts_fifteen_minutes(desk: Desk) -> None:
    path = (await desk.link("dana")).url.removeprefix(desk.url)
    desk.house.clock.move(minutes=15)
    async with aiohttp.ClientSession() as http:
        assert (await Browserless(http, desk.url).post(path))[0] == 410


async def test_the_record_of_a_sign_in_holds_neither_link_nor_address(desk: Desk) -> None:
    link = await desk.link("dana")
    async with signed_in(desk, "dana"):
        records = await desk.house.store.events("ledger:desk")
        kept = b"".join(record.payload or b"" for record in records)
    assert b"dana" in kept
    assert b"acme.test" not in kept
    assert link.url.rpartition("/")[2].encode() not in kept


async def test_a_session_ends_after_twelve_hours_and_at_signing_out(desk: Desk) -> None:
    async with signed_in(desk, "dana") as dana:
        assert (await dana.post("/desk/out"))[0] == 200
        status, page = await dana.get("/desk/")
        assert (status, "signoff desk link" in page) == (401, True)
    async with signed_in(desk, "dana") as dana:
        desk.house.clock.move(hours=12)
        assert (await dana.get("/desk/"))[0] == 401
    assert (await facts(desk))[:3] == ["desk.link_given", "desk.signed_in", "desk.signed_out"]


async def test_who_left_the_policy_is_signed_out(desk: Desk) -> None:
    async with signed_in(desk, "dana") as dana:
        del desk.house.policy.emails["dana@acme.test"]
        assert (await dana.get("/desk/"))[0] == 401


@pytest.mark.parametrize(
    "path", ["/desk/", "/desk/decided", "/desk/events", "/desk/requests/x", "/desk/requests/x/edit", "/desk/nothing"]
)
async def test_nothing_is_shown_to_a_stranger(desk: Desk, path: str) -> None:
    request = await desk.refund()
    async with aiohttp.ClientSession() as http:
        status, page = await Browserless(http, desk.url).get(path.replace("x", request.id))
    assert status == 401
    assert "cust_42" not in page


async def test_the_cookie_is_out_of_reach(desk: Desk) -> None:
    form: Any = {"data": {"go": "yes"}, "allow_redirects": False}
    link, headers = (await desk.link("dana")).url, {"Origin": desk.url}
    async with aiohttp.ClientSession() as http, http.post(link, headers=headers, **form) as response:
        cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    async with served(public_url="https://signoff.test") as secure, aiohttp.ClientSession() as http:
        path = (await secure.link("dana")).url
        headers = {"Origin": "https://signoff.test"}
        async with http.post(path, headers=headers, **form) as response:
            cookie = response.headers["Set-Cookie"]
            assert response.headers["Strict-Transport-Security"]
    assert cookie.startswith("__Host-signoff=")
    assert "Secure" in cookie


@pytest.mark.parametrize(
    "path", ["/desk/", "/desk/decided", "/desk/nothing", "/desk/static/desk.css", "/desk/in/wrong"]
)
async def test_every_answer_carries_the_headers(desk: Desk, path: str) -> None:
    async with signed_in(desk, "dana") as dana, dana.http.get(desk.url + path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert ("no-store" in response.headers["Cache-Control"]) is ("static" not in path)
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


# --- forms ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"csrf": ""}, None),
        ({"csrf": "wrong"}, None),
        ({"csrf": "\u2603"}, None),
        ({}, {"Origin": "https://evil.test"}),
        ({}, {"Origin": "null"}),
        ({}, {}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
        ({}, {"Sec-Fetch-Site": "same-site"}),
    ],
)
async def test_a_form_from_elsewhere_does_nothing(desk: Desk, fields: Any, headers: Any) -> None:
    request = await desk.refund()
    async with signed_in(desk, "dana") as dana:
        if headers and "Origin" not in headers:
            headers = {**headers, "Origin": desk.url}
        status, _, _ = await dana.post(f"/desk/requests/{request.id}/approve", headers=headers, **fields)
    assert status == 403
    assert await decided(desk, request) is None


async def test_a_sign_in_from_elsewhere_does_nothing(desk: Desk) -> None:
    path = (await desk.link("dana")).url.removeprefix(desk.url)
    async with aiohttp.ClientSession() as http:
        someone = Browserless(http, desk.url)
        assert (await someone.post(path, headers={"Origin": "https://evil.test"}))[0] == 403
        assert (await someone.post(path))[0] == 303


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"csrf=a&csrf=b", "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"note=%ff", "application/x-www-form-urlencoded", 400),
        (b"note=%ed%a0%80", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"f%d=x" % number for number in range(600)), "application/x-www-form-urlencoded", 400),
        (b"a=b", "application/x-www-form-urlencoded; charset=nonsense", 403),
        (b"--x--", "multipart/form-data; boundary=x", 400),
        (b"{}", "application/json", 400),
        (b"note=" + b"x" * 300_000, "application/x-www-form-urlencoded", 413),
    ],
)
async def test_a_malformed_form_is_refused_with_a_page(desk: Desk, body: bytes, kind: str, status: int) -> None:
    request = await desk.refund()
    async with signed_in(desk, "dana") as dana:
        headers = {"Content-Type": kind, "Origin": desk.url}
        url = f"{desk.url}/desk/requests/{request.id}/approve"
        async with dana.http.post(url, data=body, headers=headers) as response:
            assert (response.status, "<h1>" in await response.text()) == (status, True)
    assert await decided(desk, request) is None


# --- deciding -------------------------------------------------------------------------------------------------------


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
        assert await decided(desk, request) is None
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
        assert await decided(desk, request) is None
        assert (await dana.post(f"/desk/requests/{request.id}/approve", note="seen", confirmed="yes"))[0] == 303
    assert await decided(desk, request) is DecisionKind.APPROVED


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
        assert await decided(desk, request) is None
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
        assert await decided(desk, request) is None
        assert "1 of 2: Dana Ortiz" in words_of((await june.get(address))[1])
        assert (await june.post(f"{address}/approve", confirmed="yes"))[0] == 303
    assert await decided(desk, request) is DecisionKind.APPROVED


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
    assert await decided(desk, request) is None


async def test_of_64_at_once_one_wins_and_63_see_who_and_when(desk: Desk) -> None:
    request = await desk.refund()
    async with signed_in(desk, "dana") as dana, signed_in(desk, "lee") as lee:
        address = f"/desk/requests/{request.id}"
        form = {"reason_code": "wrong_amount", "note": "no"}
        answers = await asyncio.gather(
            *(dana.post(f"{address}/approve", confirmed="yes") for _ in range(32)),
            *(lee.post(f"{address}/reject", **form) for _ in range(32)),
        )
        found = await desk.house.store.request(request.id)
        assert found is not None
        assert found.decision is not None
        winner, loser = ("Dana Ortiz", 32) if found.decision.by.id == "dana" else ("Lee Park", 0)
        records = await desk.house.store.events(f"request:{request.id}")
        assert Counter(record.type for record in records) == {"request.opened": 1, "request.decided": 1}
        assert Counter(status for status, _, _ in answers) == {303: 32, 409: 32}
        for status, page, _ in answers[loser : loser + 32]:
            assert status == 409
            assert f"by {winner} before your click" in words_of(page)
            assert '<dt>When</dt><dd><time datetime="2026-03-02T15:00:00Z"' in page


async def test_64_people_decide_one_request(desk: Desk) -> None:
    people = "\n".join(f"  p{number}: {{email: p{number}@acme.test, name: Person {number}}}" for number in range(64))
    policy = (
        f"version: 1\ntimezone: UTC\ncurrency: USD\npeople:\n{people}\n"
        f"groups:\n  all: {{members: [{', '.join(f'p{number}' for number in range(64))}]}}\n"
        "owners:\n  refunds: {title: Refunds, accountable: p0, risk_owner: p1, channels: {}, approvers: [all]}\n"
        "actions:\n  refund: {title: Refund, class: money, level: commit, owner: refunds, tools: [issue_refund],\n"
        "           amount: arguments.amount}\n"
    )
    async with served(policy=policy) as crowd:
        request = await crowd.propose("issue_refund", {"amount": 5}, customer="c")
        async with contextlib.AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(signed_in(crowd, f"p{number}")) for number in range(64)]
            address = f"/desk/requests/{request.id}/approve"
            answers = await asyncio.gather(*(client.post(address, confirmed="yes") for client in clients))
        found = await crowd.house.store.request(request.id)
        assert found is not None
        assert found.decision is not None
        first = crowd.house.person(found.decision.by.id).name
        assert Counter(status for status, _, _ in answers) == {303: 1, 409: 63}
        assert all(
            f"by {first} before" in page and "2026-03-02T15:00:00Z" in page
            for status, page, _ in answers
            if status == 409
        )


# --- lists ----------------------------------------------------------------------------------------------------------


def titles(page: str) -> list[str]:
    return [unescape(title) for title in re.findall(r"<h2><a [^>]*>(.*?)</a></h2>", page)]


async def test_the_queue_is_mine_and_the_least_time_left_comes_first(desk: Desk) -> None:
    await desk.refund(100, within="30m", customer="slow")
    await desk.refund(101, within="10m", customer="soon")
    await desk.propose("close_account", {"account_id": "a"}, customer="close", session="s", within="20m")
    await desk.propose("change_phone", {"account_id": "a", "phone": "+4930123456"}, customer="phone", session="s")
    async with signed_in(desk, "lee") as lee, signed_in(desk, "vera") as vera:
        found = titles((await lee.get("/desk/"))[1])
        assert found == [
            "Refund a customer: 101.00 USD for soon",
            "Close an account for close",
            "Refund a customer: 100.00 USD for slow",
        ]
        assert len(titles((await lee.get("/desk/?owner=refunds"))[1])) == 2
        assert titles((await lee.get("/desk/?action=account_close"))[1]) == ["Close an account for close"]
        assert len(titles((await lee.get("/desk/?owner=nonsense&action=%3Cscript%3E&after="))[1])) == 3
        assert titles((await vera.get("/desk/"))[1]) == []
        assert len(titles((await vera.get("/desk/?show=all"))[1])) == 4
        assert "Nothing waits for you" in (await vera.get("/desk/"))[1]


async def test_an_empty_queue_says_what_would_appear(desk: Desk) -> None:
    async with signed_in(desk, "dana") as dana:
        text = words_of((await dana.get("/desk/"))[1])
    assert "When an agent proposes an action that the policy holds, it appears here at once" in text
    assert "/api/aap" in text


async def test_long_lists_have_pages(desk: Desk) -> None:
    for number in range(55):
        await desk.propose("close_account", {"account_id": f"a{number}"}, customer=f"c{number}", session=f"s{number}")
    async with signed_in(desk, "dana") as dana:
        _, page = await dana.get("/desk/")
        first = titles(page)
        further = unescape(re.search(r'href="([^"]*)" rel="next"', page)[1])  # type: ignore[index]  # there is one
        second = titles((await dana.get(further))[1])
        assert (await dana.get("/desk/?after=nonsense"))[0] in {200, 400}
    assert len(first) == 50
    assert len({*first, *second}) == 55


async def test_the_decided_page_filters_by_person_kind_action_and_day(desk: Desk) -> None:
    yesterday = await desk.refund(100, customer="yesterday")
    await desk.house.say(yesterday, Approve(), "dana")
    desk.house.clock.move(days=1)
    today = await desk.refund(101, customer="today")
    async with signed_in(desk, "lee") as lee:
        await lee.post(f"/desk/requests/{today.id}/reject", reason_code="wrong_amount", note="no")
        assert len(titles((await lee.get("/desk/decided"))[1])) == 2
        assert titles((await lee.get("/desk/decided?by=dana"))[1]) == ["Refund a customer: 100.00 USD for yesterday"]
        assert titles((await lee.get("/desk/decided?kind=rejected"))[1]) == ["Refund a customer: 101.00 USD for today"]
        assert titles((await lee.get("/desk/decided?by=lee&day=today"))[1]) == [
            "Refund a customer: 101.00 USD for today"
        ]
        assert titles((await lee.get("/desk/decided?by=dana&day=today"))[1]) == []
        assert titles((await lee.get("/desk/decided?action=fee_waiver"))[1]) == []


# --- live -----------------------------------------------------------------------------------------------------------


async def next_event(response: aiohttp.ClientResponse) -> tuple[str, str]:
    async with asyncio.timeout(10):
        name = ""
        while True:
            line = (await response.content.readline()).decode().rstrip("\n")
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            if line.startswith("data: "):
                return name, line.removeprefix("data: ")


async def test_open_pages_hear_of_what_they_may_see(desk: Desk) -> None:
    async with signed_in(desk, "dana") as dana, dana.http.get(f"{desk.url}/desk/events") as response:
        assert response.content_type == "text/event-stream"
        assert (await next_event(response))[0] == "hello"
        request = await desk.refund()
        assert await next_event(response) == ("changed", request.id)


async def test_a_stranger_to_a_request_does_not_hear_of_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async with signed_in(desk, "amir") as amir, amir.http.get(f"{desk.url}/desk/events") as response:
        assert (await next_event(response))[0] == "hello"
        await desk.refund()
        async with asyncio.timeout(10):
            while (line := await response.content.readline()) != b": nothing of yours\n":
                assert b"data" not in line


async def test_streams_send_heartbeats_and_end_with_their_session(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    async with signed_in(desk, "dana") as dana, dana.http.get(f"{desk.url}/desk/events") as response:
        async with asyncio.timeout(10):
            while await response.content.readline() != b": still here\n":
                pass
        desk.house.clock.at += timedelta(hours=12)
        assert (await next_event(response))[0] == "bye"
        assert await response.content.read() == b"\n"


async def test_streams_end_when_the_server_stops() -> None:
    async with served() as desk:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as http:
            await http.post((await desk.link("dana")).url, data={"go": "yes"}, headers={"Origin": desk.url})
            response = await http.get(f"{desk.url}/desk/events")
            assert (await next_event(response))[0] == "hello"
            ending = asyncio.create_task(response.content.read())
            await desk.stop()
            async with asyncio.timeout(10):
                await ending
