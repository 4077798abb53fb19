"""The desk in a real browser: people decide while an agent waits, by mouse, by keyboard and without scripts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from bot.deciding import Approve, Claim
from bot.domain.requests import DecisionKind, Request
from tests.rigs.desk import Desk
from tests.rigs.hostile import HOSTILE, hostile_request
from tests.rigs.morning import PHONE_CHANGE, a_mornings_queue
from tests.rigs.reading import (
    PHONE,
    Look,
    Shape,
    reader,
    require_no_overflow,
    sign_in,
)


async def told(answer: asyncio.Task[Request]) -> tuple[DecisionKind, Any]:
    found = await answer
    assert found.decision is not None
    return found.decision.kind, found.decision.arguments or found.decision.note


async def test_a_waiting_agent_is_answered_by_approving_rejecting_and_editing(desk: Desk, browser: Browser) -> None:
    requests = [await desk.refund(100 + number, customer=f"cust_{number}") for number in range(3)]
    answers = [asyncio.create_task(desk.answer(request)) for request in requests]
    async with reader(browser) as page:
        await sign_in(page, (await desk.link("dana")).url)
        await page.get_by_role("link", name="100.00 USD").click()
        await page.get_by_role("button", name="Approve", exact=True).click()
        await expect(page.locator("#state .pill")).to_have_text("✓Approved")

        await page.get_by_role("link", name="Queue").first.click()
        await page.get_by_role("link", name="101.00 USD").click()
        await page.locator("summary", has_text="Reject").click()
        await page.get_by_label("Reason").select_option("not_eligible")
        await page.get_by_label("Note to the agent").fill("Past thirty days.")
        await page.get_by_label("What should be learned").select_option("knowledge_fix")
        await page.get_by_role("button", name="Reject", exact=True).click()
        await expect(page.locator("#state .pill")).to_have_text("✕Rejected")
        await expect(page.locator("#decide")).to_contain_text("Past thirty days.")

        await page.get_by_role("link", name="Queue").first.click()
        await page.get_by_role("link", name="102.00 USD").click()
        await page.get_by_role("link", name="Edit before approving…").click()
        await page.get_by_label("Amount").fill("eighty")
        await page.get_by_label("Note to the agent").fill("Half is right.")
        await page.get_by_role("button", name="See before and after").click()
        await expect(page.get_by_label("Amount")).to_have_value("eighty")
        await expect(page.get_by_label("Amount")).to_be_focused()
        await expect(page.locator(".problem")).to_have_text("Amount is not a decimal number.")
        await page.get_by_label("Amount").fill("80")
        await page.get_by_role("button", name="See before and after").click()
        await expect(page.locator("tr.changed")).to_contain_text("102.00 USD")
        await expect(page.locator("tr.changed")).to_contain_text("80.00 USD")
        await page.get_by_role("button", name="Approve with these edits").click()
        await expect(page.locator("h1")).to_have_text("Refund a customer: 80.00 USD for cust_2")
    assert await told(answers[0]) == (DecisionKind.APPROVED, None)
    assert await told(answers[1]) == (DecisionKind.REJECTED, "Past thirty days.")
    assert await told(answers[2]) == (
        DecisionKind.APPROVED_WITH_EDITS,
        {"order_id": "A-1001", "amount": 80, "reason": "Late"},
    )


async def test_the_queue_follows_what_happens(desk: Desk, browser: Browser) -> None:
    async with reader(browser) as page:
        await sign_in(page, (await desk.link("dana")).url)
        await expect(page.locator("#live")).to_contain_text("Live")
        await expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
        await page.evaluate("window.same = true")
        request = await desk.refund(120)
        await expect(page.get_by_role("link", name="120.00 USD")).to_be_visible()
        await expect(page.locator("#announce")).to_have_text("1 request waits")
        await desk.house.say(request, Claim(), "lee")
        await expect(page.locator(".item")).to_contain_text("Claimed by Lee Park")
        await page.get_by_role("link", name="120.00 USD").focus()
        await desk.refund(130, within="5m")
        await expect(page.locator(".item").first).to_contain_text("130.00 USD")
        await expect(page.get_by_role("link", name="120.00 USD")).to_be_focused()
        await desk.house.say(request, Approve(), "lee")
        await expect(page.get_by_role("link", name="120.00 USD")).to_have_count(0)
        assert await page.evaluate("window.same")


async def test_an_open_card_shows_who_was_first_and_keeps_what_was_typed(desk: Desk, browser: Browser) -> None:
    request = await desk.refund()
    async with reader(browser) as lee:
        await sign_in(lee, (await desk.link("lee")).url)
        await lee.goto(f"{desk.url}/desk/requests/{request.id}")
        await lee.locator("summary", has_text="Reject").click()
        await lee.get_by_label("Note to the agent").fill("My careful note")
        await desk.house.say(request, Approve(), "dana")
        await expect(lee.locator("#state .pill")).to_have_text("✓Approved")
        await expect(lee.locator("#announce")).to_contain_text("Approved by Dana Ortiz")
        await expect(lee.get_by_label("Note to the agent")).to_have_value("My careful note")
        await expect(lee.get_by_role("button", name="Reject", exact=True)).to_be_disabled()
        await expect(lee.locator("#history")).to_contain_text("Dana Ortiz approved it")


async def test_a_second_click_is_told_who_was_first(desk: Desk, browser: Browser) -> None:
    request = await desk.refund()
    async with reader(browser, java_script_enabled=False) as lee:
        await sign_in(lee, (await desk.link("lee")).url)
        await lee.goto(f"{desk.url}/desk/requests/{request.id}")
        await lee.locator("summary", has_text="Reject").click()
        await lee.get_by_label("Reason").select_option("wrong_amount")
        await lee.get_by_label("Note to the agent").fill("My careful note")
        await desk.house.say(request, Approve(), "dana")
        await lee.get_by_role("button", name="Reject", exact=True).click()
        await expect(lee.get_by_role("alert")).to_contain_text("It was approved by Dana Ortiz before your click")
        await expect(lee.locator(".kept")).to_contain_text("My careful note")


async def test_everything_can_be_decided_without_scripts(desk: Desk, browser: Browser) -> None:
    edited, high = await desk.refund(), await desk.propose("change_phone", PHONE_CHANGE, customer="c", session="s")
    async with reader(browser, java_script_enabled=False) as page:
        await sign_in(page, (await desk.link("dana")).url)
        await page.get_by_role("link", name="Change a phone number").click()
        await page.get_by_role("button", name="Show New number").click()
        await expect(page.locator("#changes")).to_contain_text("+4930123456")
        await page.get_by_label("Ask something").fill("Which branch?")
        await page.get_by_role("button", name="Ask the agent").click()
        await expect(page.locator("#asked")).to_contain_text("Which branch?")
        await page.get_by_role("button", name="Approve", exact=True).click()
        await expect(page.get_by_role("heading", name="Approve this?")).to_be_visible()
        await page.get_by_role("button", name="Approve", exact=True).click()
        await expect(page.locator("#state .pill")).to_have_text("✓Approved")
        await page.goto(f"{desk.url}/desk/requests/{edited.id}/edit")
        await page.get_by_label("Amount").fill("80")
        await page.get_by_role("button", name="See before and after").click()
        await page.get_by_role("button", name="Edit further").click()
        await expect(page.get_by_label("Amount")).to_have_value("80")
        await page.get_by_role("button", name="See before and after").click()
        await page.get_by_role("button", name="Approve with these edits").click()
        await expect(page.locator("#state .pill")).to_have_text("✓Approved with edits")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    assert (await desk.answer(high)).status == "approved"


async def test_everything_can_be_decided_by_keyboard(desk: Desk, browser: Browser) -> None:
    first, second, third = [await desk.refund(100 + number, customer=f"c{number}") for number in range(3)]
    async with reader(browser) as page:
        await sign_in(page, (await desk.link("dana")).url)
        await expect(page.locator("#live")).to_contain_text("Live")
        keys = page.keyboard
        await keys.press("?")
        await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        await keys.press("Escape")
        await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
        for key in "jjk":
            await keys.press(key)
        await expect(page.get_by_role("link", name="100.00 USD")).to_be_focused()
        await keys.press("Enter")
        await page.wait_for_url(f"**/{first.id}")
        await keys.press("a")
        await expect(page.get_by_role("dialog", name="Approve this?")).to_contain_text("100.00 USD")
        await keys.press("Escape")
        await expect(page.get_by_role("dialog", name="Approve this?")).to_be_hidden()
        await keys.press("a")
        await keys.press("Enter")
        await expect(page.locator("#state .pill")).to_have_text("✓Approved")

        await keys.press("g")
        await page.wait_for_url("**/desk/")
        await expect(page.get_by_role("link", name="101.00 USD")).to_be_visible()
        await keys.press("j")
        await keys.press("r")
        await page.wait_for_url(f"**/{second.id}#then-r")
        await expect(page.get_by_label("Reason")).to_be_focused()
        await keys.press("ArrowDown")
        await keys.press("Tab")
        await keys.type("arrow keys and jjj are text here")
        await keys.press("Tab")
        await keys.press("Tab")
        await keys.press("Enter")
        await expect(page.locator("#state .pill")).to_have_text("✕Rejected")

        await page.goto(f"{desk.url}/desk/requests/{third.id}")
        await keys.press("e")
        await page.wait_for_url("**/edit")
        await page.get_by_label("Amount").focus()
        await keys.press("Control+A")
        await keys.type("80")
        await keys.press("Enter")
        await expect(page.get_by_role("heading", name="Before and after")).to_be_visible()
        await page.get_by_role("button", name="Approve with these edits").focus()
        await keys.press("Enter")
        await expect(page.locator("#state .pill")).to_have_text("✓Approved with edits")
    assert [(await desk.answer(request)).status for request in (first, second, third)] == [
        "approved", "rejected", "approved_with_edits",
    ]  # fmt: skip


async def test_shortcuts_can_be_turned_off(desk: Desk, browser: Browser) -> None:
    request = await desk.refund()
    async with reader(browser) as page:
        await sign_in(page, (await desk.link("dana")).url)
        await page.keyboard.press("?")
        await page.get_by_label("Single-key shortcuts are on").uncheck()
        await page.get_by_role("button", name="Close").click()
        await page.goto(f"{desk.url}/desk/requests/{request.id}")
        await expect(page.locator("#live")).to_contain_text("Live")
        await page.keyboard.press("a")
        await expect(page.get_by_role("dialog", name="Approve this?")).to_be_hidden()


async def test_what_is_hard_to_undo_is_asked_once_more(desk: Desk, browser: Browser) -> None:
    request = await desk.propose("change_phone", PHONE_CHANGE, customer="c", session="s")
    async with reader(browser) as page:
        await sign_in(page, (await desk.link("dana")).url)
        await page.goto(f"{desk.url}/desk/requests/{request.id}")
        await page.get_by_role("button", name="Approve", exact=True).click()
        await page.get_by_role("button", name="Not yet").click()
        found = await desk.house.store.request(request.id)
        assert found is not None
        assert found.pending
        await page.get_by_role("button", name="Approve", exact=True).click()
        await page.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
        await expect(page.locator("#state .pill")).to_have_text("✓Approved")


async def test_times_are_the_readers_own(desk: Desk, browser: Browser) -> None:
    request = await desk.refund()
    for zone, text in (("Asia/Tokyo", "12:30 AM GMT+9"), ("Europe/Berlin", "04:30 PM GMT+1")):
        async with reader(browser, timezone_id=zone) as page:
            await sign_in(page, (await desk.link("dana")).url)
            await page.goto(f"{desk.url}/desk/requests/{request.id}")
            await expect(page.locator("#decide")).to_contain_text(text)
    async with reader(browser, java_script_enabled=False) as page:
        await sign_in(page, (await desk.link("dana")).url)
        await page.goto(f"{desk.url}/desk/requests/{request.id}")
        await expect(page.locator("#decide")).to_contain_text("2 Mar, 10:30 EST")


@pytest.mark.parametrize("third", range(3))
async def test_hostile_text_does_nothing_and_fits_a_phone(desk: Desk, browser: Browser, third: int) -> None:
    async with reader(browser, viewport=PHONE) as page:
        elsewhere: list[str] = []
        page.on("request", lambda sent: elsewhere.append(sent.url) if not sent.url.startswith(desk.url) else None)
        await sign_in(page, (await desk.link("dana")).url)
        for name in list(HOSTILE)[third::3]:
            await _look_at_hostile(desk, page, HOSTILE[name])
        assert not elsewhere


async def _look_at_hostile(desk: Desk, page: Page, text: str) -> None:
    request = await hostile_request(desk, text)
    for path in ("", f"requests/{request.id}", f"requests/{request.id}/edit"):
        await page.goto(f"{desk.url}/desk/{path}")
        await expect(page.locator("#live")).to_contain_text("Live")
        await require_no_overflow(page, path or "queue")
        assert await page.evaluate("window.pwned") is None
        assert await page.locator("main script, main img, main iframe, main a[href^='http']").count() == 0
    await page.get_by_label("Amount").fill("80")
    await page.get_by_label("Paid back by").select_option("original")
    await page.get_by_label("Reason").fill(text.replace("\x00", "")[:480])
    await page.get_by_role("button", name="See before and after").click()
    await expect(page.get_by_role("heading", name="Before and after")).to_be_visible()
    await require_no_overflow(page, "before and after")


# --- what it looks like ---------------------------------------------------------------------------------------------


async def test_every_page_is_accessible_and_fits(desk: Desk, browser: Browser, shape: Shape, look: Look) -> None:
    async with reader(browser, **shape.options) as page:
        link = (await desk.link("dana")).url
        await page.goto(link)
        await look(page, "1-sign-in")
        await sign_in(page, link)
        await expect(page.locator("#live")).to_contain_text("Live")
        await look(page, "2-empty")
        request = await a_mornings_queue(desk)
        address = f"{desk.url}/desk/requests/{request.id}"
        await expect(page.locator(".item")).to_have_count(4)
        await page.reload()
        await expect(page.locator("#live")).to_contain_text("Live")
        await look(page, "3-queue")
        await page.goto(address)
        await expect(page.locator("#live")).to_contain_text("Live")
        await look(page, "4-card")
        await page.keyboard.press("r")
        await look(page, "5-reject")
        await page.goto(f"{address}/edit")
        await look(page, "6-edit")
        await page.get_by_label("Amount").fill("much")
        await page.get_by_role("button", name="See before and after").click()
        await look(page, "7-edit-wrong")
        await page.get_by_label("Amount").fill("80")
        await page.get_by_label("Note to the agent").fill("The cake was eaten; two thirds is fair.")
        await page.get_by_role("button", name="See before and after").click()
        await look(page, "8-before-and-after")
        await page.get_by_role("button", name="Approve with these edits").click()
        await expect(page.locator("#live")).to_contain_text("Live")
        await look(page, "9-decided-card")
        await page.goto(f"{desk.url}/desk/decided")
        await look(page, "10-decided")
        await page.goto(f"{desk.url}/desk/nowhere")
        await look(page, "11-not-found")
        await page.goto(f"{desk.url}/desk/")
        await page.keyboard.press("?")
        await look(page, "12-shortcuts")
        await page.goto(link)
        await look(page, "13-used-link")
