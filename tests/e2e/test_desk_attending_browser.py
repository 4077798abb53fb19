"""Handing on, putting off and pausing in a real browser: by keyboard, live, without scripts, in every shape."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Browser, expect

from bot.deciding import Snooze
from tests.rigs.desk import Desk
from tests.rigs.hostile import HOSTILE
from tests.rigs.morning import a_mornings_queue
from tests.rigs.reading import (
    Look,
    Shape,
    reader,
    sign_in,
)


async def test_it_is_handed_on_and_put_off_by_keyboard(desk: Desk, browser: Browser) -> None:
    request = await desk.refund(within="3h")
    async with reader(browser) as page:
        await sign_in(page, (await desk.link("dana")).url)
        await page.goto(f"{desk.url}/desk/requests/{request.id}")
        await page.locator("main summary", has_text="More").focus()
        keys = page.keyboard
        await keys.press("Enter")
        await keys.press("Tab")
        await expect(page.get_by_label("To", exact=True)).to_be_focused()
        await keys.type("Lee")
        await keys.press("Tab")
        await keys.type("Yours, I think")
        await keys.press("Tab")
        await keys.press("Enter")
        await expect(page.locator("#state .pill")).to_contain_text("Claimed by Lee Park")
        await page.locator("main summary", has_text="More").focus()
        await keys.press("Enter")
        await keys.press("Tab")
        await expect(page.get_by_label("Come back to it")).to_be_focused()  # Lee has it: there is nobody else
        await keys.type("In 1 hour")
        await keys.press("Tab")
        await keys.press("Enter")
        await expect(page.locator("#decide .later-mark")).to_contain_text("By you until")
        await page.goto(f"{desk.url}/desk/")
        await keys.press("j")
        await expect(page.locator(".later a")).to_be_focused()


async def test_a_banner_comes_and_goes_on_open_pages_and_what_is_typed_stays(desk: Desk, browser: Browser) -> None:
    request = await desk.refund()
    async with reader(browser) as dana, reader(browser) as vera:
        await sign_in(dana, (await desk.link("dana")).url)
        await dana.goto(f"{desk.url}/desk/requests/{request.id}")
        await expect(dana.locator("#live")).to_contain_text("Live")
        await dana.locator("main summary", has_text="More").click()
        await dana.get_by_label("Note to them").fill("My careful note")
        await sign_in(vera, (await desk.link("vera")).url)
        await vera.locator("#menu > summary").click()
        await vera.get_by_role("link", name="Pauses").click()
        await vera.get_by_label("What to stop").select_option("owner:refunds")
        await vera.get_by_label("Reason").fill("Wrong refunds since noon")
        await vera.get_by_role("button", name="Continue…").click()
        await vera.get_by_role("button", name="Stop it").click()
        await expect(dana.get_by_role("region", name="What is paused")).to_contain_text("Requests of Refunds")
        await expect(dana.locator("#announce")).to_have_text("Paused: Requests of Refunds")
        await expect(dana.get_by_label("Note to them")).to_have_value("My careful note")
        await vera.locator("summary", has_text="Resume…").click()
        await vera.get_by_label("Why it may go on").fill("Mended")
        await vera.get_by_role("button", name="Continue…").first.click()
        await vera.get_by_role("button", name="Let it go on").click()
        await expect(vera.get_by_role("heading", name="Nothing is paused")).to_be_visible()
        await expect(dana.get_by_role("region", name="What is paused")).to_have_count(0)
        await expect(dana.locator("#announce")).to_have_text("Nothing is paused any more")


async def test_everything_works_without_scripts(desk: Desk, browser: Browser) -> None:
    request = await desk.refund()
    async with reader(browser, java_script_enabled=False) as page:
        await sign_in(page, (await desk.link("dana")).url)
        await page.goto(f"{desk.url}/desk/requests/{request.id}")
        await page.locator("main summary", has_text="More").click()
        await page.get_by_label("Come back to it").select_option("15m")
        await page.get_by_role("button", name="Put it off").click()
        await expect(page.locator("#decide .later-mark")).to_contain_text("By you until")
    async with reader(browser, java_script_enabled=False) as page:
        await sign_in(page, (await desk.link("vera")).url)
        await page.goto(f"{desk.url}/desk/pauses")
        await page.get_by_role("button", name="Continue…").click()
        await expect(page.locator("#scope-problem")).to_have_text("Choose what to stop.")
        await page.get_by_label("What to stop").select_option("everything")
        await page.get_by_label("Reason").fill("A drill")
        await page.get_by_role("button", name="Continue…").click()
        await page.get_by_role("button", name="Stop it").click()
        await expect(page.locator(".stop")).to_contain_text("A drill")


async def test_every_page_is_accessible_and_fits(desk: Desk, browser: Browser, shape: Shape, look: Look) -> None:
    request = await a_mornings_queue(desk)
    await desk.house.say(request, Snooze(desk.house.clock.now() + timedelta(minutes=11)), "dana")
    async with reader(browser, **shape.options) as page:
        await sign_in(page, (await desk.link("dana")).url)
        await expect(page.locator("#live")).to_contain_text("Live")
        await look(page, "20-queue-put-off")
        await page.goto(f"{desk.url}/desk/requests/{request.id}")
        await page.locator("main summary", has_text="More").click()
        await look(page, "21-more")
        await page.get_by_label("Note to them").fill("You know this customer.")
        await page.evaluate("document.querySelectorAll('[required]').forEach((one) => one.required = false)")
        await page.get_by_role("button", name="Hand it on").click()
        await expect(page.get_by_label("To", exact=True)).to_be_focused()
        await look(page, "22-more-wrong")
    async with reader(browser, **shape.options) as page:
        await sign_in(page, (await desk.link("vera")).url)
        await page.goto(f"{desk.url}/desk/pauses")
        await look(page, "23-nothing-paused")
        await page.get_by_label("What to stop").select_option("action:refund")
        await page.get_by_role("button", name="Continue…").click()
        await look(page, "24-pause-wrong")
        await page.get_by_label("Reason").fill("Refunds of gift cards went out twice since noon.")
        await page.get_by_role("button", name="Continue…").click()
        await look(page, "25-pause-sure")
        await page.get_by_role("button", name="Stop it").click()
        await page.locator("summary", has_text="Resume…").click()
        await look(page, "26-paused")
        await page.goto(f"{desk.url}/desk/?show=all")
        await look(page, "27-banner")
        await desk.pausing.pause("everything", HOSTILE["long"][:900], desk.house.person("rosa"), "slack")
        await page.goto(f"{desk.url}/desk/pauses")
        await look(page, "28-paused-long")
        await page.goto(f"{desk.url}/desk/decided")
        await look(page, "29-banner-two")
