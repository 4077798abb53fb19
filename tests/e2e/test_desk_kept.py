"""What is kept, on the desk: risk owners erase a customer in two steps, hold and let go; others see and may not."""

from __future__ import annotations

from html import escape

from playwright.async_api import Browser, expect

from bot.deciding import Reject
from bot.domain.requests import Request
from bot.holding import Holding
from tests.rigs.desk import Desk, signed_in, words_of
from tests.rigs.reading import Look, Shape, reader, sign_in

HERE = "/desk/kept"


async def test_a_risk_owner_erases_a_customer_in_two_steps(desk: Desk) -> None:
    decided = await desk.refund(120, customer="Cust <b>9")
    await desk.house.say(decided, Reject("not_eligible", "no"), who="dana")
    waiting = await desk.refund(130, customer=" cust <B>9")
    form = {"customer": "cust <b>9", "reason": "asked for it"}
    async with signed_in(desk, "rosa") as rosa:
        _, page = await rosa.get(HERE)
        assert "Nothing goes by itself within 30 days" in words_of(page)
        assert "No legal holds" in words_of(page)
        assert "money 183d, by default" in words_of(page)
        status, page, _ = await rosa.post(f"{HERE}/erase", **form)
        assert status == 409
        assert waiting.id in page
        assert "cancel what waits together with the erasure" in words_of(page)
        status, page, _ = await rosa.post(f"{HERE}/erase", **form, cancel="yes")
        assert status == 200
        assert "2 requests (1 pending, 1 rejected) and 0 contacts" in words_of(page)
        assert escape("cust <b>9") in page
        assert "<b>9" not in page
        assert not (await found(desk, decided.id)).erased, "asked first"
        status, page, _ = await rosa.post(f"{HERE}/erase", **form, cancel="yes", step="yes")
        assert status == 200
        assert "2 requests and 0 contacts were erased" in words_of(page)
        assert (await found(desk, decided.id)).erased
        assert (await found(desk, waiting.id)).status == "cancelled"
        _, page, _ = await rosa.post(f"{HERE}/erase", **form, step="yes")
        assert "Nothing is left" in words_of(page)
        _, page = await rosa.get(f"/desk/requests/{waiting.id}")
        assert "by the agent" not in words_of(page)


async def found(desk: Desk, id_: str) -> Request:
    request = await desk.house.store.request(id_)
    assert request is not None
    return request


async def test_who_is_no_risk_owner_is_told_who_is(desk: Desk) -> None:
    request = await desk.refund(120)
    async with signed_in(desk, "dana") as dana:
        _, page = await dana.get(HERE)
        assert "Risk owners erase a customer's data" in words_of(page)
        assert 'action="/desk/kept/erase"' not in page
        form = {"customer": "cust_42", "reason": "x", "cancel": "yes", "step": "yes"}
        status, page, _ = await dana.post(f"{HERE}/erase", **form)
        assert status == 403
        assert "not the risk owner" in words_of(page)
        status, page, _ = await dana.post(f"{HERE}/hold", kind="request", named=request.id, reason="x")
        assert status == 403
    assert not (await found(desk, request.id)).erased


async def test_what_is_typed_wrong_is_named_and_kept(desk: Desk) -> None:
    async with signed_in(desk, "rosa") as rosa:
        status, page, _ = await rosa.post(f"{HERE}/erase", customer=" ", reason="because")
        assert status == 422
        assert "because" in page
        assert 'aria-invalid="true"' in page
        status, page, _ = await rosa.post(f"{HERE}/hold", kind="owner", named="nobody", reason="case")
        assert status == 422
        assert "nobody" in page
        status, _, _ = await rosa.post(f"{HERE}/erase", csrf="", customer="x", reason="y", step="yes")
        assert status == 403


async def test_a_hold_is_placed_refuses_and_is_released(desk: Desk) -> None:
    request = await desk.refund(120)
    await desk.house.say(request, Reject("not_eligible", "no"), who="dana")
    async with signed_in(desk, "rosa") as rosa:
        status, _, where = await rosa.post(f"{HERE}/hold", kind="customer", named="cust_42", reason="case 7")
        assert (status, where) == (303, HERE)
        _, page = await rosa.get(HERE)
        assert "customer cust_42" in words_of(page)
        assert "case 7" in words_of(page)
        status, page, _ = await rosa.post(f"{HERE}/erase", customer="cust_42", reason="x", step="yes")
        assert status == 409
        assert "legal hold" in words_of(page)
        hold = page.partition('name="hold" value="')[2].partition('"')[0]
        status, page, _ = await rosa.post(f"{HERE}/release", hold=hold, reason=" ")
        assert status == 422
        status, _, where = await rosa.post(f"{HERE}/release", hold=hold, reason="settled")
        assert (status, where) == (303, HERE)
        status, _, _ = await rosa.post(f"{HERE}/release", hold=hold, reason="again")
        assert status == 404
        await rosa.post(f"{HERE}/erase", customer="cust_42", reason="x", step="yes")
    assert (await found(desk, request.id)).erased


async def test_what_goes_soon_is_listed(desk: Desk) -> None:
    request = await desk.refund(120)
    await desk.house.say(request, Reject("not_eligible", "no"), who="dana")
    desk.house.clock.move(days=160)
    async with signed_in(desk, "dana") as dana:
        _, page = await dana.get(HERE)
        assert f"/desk/requests/{request.id}" in page
        assert "retention.default.money" in words_of(page)


async def test_the_page_reads_well_in_every_shape(desk: Desk, browser: Browser, shape: Shape, look: Look) -> None:
    request = await desk.refund(120)
    await desk.house.say(request, Reject("not_eligible", "no"), who="dana")
    holding = Holding(desk.house.store, lambda: desk.house.policy)
    await holding.place("customer:cust_42", "Case 7, " + "as counsel asked " * 6, desk.house.person("rosa"), "desk")
    desk.house.clock.move(days=160)
    async with reader(browser, **shape.options) as page:
        await sign_in(page, (await desk.link("rosa")).url)
        await page.goto(f"{desk.url}{HERE}")
        await look(page, f"kept-{shape.name}")
        await page.get_by_label("The customer's id").fill("cust_42")
        await page.locator("#erase-reason").fill("asked for it")
        await page.get_by_role("button", name="Continue").click()
        await expect(page.locator("main")).to_contain_text("legal hold")
        await page.locator("summary", has_text="Release").click()
        await page.get_by_label("Why it is settled").fill("settled")
        await page.get_by_role("button", name="Release it").click()
        await page.get_by_label("The customer's id").fill("cust_42")
        await page.locator("#erase-reason").fill("asked for it")
        await page.get_by_role("button", name="Continue").click()
        await look(page, f"kept-sure-{shape.name}")
        await page.get_by_role("button", name="Erase for good").click()
        await expect(page.locator("main")).to_contain_text("It is gone")
