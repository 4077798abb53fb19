"""The feedback board: a column a state, moved by buttons; who comes second is told who was first; cases taken along."""

from __future__ import annotations

import json
import re
import zipfile
from io import BytesIO
from typing import Any

from bot.deciding import ChangeFeedback, Reject
from bot.domain.lessons import FeedbackState, Lesson
from bot.domain.requests import Request
from bot.learning.proposing import Proposing
from tests.rigs.desk import Desk, served, signed_in, words_of
from tests.rigs.house import POLICY


async def rejected(desk: Desk, amount: float = 120, lesson: Lesson | None = None) -> Request:
    held = await desk.house.held(amount, card="4111111111111111")
    return await desk.house.say(held, Reject("wrong_amount", "Too much.", lesson), "dana")


async def change(desk: Desk, request: Request, state: FeedbackState, who: str, note: str | None = None) -> None:
    await desk.house.say(request, ChangeFeedback(state, note=note), who)


def lanes(page: str) -> dict[str, list[str]]:
    """The ids in each column, in their order."""
    parts = re.split(r'<section class="lane" aria-labelledby="lane-(\w+)"', page)[1:]
    return {state: re.findall(r'data-id="([^"]+)"', text) for state, text in zip(parts[::2], parts[1::2], strict=True)}


async def test_each_item_stands_in_the_column_of_its_state_and_is_counted() -> None:
    async with served(policy=POLICY) as desk, signed_in(desk, "rosa") as rosa:
        _, page = await rosa.get("/desk/feedback")
        assert "Nothing to learn yet" in words_of(page)
        made = [await rejected(desk, 100 + number) for number in range(5)]
        await change(desk, made[1], FeedbackState.ACCEPTED, "lee")
        await change(desk, made[2], FeedbackState.DONE, "lee")
        desk.house.clock.move(hours=1)
        await change(desk, made[3], FeedbackState.DONE, "vera")
        await change(desk, made[4], FeedbackState.DECLINED, "vera", "<b>It was right.</b>")
        _, page = await rosa.get("/desk/feedback")
        assert lanes(page) == {
            "open": [made[0].id],
            "accepted": [made[1].id],
            "done": [made[3].id, made[2].id],
            "declined": [made[4].id],
        }
        assert "Done 2" in words_of(page)
        assert "<b>It was right." not in page
        _, page = await rosa.get("/desk/feedback?by=lee&overdue=nonsense")
        assert {one for lane in lanes(page).values() for one in lane} == {made[1].id}
        desk.house.clock.move(days=60)
        async with signed_in(desk, "rosa") as later:
            _, page = await later.get("/desk/feedback?overdue=yes")
        assert lanes(page)["open"] + lanes(page)["accepted"] == [made[0].id, made[1].id]
        assert "1 overdue" in words_of(page)
        assert not lanes(page)["done"]


async def test_buttons_move_it_and_lead_back_to_the_board_as_it_was_narrowed() -> None:
    async with served(policy=POLICY) as desk, signed_in(desk, "dana") as dana:
        made = await rejected(desk)
        narrowed = "feedback?owner=refunds&kind=regression_case"
        status, _, to = await dana.post(f"/desk/requests/{made.id}/accept_item", **{"from": narrowed})
        assert (status, to) == (303, f"/desk/{narrowed}")
        status, page, _ = await dana.post(f"/desk/requests/{made.id}/decline_item", note=" ", **{"from": narrowed})
        assert status == 422
        assert lanes(page)["accepted"] == [made.id]
        assert re.search(rf'id="decline-{made.id}" open', page)
        assert 'value="refunds" selected' in page
        status, _, _ = await dana.post(f"/desk/requests/{made.id}/finish_item", **{"from": narrowed})
        assert status == 303
        status, _, _ = await dana.post(
            f"/desk/requests/{made.id}/change_item", state="open", seen="2", **{"from": narrowed}
        )
        assert status == 303
        _, page = await dana.get(f"/desk/{narrowed}")
        assert lanes(page)["open"] == [made.id]
        for elsewhere in ("//evil.test", "feedback?\r\nX: y", "feedback/../../out", "feedbackx"):
            _, _, to = await dana.post(f"/desk/requests/{made.id}/accept_item", **{"from": elsewhere})
            assert to == f"/desk/requests/{made.id}"


async def test_who_comes_second_is_told_who_was_first_on_the_board() -> None:
    async with served(policy=POLICY) as desk, signed_in(desk, "dana") as dana:
        made = await rejected(desk)
        await change(desk, made, FeedbackState.DONE, "vera")
        status, page, _ = await dana.post(f"/desk/requests/{made.id}/finish_item", **{"from": "feedback"})
        assert status == 409
        assert "Vera said that it is done at 2026-03-02" in words_of(page)
        assert lanes(page)["done"] == [made.id]


async def test_a_threshold_shows_its_change_and_what_the_record_says_of_it() -> None:
    async with served(policy=POLICY) as desk, signed_in(desk, "rosa") as rosa:
        made = await rejected(desk, 400, Lesson.THRESHOLD)
        house = desk.house
        proposed = await Proposing(house.store, house.clock, lambda: house.policy).propose(made.id)
        assert proposed is not None
        assert proposed.diff
        _, page = await rosa.get("/desk/feedback?kind=threshold")
        shown = words_of(page)
        assert proposed.told in shown
        assert "--- a/policy.yaml" in page
        assert f"Judged again {proposed.judged}" in shown
        assert f"Corrections caught {proposed.caught} of {proposed.overrides}" in shown


async def test_cases_are_taken_along_by_those_who_answer_for_the_team_alone() -> None:
    async with served(policy=POLICY) as desk:
        kept, gone = await rejected(desk, 120), await rejected(desk, 130)
        await change(desk, gone, FeedbackState.DECLINED, "vera", "It was right.")
        async with signed_in(desk, "dana") as dana:
            _, page = await dana.get("/desk/feedback")
            assert "/desk/feedback/export" not in page
            status, page = await dana.get("/desk/feedback/export?as=jsonl")
            assert status == 403
            assert "Ask Vera, Rosa" in words_of(page)
        async with signed_in(desk, "rosa") as rosa:
            _, page = await rosa.get("/desk/feedback?owner=refunds")
            assert '/desk/feedback/export?as=promptfoo&amp;owner=refunds"' in page
            _, text = await rosa.get("/desk/feedback/export?as=jsonl")
            cases: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
            assert [case["id"] for case in cases] == [kept.id]
            assert "4111111111111111" not in text
            _, text = await rosa.get("/desk/feedback/export?as=promptfoo&owner=refunds")
            assert text.count("\n  - ") == 1
            async with rosa.http.get(f"{desk.url}/desk/feedback/export?as=openai-evals") as response:
                packed = zipfile.ZipFile(BytesIO(await response.read()))
            assert packed.testzip() is None
            assert len(packed.read("data/signoff-regressions/samples.jsonl").splitlines()) == 1
            assert b"samples_jsonl: signoff-regressions/samples.jsonl" in packed.read("evals/signoff-regressions.yaml")
            status, page = await rosa.get("/desk/feedback/export?as=xml")
            assert status == 400
            assert "choose jsonl, promptfoo or openai-evals" in words_of(page).lower()
