"""Samples from Teams: the card, its buttons and dialog, the list in the chat, and who was first."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.deciding import GradeSample
from bot.domain.lessons import Grade
from bot.domain.requests import Request
from tests.rigs.house import DRAFT
from tests.rigs.teams_office import TEAMS_POLICY, Office, opened, words

SAMPLED = TEAMS_POLICY + DRAFT + "    sampling: {share: 1, reviewers: [dana]}\n"


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with opened(policy=SAMPLED) as here:
        yield here
        assert here.teams.complaints == []


async def asked(office: Office) -> Request:
    """A sample whose card was shown in this organisation."""
    request = (await office.house.propose(None, tool="draft_reply", text="We are sorry.")).request
    await office.post(request)
    return request


async def test_needs_work_takes_a_note_and_the_list_is_the_list_again_after_a_click(office: Office) -> None:
    first = await asked(office)
    await office.teams.direct(office.dana, "samples")
    listed = office.teams.chat(office.dana)[-1]
    assert "Samples (1)" in words(office, office.dana, listed)
    dialog = await office.opens(office.dana, listed, "needs_work")
    sent = await office.teams.submit(dialog, {"note": "Too stiff."})
    assert sent.closed
    second = await asked(office)
    await office.teams.direct(office.dana, "samples")
    listed = office.teams.chat(office.dana)[-1]
    await office.teams.click(office.dana, listed, "grade_good")
    samples = [(await office.now(one)).sample for one in (first, second)]
    assert [None if sample is None else sample.grade for sample in samples] == [Grade.NEEDS_WORK, Grade.GOOD]
    assert "Nothing waits for your look" in words(office, office.dana, listed)


async def test_whoever_comes_second_is_told(office: Office) -> None:
    request = await asked(office)
    await office.teams.direct(office.dana, f"show {request.id}")
    shown = office.teams.chat(office.dana)[-1]
    await office.house.say(request, GradeSample(Grade.GOOD), "lee")
    await office.teams.click(office.dana, shown, "grade_good")
    assert "Lee said good" in words(office, office.dana, shown)
