"""What Microsoft's own renderer makes of cards and dialogs in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from adapters.teams import cards as teams
from bot.cards import card
from bot.cards.masking import Masker
from bot.forms import inputs, typed_over
from tests.rigs.hostile import HOSTILE
from tests.rigs.house import new_house
from tests.rigs.slack_scenes import POLICY, propose, scene
from tests.rigs.teams_pictures import drawn
from tests.rigs.teams_scenes import shown

Json = dict[str, Any]
WORSE = HOSTILE | {
    "mention": "<at>Lee Park</at> &lt;at&gt;",
    "dates": "{{DATE(2026-01-01T00:00:00Z,LONG)}} {{TIME(2026-01-01T00:00:00Z)}}",
    "structure": "# Big\n> quote\n- item\n1. item\n\n---\n| a | b |\n|---|---|",
    "references": "[x]: https://evil.test\n[x] www.evil.test [x][x]",
    "marks_of_markdown": "*a* _b_ **c** __d__ ~~e~~ `f` \\*g\\* a*b*c",
}
ACTING = "a:not([role=button]), img, strong, em, s, del, code, pre, blockquote, ul, ol, h2, h3, hr, table, script, svg"


async def act(page: Page, title: str) -> Json:
    """Press a button; what the client would send."""
    await page.get_by_role("button", name=title, exact=True).click()
    sent: list[Json] = await page.evaluate("window.sent")
    data: Json = sent[-1]["data"]
    return data


async def test_the_renderer_takes_everything_without_a_complaint(page: Page, modules: Path) -> None:
    for name, value in (await shown()).items():
        assert await drawn(page, modules, value) == [], name


@pytest.mark.parametrize("name", sorted(WORSE))
async def test_hostile_words_are_drawn_as_words(page: Page, modules: Path, name: str) -> None:
    text = WORSE[name]
    house = await new_house(policy=POLICY)
    context: Json = dict.fromkeys(("customer", "customer_name", "session", "model", "build"), text)
    context |= {each: [text, text] for each in ("evidence", "citations", "transcript")} | {"signals": {text[:40]: text}}
    arguments = {"order_id": text, "amount": 120, "reason": text, "method": text, text[:40]: text}
    request = await propose(house, "issue_refund", arguments, reasoning=text, **context)
    found = card(request, house.policy, viewer=house.person("dana"), now=house.clock.now(), agent=text[:100])
    fields = inputs(request, house.policy, Masker(request, frozenset()).hidden, {}, {"amount": text})
    await house.store.close()
    everything = [
        teams.card_attachment(found, lead=text, viewer=True, inline=True),
        teams.reject_dialog(found, {"note": text}, {"note": text, "gone": text}),
        teams.edit_dialog(found, fields, {}, text),
        teams.dialog("Details", teams.details_card(found, ())),
        teams.notice_card(text, text, text),
    ]
    for value in everything:
        assert await drawn(page, modules, value) == []
        assert await page.locator(f".card :is({ACTING})").count() == 0
        assert await page.locator(".mention").count() == 0
        assert await page.evaluate("window.pwned") is None
        words = await page.locator(".card").inner_text()
        assert "January" not in words
        if name == "dates":
            assert "{DATE(2026-01-01T00:00:00Z,LONG)}}" in words


async def test_times_are_written_in_the_readers_zone(page: Page, modules: Path) -> None:
    house, _, found = await scene("held")
    await house.store.close()
    await drawn(page, modules, teams.card_attachment(found))
    asked = "new Date('2026-03-02T17:00:00Z').toLocaleTimeString([], {hour: 'numeric', minute: '2-digit'})"
    zone = await page.evaluate(asked)
    words = " ".join((await page.locator(".card").inner_text()).split())
    assert f"Mon, Mar 2, 2026 {' '.join(zone.split())}, or it is not run" in words


async def test_what_is_cleared_in_a_real_form_comes_back_as_empty(page: Page, modules: Path) -> None:
    house, request, _ = await scene("held")
    found = card(request, house.policy, viewer=house.person("dana"), now=house.clock.now())
    await house.store.close()
    dialog = teams.edit_dialog(found, inputs(request, house.policy, frozenset(), {}, {}))
    await drawn(page, modules, dialog)
    assert typed_over(request, teams.values(await act(page, "Review"))) == {}
    await page.get_by_label("Amount (USD)").fill("80.10")
    await page.get_by_label("Reason").fill("")
    await page.get_by_label("Paid back by").select_option(label="Not given")
    sent = await act(page, "Review")
    assert typed_over(request, teams.values(sent)) == {"amount": "80.10", "reason": "", "method": ""}
    assert teams.sent(sent) == {"dialog": "edit", "request": request.id}


async def test_what_is_no_number_is_told_before_anything_is_sent(page: Page, modules: Path) -> None:
    house, request, _ = await scene("held")
    found = card(request, house.policy, viewer=house.person("dana"), now=house.clock.now())
    await house.store.close()
    await drawn(page, modules, teams.edit_dialog(found, inputs(request, house.policy, frozenset(), {}, {})))
    await page.get_by_label("Amount (USD)").fill("about ten")
    await page.get_by_role("button", name="Review", exact=True).click()
    assert "Type a number such as 120.00." in await page.locator(".card").inner_text()
    assert await page.evaluate("window.sent.length") == 0


async def test_rejecting_inside_the_card_sends_its_inputs_and_approving_none(page: Page, modules: Path) -> None:
    house, request, _ = await scene("held")
    found = card(request, house.policy, viewer=house.person("dana"), now=house.clock.now())
    await house.store.close()
    await drawn(page, modules, teams.card_attachment(found, viewer=True, inline=True))
    assert await act(page, "Approve") == {"request": request.id}
    await page.get_by_role("button", name="Reject", exact=True).click()
    await page.get_by_label("Why you reject it").select_option(index=1)
    await page.get_by_label("Note to the agent").fill("No.")
    await page.get_by_role("button", name="Reject", exact=True).last.click()
    sent = (await page.evaluate("window.sent"))[-1]["data"]
    typed = teams.values(sent)
    assert (typed["note"], typed["lesson"], bool(typed["reason_code"])) == ("No.", "", True)
