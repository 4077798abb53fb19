"""The audit page in a real browser: every shape, progress that moves by itself, and the same without scripts."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, expect

from bot.deciding import Approve
from bot.proving.findings import Finding, Kind
from bot.proving.verifying import Verifying
from bot.sealing import note_of
from tests.e2e.test_desk_audit import Slow
from tests.rigs.desk import Desk, served
from tests.rigs.filed import TRUSTED, sealed
from tests.rigs.house import POLICY
from tests.rigs.reading import Look, Shape, reader, sign_in

FINDINGS = (
    Finding(
        Kind.CHANGED, "it is not what was recorded", "request:01926f3a", 2, 14, expected="ab" * 32, found="cd" * 32
    ),
    Finding(Kind.CUT_TAIL, "the newest events are gone: the views know 4, the record holds 3", "agent:7", 4),
)


async def verified(desk: Desk, *findings: Finding) -> Slow:
    """The desk's own verification replaced by one that is let go by hand."""
    slow, house = Slow(*findings), desk.house
    made = Verifying(house.store, house.clock, lambda: house.policy, TRUSTED, slow)
    desk.verifying._verify = made._verify
    return slow


async def test_the_page_fits_and_can_be_read(browser: Browser, shape: Shape, look: Look, tmp_path: Path) -> None:
    async with served(policy=POLICY) as desk, reader(browser, **shape.options) as page:
        await sign_in(page, (await desk.link("rosa")).url)
        await page.goto(f"{desk.url}/desk/audit")
        await look(page, "desk-audit-empty")
        await desk.house.say(await desk.house.held(), Approve(), "dana")
        await sealed(desk.house)
        await page.reload()
        await page.get_by_role("button", name="Verify now").click()
        await expect(page.get_by_text("Nothing was changed, removed")).to_be_visible(timeout=15_000)
        last = await desk.house.store.seals.last()
        assert last is not None
        file = tmp_path / "kept.txt"
        file.write_text(note_of(last), encoding="utf-8")
        await page.get_by_label("Or from a file").set_input_files(file)
        await expect(page.get_by_label("Signed notes")).to_have_value(note_of(last))
        await page.get_by_role("button", name="Compare").click()
        await expect(page.get_by_text("The record still holds this very checkpoint.")).to_be_visible(timeout=15_000)
        await look(page, "desk-audit")
        slow = await verified(desk, *FINDINGS)
        await page.goto(f"{desk.url}/desk/audit")
        await page.get_by_role("button", name="Verify now").click()
        await expect(page.get_by_text("30 of 90 events")).to_be_visible(timeout=15_000)
        await look(page, "desk-audit-running")
        slow.go.set()
        await expect(page.get_by_text("2 findings: this is not the record")).to_be_visible(timeout=15_000)
        await look(page, "desk-audit-found")


async def test_progress_is_seen_without_scripts(browser: Browser) -> None:
    async with served(policy=POLICY) as desk, reader(browser, java_script_enabled=False) as page:
        slow = await verified(desk)
        await sign_in(page, (await desk.link("vera")).url)
        await page.goto(f"{desk.url}/desk/audit")
        await page.get_by_role("button", name="Verify now").click()
        await expect(page.get_by_text("30 of 90 events")).to_be_visible(timeout=15_000)
        slow.go.set()
        await desk.verifying.settled()
        await expect(page.get_by_text("Nothing was changed, removed")).to_be_visible(timeout=15_000)
