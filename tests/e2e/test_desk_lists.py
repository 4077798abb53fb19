"""The desk over HTTP: the queue and what was decided, in which order and narrowed by what."""

from __future__ import annotations

import re
from html import unescape

from bot.deciding import Approve
from tests.rigs.desk import Desk, signed_in, words_of


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
