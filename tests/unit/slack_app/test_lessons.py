"""Feedback items from Slack: the card's buttons, the form, the list and Home, and who was first."""

from __future__ import annotations

import json

import pytest

from bot.deciding import ChangeFeedback, Reject
from bot.domain.lessons import FeedbackItem, FeedbackState, Lesson
from bot.domain.requests import Request
from bot.policy.loading import load
from tests.fakes.slack import Message
from tests.rigs.house import POLICY
from tests.rigs.slack_office import Office
from tests.unit.slack_app.test_whole_circle import Circle


@pytest.fixture
def circle(office: Office) -> Circle:
    return Circle(office)


async def rejected(circle: Circle, lesson: Lesson | None = None) -> tuple[Request, Message]:
    request, card = await circle.held()
    await circle.office.house.say(request, Reject("wrong_amount", "It was paid.", lesson), "dana")
    await circle.settle()
    return request, card


async def item(office: Office, request: Request) -> FeedbackItem:
    found = await office.house.store.request(request.id)
    assert found is not None
    assert found.feedback is not None
    return found.feedback


async def test_the_decided_card_says_which_item_was_opened_whose_it_is_and_until_when(circle: Circle) -> None:
    _, card = await rejected(circle)
    text = json.dumps(card.blocks, ensure_ascii=False)
    assert "*Keep it as a test case*: open, Rosa has it, due <!date^1773068" in text
    assert "opened a feedback item: Keep it as a test case" in json.dumps(
        [reply.blocks for reply in circle.office.slack.thread(card)], ensure_ascii=False
    )


async def test_it_is_accepted_on_the_card_and_the_second_is_told_who_was_first(circle: Circle) -> None:
    office = circle.office
    request, card = await rejected(circle)
    await office.slack.click(office.users["lee"], card, "accept_item")
    await office.quiet()
    assert (await item(office, request)).assignee == "lee"
    await office.slack.click(office.dana, card, "accept_item")
    await office.quiet()
    assert "Lee accepted it at" in office.told(office.dana)
    await circle.settle()
    assert "Lee has it" in json.dumps(card.blocks)
    assert "accept_item" not in office.slack.offers(card)
    assert office.slack.complaints == []


async def test_it_is_declined_with_a_note_and_changed_in_a_form(circle: Circle) -> None:
    office = circle.office
    request, card = await rejected(circle)
    await office.slack.overflow(office.dana, card, "more", f"change_item|{request.id}")
    await office.quiet()
    view = office.slack.views(office.dana)[-1]
    refused = await office.slack.submit(view, {"due_at": "soon"})
    assert "no day" in refused.errors["due_at"]
    done = await office.slack.submit(view, {"kind": "knowledge_fix", "assignee": "vera", "due_at": "2026-03-20"})
    assert done.closed
    now = await item(office, request)
    assert (now.kind, now.assignee, now.due_at.date().isoformat()) == (Lesson.KNOWLEDGE_FIX, "vera", "2026-03-21")
    await office.slack.overflow(office.dana, card, "more", f"decline_item|{request.id}")
    await office.quiet()
    view = office.slack.views(office.dana)[-1]
    done = await office.slack.submit(view, {"note": "It was right after all."})
    assert done.closed
    assert (await item(office, request)).state is FeedbackState.DECLINED


async def test_a_form_that_somebody_else_was_before_says_so(circle: Circle) -> None:
    office = circle.office
    request, card = await rejected(circle)
    await office.slack.overflow(office.dana, card, "more", f"change_item|{request.id}")
    await office.quiet()
    view = office.slack.views(office.dana)[-1]
    await office.house.say(request, ChangeFeedback(FeedbackState.ACCEPTED), "lee")
    refused = await office.slack.submit(view, {"assignee": "vera"})
    assert "Lee accepted it" in json.dumps(refused.errors)
    assert (await item(office, request)).assignee == "lee"


async def test_the_command_and_home_list_what_one_has_with_its_buttons(circle: Circle) -> None:
    office = circle.office
    request, _ = await rejected(circle)
    await office.house.say(request, ChangeFeedback(assignee="lee"), "rosa")
    lee = office.users["lee"]
    await office.slack.command(lee, office.refunds, "/signoff", "feedback")
    await office.quiet()
    listed = office.slack.ephemerals(lee)[-1]
    assert {"accept_item", "finish_item", "decline_item", "change_item", "details"} <= {*office.slack.offers(listed)}
    await office.slack.click(lee, listed, "finish_item")
    await office.quiet()
    assert (await item(office, request)).state is FeedbackState.DONE
    assert "on record" in office.told(lee)
    await office.slack.command(lee, office.refunds, "/signoff", "feedback")
    await office.quiet()
    assert "No feedback item waits for you" in json.dumps(office.slack.ephemerals(lee)[-1].blocks)


async def test_the_lesson_that_a_reason_suggests_is_chosen_with_it_and_may_be_changed(circle: Circle) -> None:
    office = circle.office
    text = POLICY.replace("[wrong_amount, not_eligible]", "[wrong_amount, fraud_suspected]")
    office.house.policy = load(text, "policy.yaml")
    request, card = await circle.held()
    await office.slack.click(office.dana, card, "reject")
    await office.quiet()
    view = office.slack.views(office.dana)[-1]
    await office.slack.choose(office.dana, view, "reason_code", "fraud_suspected")
    await office.quiet()
    assert office.slack.complaints == []
    done = await office.slack.submit(office.slack.views(office.dana)[-1], {"note": "No."})
    assert done.closed
    assert (await item(office, request)).kind is Lesson.THRESHOLD
    other, card = await circle.held()
    await office.slack.click(office.dana, card, "reject")
    await office.quiet()
    await office.slack.choose(office.dana, office.slack.views(office.dana)[-1], "reason_code", "fraud_suspected")
    await office.quiet()
    view = office.slack.views(office.dana)[-1]
    done = await office.slack.submit(view, {"note": "No.", "lesson": "knowledge_fix"})
    assert done.closed
    found = await item(office, other)
    assert (found.kind, found.suggested) == (Lesson.KNOWLEDGE_FIX, Lesson.THRESHOLD)


async def test_the_form_to_reject_says_what_each_reason_suggests(circle: Circle) -> None:
    office = circle.office
    _, card = await circle.held()
    await office.slack.click(office.dana, card, "reject")
    await office.quiet()
    said = json.dumps(office.slack.views(office.dana)[-1].definition)
    assert "The policy suggests: Keep it as a test case" in said
    assert "What the policy suggests" in said
