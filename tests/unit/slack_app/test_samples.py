"""Samples from Slack: the card that comes to whoever is asked, its buttons and form, the list, and who was first."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from bot.deciding import GradeSample
from bot.domain.lessons import Grade, Lesson
from bot.domain.requests import Request
from tests.fakes.slack import Message
from tests.rigs.house import DRAFT, POLICY
from tests.rigs.slack_office import opened
from tests.unit.slack_app.test_whole_circle import Circle

SAMPLED = POLICY + DRAFT + "    sampling: {share: 1, reviewers: [lee]}\n"


@pytest.fixture
async def circle() -> AsyncIterator[Circle]:
    async with opened(policy=SAMPLED) as office:
        yield Circle(office)
        assert office.slack.complaints == []


async def asked(circle: Circle) -> tuple[Request, Message]:
    opened_one = await circle.office.house.propose(None, tool="draft_reply", text="We are sorry.")
    await circle.settle()
    return opened_one.request, circle.office.slack.dms(circle.office.users["lee"])[-1]


async def now(circle: Circle, request: Request) -> Request:
    found = await circle.office.house.store.request(request.id)
    assert found is not None
    assert found.sample is not None
    return found


async def test_good_is_one_click_on_the_card(circle: Circle) -> None:
    office = circle.office
    request, card = await asked(circle)
    assert "nothing waits for you" in json.dumps(card.blocks)
    await office.slack.click(office.users["lee"], card, "grade_good")
    await circle.settle()
    found = await now(circle, request)
    assert found.sample is not None
    assert found.sample.grade is Grade.GOOD
    assert "good, said Lee" in json.dumps(card.blocks)
    assert "grade_good" not in office.slack.offers(card)


async def test_needs_work_takes_a_note_and_opens_an_item(circle: Circle) -> None:
    office = circle.office
    request, card = await asked(circle)
    await office.slack.click(office.users["lee"], card, "needs_work")
    await office.quiet()
    view = office.slack.views(office.users["lee"])[-1]
    done = await office.slack.submit(view, {"note": "Too stiff.", "lesson": "knowledge_fix"})
    assert done.closed
    found = await now(circle, request)
    assert found.sample is not None
    assert (found.sample.grade, found.sample.note) == (Grade.NEEDS_WORK, "Too stiff.")
    assert found.feedback is not None
    assert found.feedback.kind is Lesson.KNOWLEDGE_FIX
    await circle.settle()
    assert "needs work, said Lee" in json.dumps(card.blocks)


async def test_the_command_lists_them_and_whoever_comes_second_is_told(circle: Circle) -> None:
    office = circle.office
    request, _ = await asked(circle)
    lee = office.users["lee"]
    await office.slack.command(lee, office.refunds, "/signoff", "samples")
    await office.quiet()
    listed = office.slack.ephemerals(lee)[-1]
    assert {"grade_good", "needs_work", "details"} <= {*office.slack.offers(listed)}
    await office.house.say(request, GradeSample(Grade.GOOD), "dana")
    await office.slack.click(lee, listed, "grade_good")
    await office.quiet()
    assert "Dana said good" in office.told(lee)
    await office.slack.command(lee, office.refunds, "/signoff", "samples")
    await office.quiet()
    assert "Nothing waits for your look" in json.dumps(office.slack.ephemerals(lee)[-1].blocks)
