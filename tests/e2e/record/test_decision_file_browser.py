"""The file of a decision on the desk, in a real browser: on every shape, and on print."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from bot.deciding import Approve, Ask
from tests.rigs.desk import Desk, served
from tests.rigs.filed import note_policy, sealed
from tests.rigs.house import POLICY
from tests.rigs.reading import Look, Shape, reader, sign_in

HOSTILE = "<script>document.title = 'broken'</script><img src=x onerror=\"document.title='broken'\">"


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with served(policy=POLICY) as desk:
        await note_policy(desk.house)
        yield desk


async def decided(desk: Desk) -> str:
    house = desk.house
    request = await house.held(120, reason=f"{HOSTILE} {'long' * 60}", card="4111 1111")
    await house.say(request, Ask("Which order?"))
    await house.say(request, Approve("Seen."))
    await sealed(house)
    return request.id


async def test_the_file_fits_and_can_be_read(desk: Desk, browser: Browser, shape: Shape, look: Look) -> None:
    id_ = await decided(desk)
    async with reader(browser, **shape.options) as page:
        await sign_in(page, (await desk.link("rosa")).url)
        await page.goto(f"{desk.url}/desk/requests/{id_}")
        await page.get_by_role("link", name="Decision file").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Refund a customer: 120.00 USD")
        await expect(page).to_have_title("Decision file: Refund a customer: 120.00 USD · Signoff")
        await look(page, "desk-file")


async def test_printed_it_is_the_file_alone(desk: Desk, browser: Browser) -> None:
    id_ = await decided(desk)
    async with reader(browser) as page:
        await sign_in(page, (await desk.link("dana")).url)
        await page.goto(f"{desk.url}/desk/requests/{id_}/file")
        await expect(page.get_by_role("link", name="PDF")).to_be_visible()
        await page.emulate_media(media="print")
        await expect(page.get_by_role("link", name="PDF")).to_be_hidden()
        await expect(page.get_by_role("navigation")).to_be_hidden()
        await expect(page.get_by_role("heading", name="How to check this")).to_be_visible()


async def test_a_download_is_a_file_by_its_name(desk: Desk, browser: Browser) -> None:
    id_ = await decided(desk)
    async with reader(browser) as page:
        await sign_in(page, (await desk.link("rosa")).url)
        await page.goto(f"{desk.url}/desk/requests/{id_}/file")
        async with page.expect_download() as begun:
            await page.get_by_role("button", name="PDF with nothing masked").click()
        download = await begun.value
        assert download.suggested_filename == f"decision-{id_}.pdf"
        assert (await download.path()).read_bytes().startswith(b"%PDF-")
