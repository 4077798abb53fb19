"""What the desk answers: summaries, who may sign, why it was held, and one request by its id."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.answering import Answering, csv_of, headline, told
from bot.deciding import Approve
from tests.rigs.desk import Desk, served, signed_in, words_of
from tests.rigs.hostile import HOSTILE, hostile_request
from tests.rigs.house import POLICY
from tests.rigs.week import Week


async def test_a_summary_has_the_words_and_figures_of_every_surface() -> None:
    async with served(policy=POLICY) as desk:
        week = Week(desk.house)
        await week.before()
        await week.now()
        async with signed_in(desk, "vera") as vera:
            status, page = await vera.get("/desk/summary")
        shown = words_of(page)
        answering = Answering(desk.house.store, desk.house.clock, lambda: desk.house.policy)
        summary = await answering.summary()
        assert status == 200
        assert headline(summary) in shown
        assert len(told(summary)) == 8
        for one in told(summary):
            assert one.title in shown
            for line in one.lines:
                assert line in shown
            for name, value in one.columns:
                assert f"{name} {value}" in shown
            for row in one.bars:
                assert re.search(rf"{row.label} {row.count} ▇+", shown)
        for late in summary.figures.latest:
            assert f'href="/desk/requests/{late.request_id}"' in page


async def test_every_figure_can_be_taken_along_as_of_any_instant() -> None:
    async with served(policy=POLICY) as desk:
        week = Week(desk.house)
        await week.before()
        await week.now()
        at = desk.house.clock.now()
        answering = Answering(desk.house.store, desk.house.clock, lambda: desk.house.policy)
        async with signed_in(desk, "vera") as vera:
            _, page = await vera.get("/desk/summary?owner=refunds&period=week")
            assert 'href="/desk/summary.csv?owner=refunds&amp;period=week"' in page
            query = urlencode({"owner": "refunds", "period": "week", "at": at.isoformat()})
            desk.house.clock.move(hours=3)
            status, sheet = await vera.get(f"/desk/summary.csv?{query}")
            assert (status, sheet) == (200, csv_of(await answering.summary("refunds", "week", at)))
            for wrong in ("soon", "2026-03-09T12:00", "2999-01-01T00:00+00:00"):
                status, page = await vera.get(f"/desk/summary.csv?{urlencode({'at': wrong})}")
                assert status in {400, 422}
                assert "no time that has been" in words_of(page)


async def test_bars_are_drawn_for_the_eye_and_told_as_a_table(desk: Desk) -> None:
    await desk.refund()
    desk.house.clock.move(minutes=1)
    async with signed_in(desk, "dana") as dana:
        _, page = await dana.get("/desk/summary?period=today")
    assert '<th scope="row" dir="auto">Waiting</th><td class="count">1</td>' in page
    drawn = re.findall(r"<td[^>]*>▇+", page)
    assert drawn
    assert all('aria-hidden="true"' in cell for cell in drawn)


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("", "All owners, the last 7 days"),
        ("?period=today", "All owners, today"),
        ("?period=month&owner=refunds", "Refunds, the last 30 days"),
        ("?period=24h", "All owners, the last 24 hours"),
        ("?from=2026-03-01&to=2026-03-02", "All owners, 1 Mar 2026 to 2 Mar 2026"),
        ("?from=2026-03-01", "All owners, 1 Mar 2026"),
        ("?owner=nobody", "All owners, the last 7 days"),
    ],
)
async def test_a_summary_is_of_the_team_and_time_that_were_chosen(desk: Desk, query: str, title: str) -> None:
    async with signed_in(desk, "dana") as dana:
        status, page = await dana.get(f"/desk/summary{query}")
    assert status == 200
    assert f'<h1 dir="auto">{title}</h1>' in page
    assert "Nothing happened in this time" in page


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("?period=soon", "is no period or day"),
        ("?from=2026-03-02&to=2026-03-01", "ends before it begins"),
        ("?from=2027-03-02", "lies in the future"),
        ("?period=%3Cscript%3E", "&lt;script&gt;"),
    ],
)
async def test_a_time_that_is_none_is_refused_with_what_to_write(desk: Desk, query: str, problem: str) -> None:
    async with signed_in(desk, "dana") as dana:
        status, page = await dana.get(f"/desk/summary{query}")
    assert status == 422
    assert problem in page
    assert "The period " in page
    assert "<script>" not in page


async def test_who_answers_and_who_may_sign_stands_on_one_page(desk: Desk) -> None:
    async with signed_in(desk, "lee") as lee:
        status, page = await lee.get("/desk/who")
    policy, shown = desk.house.policy, words_of(page)
    assert status == 200
    for owner in policy.owners.values():
        assert f"{owner.title} Accountable {policy.people[owner.accountable].name}" in shown
        assert f"Risk owner {policy.people[owner.risk_owner].name}" in shown
    assert "Lee Park, up to 500.00 USD" in shown
    assert "Refund a customer" in shown
    mine, _, others = shown.partition("The others")
    assert all((owner.title in mine) == (owner in policy.owners_of("lee")) for owner in policy.owners.values())
    assert others


async def test_a_request_is_explained_to_those_who_may_see_it(desk: Desk) -> None:
    request = await desk.refund(mismatches=["device"])
    async with signed_in(desk, "dana") as dana:
        _, card = await dana.get(f"/desk/requests/{request.id}")
        status, page = await dana.get(f"/desk/requests/{request.id}/explain")
    shown = words_of(page)
    assert f'href="/desk/requests/{request.id}/explain"' in card
    assert status == 200
    assert "it runs only if a named human signs it" in shown
    for reason in request.assessment.verdict.reasons:
        assert " ".join(reason.text.split()).lower() in shown.lower()
    assert "Of the customer's day 1 action, 120.00 USD" in shown
    assert request.assessment.verdict.policy_version in shown
    stranger = next(one for one in desk.house.policy.people if one not in _seeing(desk))
    async with signed_in(desk, stranger) as other:
        assert (await other.get(f"/desk/requests/{request.id}/explain"))[0] == 403


def _seeing(desk: Desk) -> set[str]:
    owner = desk.house.policy.owners["refunds"]
    return {*owner.approvers, owner.accountable, owner.risk_owner, *(who for s in owner.sla.escalate for who in s.to)}


@pytest.mark.parametrize("kind", ["script", "rtl", "control"])
async def test_what_an_agent_wrote_is_inert_where_it_is_explained(desk: Desk, kind: str) -> None:
    request = await hostile_request(desk, HOSTILE[kind])
    async with signed_in(desk, "dana") as dana:
        status, page = await dana.get(f"/desk/requests/{request.id}/explain")
    assert status == 200
    assert "<img" not in page
    assert page.count("<script") == 1


async def test_an_explanation_goes_on_after_the_decision(desk: Desk) -> None:
    request = await desk.refund()
    await desk.house.say(request, Approve(), "lee")
    async with signed_in(desk, "lee") as lee:
        status, page = await lee.get(f"/desk/requests/{request.id}/explain")
    assert (status, "Why it was held" in page) == (200, True)


async def test_one_request_is_found_by_a_part_of_its_id(desk: Desk) -> None:
    request = await desk.refund()
    async with signed_in(desk, "dana") as dana:
        assert 'action="/desk/find"' in (await dana.get("/desk/"))[1]
        for typed in (request.id, request.id[-8:], f" {request.id[:13].upper()}"):
            async with dana.http.get(f"{desk.url}/desk/find", params={"id": typed}, allow_redirects=False) as found:
                assert (found.status, found.headers["Location"]) == (303, f"/desk/requests/{request.id}")
        status, page = await dana.get("/desk/find?id=12")
        assert (status, "6 or more" in page) == (404, True)
        status, page = await dana.get("/desk/find?id=ffffffffffff")
        assert (status, "There is no such request" in page) == (404, True)


async def test_nobody_finds_what_is_not_theirs_to_see(desk: Desk) -> None:
    request = await desk.refund()
    stranger = next(one for one in desk.house.policy.people if one not in _seeing(desk))
    async with signed_in(desk, stranger) as other:
        assert (await other.get(f"/desk/find?id={request.id}"))[0] == 404


@pytest.mark.parametrize("path", ["/desk/summary", "/desk/who", "/desk/find?id=123456", "/desk/requests/x/explain"])
async def test_a_stranger_is_answered_nothing(desk: Desk, path: str) -> None:

    async with aiohttp.ClientSession() as http, http.get(desk.url + path, allow_redirects=False) as response:
        assert response.status == 401
