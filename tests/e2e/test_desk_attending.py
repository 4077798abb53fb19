"""Handing a request on and putting it off at the desk, and what is paused there."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from html import unescape

import pytest

from bot.deciding import Approve, Snooze
from bot.domain.verdicts import VerdictKind
from tests.rigs.desk import EXAMPLE, Browserless, Desk, served, signed_in
from tests.rigs.hostile import HOSTILE


def words_of(page: str) -> str:
    """A page as text on one line, without its head."""
    body = page.partition("<header")[2].partition("<footer")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


async def pause(someone: Browserless, scope: str = "owner:refunds", **more: str) -> tuple[int, str, str]:
    form = {"scope": scope, "reason": "Wrong refunds since noon", "step": "yes"} | more
    return await someone.post("/desk/pauses", **form)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await true():  # noqa: ASYNC110 - it is another connection's answer
            await asyncio.sleep(0.05)


# --- handing on and putting off -------------------------------------------------------------------------------------


async def test_a_request_is_handed_to_one_of_those_who_could_sign_it(desk: Desk) -> None:
    request = await desk.refund(120)
    async with signed_in(desk, "dana") as dana:
        address = f"/desk/requests/{request.id}"
        _, page = await dana.get(address)
        assert re.findall(
            r'<option value="(\w+)"', page.partition('id="reassign-to"')[2].partition("</select>")[0]
        ) == ["lee"]
        status, _, location = await dana.post(f"{address}/reassign", to="lee", note="Yours, you know her")
        assert (status, location) == (303, address)
        text = words_of((await dana.get(address))[1])
        assert "Claimed by Lee Park" in text
        assert "Dana Ortiz handed it to Lee Park" in text
        assert "Yours, you know her" in text


async def test_a_request_above_their_limit_is_handed_to_nobody_who_could_not_sign_it() -> None:
    async with served(policy=EXAMPLE.replace("limit: 500}", "limit: 50}")) as desk, signed_in(desk, "dana") as dana:
        address = f"/desk/requests/{(await desk.refund(120)).id}"
        assert 'id="reassign-to"' not in (await dana.get(address))[1]
        status, page, _ = await dana.post(f"{address}/reassign", to="lee", note="please")
        assert status == 422
        assert "could not sign it" in page


@pytest.mark.parametrize(("to", "said"), [("", "Choose one of them."), ("nobody", "What was chosen is nobody")])
async def test_what_was_chosen_wrongly_is_said_beside_its_field_and_the_note_is_kept(
    desk: Desk, to: str, said: str
) -> None:
    request = await desk.refund()
    async with signed_in(desk, "dana") as dana:
        status, page, _ = await dana.post(f"/desk/requests/{request.id}/reassign", to=to, note="My careful note")
    assert status == 422
    assert f'<p class="problem" id="reassign-to-problem">{said}' in page
    assert '<details class="more" id="more" open>' in page
    assert re.search(r'id="reassign-note"[^>]*>\s*My careful note</textarea>', page)


async def test_what_was_put_off_stands_after_the_others_and_comes_back(desk: Desk) -> None:
    first = await desk.refund(100, customer="first", within="20m")
    await desk.refund(101, customer="second")
    async with signed_in(desk, "dana") as dana, signed_in(desk, "lee") as lee:
        address = f"/desk/requests/{first.id}"
        assert (await dana.post(f"{address}/snooze", until="15m"))[0] == 303
        text = words_of((await dana.get("/desk/"))[1])
        assert text.index("101.00 USD") < text.index("Put off by you") < text.index("100.00 USD")
        assert "1 request waits; 1 put off until later" in text
        assert "Put off by you until 2 Mar, 10:15 EST" in text
        assert "Put off By you until 2 Mar, 10:15 EST" in words_of((await dana.get(address))[1])
        theirs = words_of((await lee.get("/desk/"))[1])
        assert theirs.index("100.00 USD") < theirs.index("101.00 USD")
        assert "Put off by Dana Ortiz until 2 Mar, 10:15 EST" in theirs
        assert "Dana Ortiz put it off until" in words_of((await lee.get(address))[1])
        desk.house.clock.move(minutes=15)
        await desk.house.sweep()
        text = words_of((await dana.get("/desk/"))[1])
        assert "Put off" not in text
        assert text.index("100.00 USD") < text.index("101.00 USD")
        assert "brought it back to Dana Ortiz" in words_of((await dana.get(address))[1])


async def test_when_everything_is_put_off_the_queue_says_so(desk: Desk) -> None:
    request = await desk.refund()
    await desk.house.say(request, Snooze(desk.house.clock.now() + timedelta(minutes=5)), "dana")
    async with signed_in(desk, "dana") as dana:
        text = words_of((await dana.get("/desk/"))[1])
    assert "Nothing waits; 1 put off until later" in text
    assert "Nothing else waits for you now." in text


async def test_only_times_that_fit_are_offered_and_others_are_refused(desk: Desk) -> None:
    request = await desk.refund(within="5m")
    async with signed_in(desk, "dana") as dana:
        address = f"/desk/requests/{request.id}"
        assert 'id="snooze-until"' not in (await dana.get(address))[1]
        for value in ("4h", "for ever", ""):
            status, _, _ = await dana.post(f"{address}/snooze", until=value)
            assert status == 422, value


async def test_whoever_may_not_decide_may_not_hand_on_or_put_off(desk: Desk) -> None:
    request = await desk.refund()
    async with signed_in(desk, "vera") as vera:
        address = f"/desk/requests/{request.id}"
        assert 'id="more"' not in (await vera.get(address))[1]
        assert (await vera.post(f"{address}/reassign", to="lee"))[0] == 403
        assert (await vera.post(f"{address}/snooze", until="15m"))[0] == 403
    async with signed_in(desk, "amir") as amir:
        assert (await amir.post(f"/desk/requests/{request.id}/reassign", to="lee"))[0] == 403


async def test_a_request_that_was_decided_meanwhile_is_not_handed_on(desk: Desk) -> None:
    request = await desk.refund()
    async with signed_in(desk, "dana") as dana:
        await desk.house.say(request, Approve(), "lee")
        status, page, _ = await dana.post(f"/desk/requests/{request.id}/reassign", to="lee", note="My careful note")
    assert status == 409
    assert "It was approved by Lee Park before your click" in unescape(page)
    assert "My careful note" in page


async def test_reminders_and_escalations_are_told_in_words(desk: Desk) -> None:
    request = await desk.refund(within="2h")
    for _ in range(2):
        desk.house.clock.move(minutes=10)
        await desk.house.sweep()
    async with signed_in(desk, "dana") as dana:
        text = words_of((await dana.get(f"/desk/requests/{request.id}"))[1])
    assert "reminded that it still waits" in text
    assert "told Dana Ortiz that it still waits" in text


# --- pausing --------------------------------------------------------------------------------------------------------


async def test_stopping_asks_once_more_then_blocks_and_is_said_on_every_page(desk: Desk) -> None:
    request = await desk.refund()
    async with signed_in(desk, "vera") as vera, signed_in(desk, "dana") as dana, signed_in(desk, "june") as june:
        assert "Nothing is paused" in words_of((await vera.get("/desk/pauses"))[1])
        form = {"scope": "action:refund", "reason": "Wrong refunds since noon", "end": "1h"}
        status, page, _ = await vera.post("/desk/pauses", **form)
        assert (status, "Stop it?" in page) == (200, True)
        assert desk.pausing.now() == ()
        status, page, _ = await vera.post("/desk/pauses", **form, step="back")
        assert re.search(r'id="pause-reason"[^>]*>\s*Wrong refunds since noon</textarea>', page)
        assert '<option value="1h" selected>' in page
        assert (await vera.post("/desk/pauses", **form, step="yes"))[::2] == (303, "/desk/pauses")
        text = words_of((await vera.get("/desk/pauses"))[1])
        assert "Paused by Vera Holm since 2 Mar, 10:00 EST until 2 Mar, 11:00 EST" in text
        for path in ("/desk/", "/desk/decided", f"/desk/requests/{request.id}", "/desk/nowhere"):
            text = words_of((await dana.get(path))[1])
            assert "Paused: Refund a customer by Vera Holm: Wrong refunds since noon" in text, path
        assert "Paused:" not in words_of((await june.get("/desk/decided"))[1])
        blocked = await desk.refund(5)
        assert blocked.assessment.verdict.kind is VerdictKind.BLOCK
        await desk.house.say(request, Approve(), "dana")
        desk.house.clock.move(hours=1)
        assert "Paused:" not in words_of((await dana.get("/desk/decided"))[1])


async def test_resuming_asks_once_more_then_lets_it_go_on(desk: Desk) -> None:
    async with signed_in(desk, "vera") as vera:
        await pause(vera)
        form = {"scope": "owner:refunds", "reason": "Mended"}
        assert "Let it go on?" in (await vera.post("/desk/pauses/resume", **form))[1]
        assert len(desk.pausing.now()) == 1
        _, page, _ = await vera.post("/desk/pauses/resume", **form, step="back")
        assert re.search(r'id="resume-reason-1"[^>]*>\s*Mended</textarea>', page)
        assert (await vera.post("/desk/pauses/resume", **form, step="yes"))[::2] == (303, "/desk/pauses")
        assert desk.pausing.now() == ()
        status, page, _ = await vera.post("/desk/pauses/resume", **form, step="yes")
        assert (status, "is not paused" in page) == (409, True)
        assert (await vera.get("/desk/pauses/resume"))[0] == 303
    kinds = [record.type for record in await desk.house.store.events("ledger:pauses")]
    assert kinds == ["ledger.paused", "ledger.resumed"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": " "}, "A reason is needed"),
        ({"reason": "w" * 1001}, "1 to 1000 characters"),
        ({"scope": ""}, "Choose what to stop."),
        ({"scope": "action:nothing"}, "is nothing that can be paused"),
        ({"end": "2y"}, "is none of the choices"),
    ],
)
async def test_what_is_wrong_with_a_pause_is_said_beside_its_field(
    desk: Desk, wrong: dict[str, str], said: str
) -> None:
    async with signed_in(desk, "vera") as vera:
        status, page, _ = await pause(vera, **({"reason": "My careful reason"} | wrong))
    assert status == 422
    assert said in unescape(page.partition('class="problem"')[2].partition("</p>")[0])
    assert "reason" in wrong or "My careful reason</textarea>" in page
    assert desk.pausing.now() == ()


async def test_whoever_answers_for_nothing_sees_what_is_paused_but_may_not_change_it(desk: Desk) -> None:
    async with signed_in(desk, "vera") as vera, signed_in(desk, "dana") as dana:
        await pause(vera)
        _, page = await dana.get("/desk/pauses")
        assert "Wrong refunds since noon" in page
        assert '<form method="post" action="/desk/pauses' not in page
        assert "It may be paused and resumed by Rosa Klein, Vera Holm" in words_of(page)
        assert (await pause(dana, "everything"))[0] == 403
        assert (await dana.post("/desk/pauses/resume", scope="owner:refunds", reason="no", step="yes"))[0] == 403
        assert (await vera.post("/desk/pauses", scope="everything", reason="x", step="yes", csrf="other"))[0] == 403
    assert [one.scope for one in desk.pausing.now()] == ["owner:refunds"]


async def test_an_agent_is_called_by_its_name(desk: Desk) -> None:
    agent = desk.house.issued.agent
    async with signed_in(desk, "vera") as vera:
        assert (await pause(vera, f"agent:{agent.id}"))[0] == 303
        assert "Paused: The agent support by Vera Holm" in words_of((await vera.get("/desk/"))[1])
        assert "The agent support" in words_of((await vera.get("/desk/pauses"))[1])


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_reason_is_only_text(desk: Desk, name: str) -> None:
    text = HOSTILE[name][:900]
    async with signed_in(desk, "vera") as vera:
        _, sure, _ = await pause(vera, reason=text, step="no")
        assert (await pause(vera, reason=text))[0] == 303
        pages = [sure.replace(text, ""), (await vera.get("/desk/pauses"))[1], (await vera.get("/desk/"))[1]]
    for page in pages:
        assert "<svg onload" not in page
        assert "<script>" not in page
        assert "<img" not in page
    assert not {"\u202e", "\x00", "\x1b"} & set(pages[1] + pages[2])


async def test_open_pages_are_told_when_something_is_paused(desk: Desk) -> None:
    heard = ""

    async def listen(someone: Browserless) -> None:
        nonlocal heard
        async with someone.http.get(f"{desk.url}/desk/events") as response:
            async for line in response.content:
                heard += line.decode()

    async with signed_in(desk, "dana") as dana, signed_in(desk, "vera") as vera:
        listening = asyncio.create_task(listen(dana))

        async def hello() -> bool:
            return "hello" in heard

        async def changed() -> bool:
            return "changed\ndata: *" in heard

        await until(hello)
        await pause(vera)
        await until(changed)
        assert "Paused:" in words_of((await dana.get("/desk/"))[1])
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
