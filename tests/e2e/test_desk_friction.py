"""Friction on the desk: each signal with its definition; what is for a risk owner's eyes to them alone."""

from __future__ import annotations

import pytest

from bot.friction import Frictions, told
from tests.rigs.desk import served, signed_in, words_of
from tests.rigs.house import POLICY
from tests.rigs.quick_hands import approve_in_seconds

MARK = "For you alone"


async def test_the_page_says_what_every_surface_says_and_to_a_risk_owner_more() -> None:
    async with served(policy=POLICY) as desk:
        house = desk.house
        async with signed_in(desk, "vera") as vera:
            _, empty = await vera.get("/desk/friction")
        assert "Nothing happened in this time" in empty
        await approve_in_seconds(house)
        async with signed_in(desk, "vera") as vera:
            status, page = await vera.get("/desk/friction?owner=refunds")
        assert status == 200
        assert MARK not in page
        measured = await Frictions(house.store, house.clock, lambda: house.policy).measured("refunds")
        shown = words_of(page)
        for one in told(measured.friction):
            assert one.title in shown
            for line in one.lines:
                assert line in shown
        async with signed_in(desk, "rosa") as rosa:
            for address in ("/desk/friction?owner=refunds", "/desk/friction"):
                _, page = await rosa.get(address)
                assert MARK in page
                assert "a hint to look, not a finding" in page
            _, sheet = await rosa.get("/desk/friction.csv?owner=refunds")
        assert sheet.startswith("section,figure,name")
        assert "For the risk owner" not in sheet


@pytest.mark.parametrize("query", ["?period=60d", "?period=%3Cscript%3E"])
async def test_a_time_that_is_none_is_refused_with_what_to_write(query: str) -> None:
    async with served(policy=POLICY) as desk, signed_in(desk, "dana") as dana:
        status, page = await dana.get(f"/desk/friction{query}")
    assert status == 422
    assert "The period " in page
    assert "<script>" not in page.replace("<script type", "")
