"""The feedback board in a real browser: every shape, and moved on without scripts."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from bot.domain.lessons import FeedbackState, Lesson
from bot.learning.proposing import Proposing
from tests.e2e.test_desk_feedback import change, rejected
from tests.rigs.desk import Desk, served
from tests.rigs.house import POLICY
from tests.rigs.reading import Look, Shape, reader, sign_in


async def filled(desk: Desk) -> None:
    """Items in every state, one overdue, one with a proposal."""
    old = await rejected(desk, 90)
    await change(desk, old, FeedbackState.ACCEPTED, "lee")
    desk.house.clock.move(days=40)
    made = [await rejected(desk, 100 + 10 * number) for number in range(4)]
    tight = await rejected(desk, 400, Lesson.THRESHOLD)
    house = desk.house
    await Proposing(house.store, house.clock, lambda: house.policy).propose(tight.id)
    await change(desk, made[1], FeedbackState.DONE, "lee")
    await change(desk, made[2], FeedbackState.DECLINED, "vera", "It was right: the order came a week late.")


async def test_the_board_fits_and_can_be_read(browser: Browser, shape: Shape, look: Look) -> None:
    async with served(policy=POLICY) as desk:
        async with reader(browser, **shape.options) as page:
            await sign_in(page, (await desk.link("rosa")).url)
            await page.goto(f"{desk.url}/desk/feedback")
            await look(page, "desk-feedback-empty")
        await filled(desk)
        async with reader(browser, **shape.options) as page:
            await sign_in(page, (await desk.link("rosa")).url)
            await page.goto(f"{desk.url}/desk/feedback")
            await page.locator("details", has_text="The change of the policy").locator("summary").first.click()
            await look(page, "desk-feedback")


async def test_an_item_is_moved_on_without_scripts(browser: Browser) -> None:
    async with served(policy=POLICY) as desk, reader(browser, java_script_enabled=False) as page:
        await rejected(desk)
        await sign_in(page, (await desk.link("dana")).url)
        await page.goto(f"{desk.url}/desk/feedback?owner=refunds")
        await page.get_by_role("button", name="Accept").click()
        accepted = page.get_by_role("region", name="Accepted")
        await expect(accepted.get_by_role("listitem")).to_have_count(1)
        await page.locator("summary", has_text="Decline").click()
        await page.get_by_role("button", name="Decline").click()
        await expect(page.get_by_label("Why nothing is learned of it")).to_have_attribute("aria-invalid", "true")
        await page.get_by_label("Why nothing is learned of it").fill("It was right.")
        await page.get_by_role("button", name="Decline").click()
        await expect(page.get_by_role("region", name="Declined").get_by_role("listitem")).to_contain_text(
            "It was right."
        )
        await expect(page).to_have_url(f"{desk.url}/desk/feedback?owner=refunds")


async def test_an_open_board_follows_what_others_do(browser: Browser) -> None:
    async with served(policy=POLICY) as desk, reader(browser) as page:
        made = await rejected(desk)
        await sign_in(page, (await desk.link("dana")).url)
        await page.goto(f"{desk.url}/desk/feedback")
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
        await change(desk, made, FeedbackState.DONE, "vera")
        await expect(page.get_by_role("region", name="Done").get_by_role("listitem")).to_have_count(1)
