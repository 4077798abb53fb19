"""Feedback items from Teams: the card's buttons, the dialogs, the list in the chat, and who was first."""

from __future__ import annotations

import json

from bot.deciding import ChangeFeedback, Reject
from bot.domain.lessons import FeedbackItem, FeedbackState, Lesson
from bot.domain.requests import Request
from tests.fakes.teams.cards.reading import texts
from tests.fakes.teams.dialogs import Dialog
from tests.rigs.teams_office import Office, words


async def rejected(office: Office) -> Request:
    """With its card as it is now in Dana's chat."""
    request, _ = await office.held()
    await office.house.say(request, Reject("wrong_amount", "It was paid."), "dana")
    await office.teams.direct(office.dana, f"show {request.id}")
    return request


async def item(office: Office, request: Request) -> FeedbackItem:
    found = (await office.now(request)).feedback
    assert found is not None
    return found


def reads(dialog: Dialog | None) -> str:
    assert dialog is not None
    assert dialog.card is not None
    return " ".join(texts(dialog.card))


async def test_it_is_accepted_on_the_card_and_the_second_is_told_who_was_first(office: Office) -> None:
    request = await rejected(office)
    shown = office.teams.chat(office.dana)[-1]
    await office.house.say(request, ChangeFeedback(FeedbackState.ACCEPTED), "lee")
    await office.teams.click(office.dana, shown, "accept_item")
    assert "Lee accepted it at" in words(office, office.dana, shown)
    assert (await item(office, request)).assignee == "lee"


async def test_it_is_changed_and_declined_in_dialogs(office: Office) -> None:
    request = await rejected(office)
    shown = office.teams.chat(office.dana)[-1]
    dialog = await office.opens(office.dana, shown, "change_item")
    refused = await office.teams.submit(dialog, {"due_at": "soon"})
    assert "no day" in reads(refused.dialog).lower()
    sent = await office.teams.submit(dialog, {"kind": "threshold", "assignee": "vera", "due_at": "2026-03-20"})
    assert sent.closed
    now = await item(office, request)
    assert (now.kind, now.assignee) == (Lesson.THRESHOLD, "vera")
    dialog = await office.opens(office.dana, shown, "decline_item")
    sent = await office.teams.submit(dialog, {"note": "It was right after all."})
    assert sent.closed
    assert (await item(office, request)).state is FeedbackState.DECLINED


async def test_the_command_lists_what_one_has_and_is_the_list_again_after_a_click(office: Office) -> None:
    request = await rejected(office)
    await office.house.say(request, ChangeFeedback(assignee="dana"), "rosa")
    await office.teams.direct(office.dana, "feedback")
    listed = office.teams.chat(office.dana)[-1]
    assert "Keep it as a test case" in words(office, office.dana, listed)
    await office.teams.click(office.dana, listed, "finish_item")
    assert (await item(office, request)).state is FeedbackState.DONE
    assert "No feedback item waits for you" in words(office, office.dana, listed)


async def test_the_form_to_reject_says_what_each_reason_suggests(office: Office) -> None:
    _, message = await office.held()
    dialog = await office.opens(office.dana, message, "reject")
    assert "The policy suggests: Keep it as a test case" in reads(dialog)
    assert "What the policy suggests" in json.dumps(dialog.card)
