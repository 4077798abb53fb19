"""Samples on the desk: the list, good at once, needs work with a note, and who was first."""

from __future__ import annotations

from bot.deciding import GradeSample
from bot.domain.lessons import Grade
from tests.rigs.desk import served, signed_in, words_of
from tests.rigs.house import DRAFT, POLICY

SAMPLED = POLICY + DRAFT + "    sampling: {share: 1, reviewers: [dana]}\n"


async def test_what_waits_for_a_look_is_listed_and_graded() -> None:
    async with served(policy=SAMPLED) as desk, signed_in(desk, "dana") as dana:
        _, page = await dana.get("/desk/samples")
        assert "Nothing waits for your look" in words_of(page)
        made = [(await desk.house.propose(None, tool="draft_reply", text="Sorry")).request for _ in range(3)]
        _, page = await dana.get("/desk/samples")
        assert page.count('class="item"') == 3
        status, _, where = await dana.post(f"/desk/requests/{made[0].id}/grade_good", **{"from": "samples"})
        assert (status, where) == (303, "/desk/samples")
        path = f"/desk/requests/{made[1].id}"
        status, page, _ = await dana.post(f"{path}/needs_work", note="")
        assert status == 422
        assert "The note is needed. Say what would have been better." in words_of(page)
        status, _, _ = await dana.post(f"{path}/needs_work", note="Too stiff", lesson="knowledge_fix")
        assert status == 303
        _, page = await dana.get(path)
        assert "needs work" in words_of(page)
        assert "Mend the knowledge base" in words_of(page)
        await desk.house.say(made[2], GradeSample(Grade.GOOD), "lee")
        status, page, _ = await dana.post(f"/desk/requests/{made[2].id}/grade_good")
        assert status == 409
        assert "Lee said good" in words_of(page)
        _, page = await dana.get("/desk/samples")
        assert "Nothing waits for your look" in words_of(page)


async def test_whoever_is_not_asked_sees_no_buttons() -> None:
    async with served(policy=SAMPLED) as desk, signed_in(desk, "vera") as vera:
        made = (await desk.house.propose(None, tool="draft_reply", text="Sorry")).request
        _, page = await vera.get(f"/desk/requests/{made.id}")
        assert "waits for a look" in words_of(page)
        assert "grade_good" not in page
        status, _, _ = await vera.post(f"/desk/requests/{made.id}/grade_good")
        assert status == 403
