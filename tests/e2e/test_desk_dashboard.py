"""The dashboard: figures against the time before, pictures by themselves, what is overdue, and nothing of nothing."""

from __future__ import annotations

import re

import aiohttp

from bot.answering import Answering, headline
from bot.answering.boards import plates_of, tiles_of
from tests.e2e.test_desk_feedback import rejected
from tests.rigs.desk import served, signed_in, words_of
from tests.rigs.house import POLICY
from tests.rigs.week import Week


async def test_it_has_every_figure_as_text_and_its_pictures() -> None:
    async with served(policy=POLICY) as desk:
        house = desk.house
        week = Week(house)
        await week.before()
        await week.now()
        async with signed_in(desk, "vera") as vera:
            _, page = await vera.get("/desk/dashboard?owner=refunds")
            summary = await Answering(house.store, house.clock, lambda: house.policy).summary("refunds")
            shown = words_of(page)
            assert headline(summary) in shown
            for tile in tiles_of(summary):
                assert f"{tile.title} {tile.text}" in shown
            for plate in plates_of(summary):
                assert plate.title in shown
                for entry in plate.entries:
                    assert f"{entry.label} {entry.text}" in shown
            pictures = re.findall(r'(?:src|srcset)="(/desk/pictures/[^"]+)"', page)
            assert len(pictures) == 2 * len(plates_of(summary))
            for address in (pictures[0], pictures[-1]):
                async with vera.http.get(desk.url + address) as response:
                    assert response.status == 200
                    assert response.content_type == "image/svg+xml"
                    assert (await response.text()).startswith("<?xml")
            for wrong in (pictures[0].replace("0-", "99-"), f"/desk/pictures/{'0' * 32}/0-light.svg"):
                status, _ = await vera.get(wrong)
                assert status == 404
        async with aiohttp.ClientSession() as nobody, nobody.get(desk.url + pictures[0]) as response:
            assert response.status == 401


async def test_nothing_is_said_of_nothing_and_what_is_overdue_is() -> None:
    async with served(policy=POLICY) as desk:
        async with signed_in(desk, "rosa") as rosa:
            _, page = await rosa.get("/desk/dashboard")
            assert "Nothing happened in this time" in words_of(page)
            assert "<picture>" not in page
            status, page = await rosa.get("/desk/dashboard?period=soon")
            assert status == 422
            assert "The period" in words_of(page)
        await rejected(desk)
        desk.house.clock.move(days=60)
        async with signed_in(desk, "rosa") as rosa:
            _, page = await rosa.get("/desk/dashboard?owner=refunds")
        assert "1 feedback item is overdue" in words_of(page)
