"""Modals: opened at once, right when somebody else decides meanwhile, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest

from bot.deciding import Approve, Claim
from bot.domain.lessons import Lesson
from bot.domain.requests import Request
from tests.fakes.slack import Fault, Message, Signed, View
from tests.rigs.slack_office import Office


async def form(office: Office, message: Message, action: str, who: str = "dana") -> View:
    """The form behind a button, or behind an entry of the menu."""
    user = office.users[who]
    if action in {"reject", "edit", "details", "show"}:
        ack = await office.slack.click(user, message, action)
    else:
        ack = await office.slack.overflow(user, message, "more", action)
    assert ack.ok
    assert ack.seconds < 3
    await office.quiet()
    return office.slack.views(user)[-1]


def words(view: View) -> str:
    return str(view.definition)


async def test_reject_asks_for_reason_note_and_lesson(office: Office) -> None:
    request, message = await office.held()
    view = await form(office, message, "reject")
    assert view.history  # it opened loading, and was filled afterwards
    done = await office.slack.submit(
        view, {"reason_code": "not_eligible", "note": "Refunded by phone", "lesson": "knowledge_fix"}
    )
    assert done.closed
    assert done.delivery.seconds < 3
    decision = (await office.decided(request)).decision
    assert decision is not None
    assert (decision.reason_code, decision.note) == ("not_eligible", "Refunded by phone")
    assert decision.lesson is Lesson.KNOWLEDGE_FIX
    assert office.slack.complaints == []


async def test_an_edit_is_reviewed_before_and_after_and_then_signed(office: Office) -> None:
    request, message = await office.held(120, reason="Late")
    view = await form(office, message, "edit")
    reviewed = await office.slack.submit(view, {"arg.amount": "80", "note": "Two thirds", "lesson": "threshold"})
    assert reviewed.errors == {}
    review = office.slack.views(office.dana)[-1]
    assert review.title == "Before and after"
    assert "120" in words(review)
    assert "80" in words(review)
    assert (await office.now(request)).pending
    signed = await office.slack.submit(review)
    assert signed.closed
    decision = (await office.decided(request)).decision
    assert decision is not None
    assert decision.kind.value == "approved_with_edits"
    assert decision.arguments == {"amount": 80, "reason": "Late"}
    assert (decision.note, decision.lesson) == ("Two thirds", Lesson.THRESHOLD)
    assert office.slack.complaints == []


async def test_what_can_t_be_signed_stands_below_its_input(office: Office) -> None:
    _, message = await office.held()
    view = await form(office, message, "edit", "lee")
    unchanged = await office.slack.submit(view)
    assert "nothing was changed" in unchanged.errors["arg.amount"]
    too_much = await office.slack.submit(view, {"arg.amount": "700"})
    assert too_much.view is view
    assert "above your limit of 500" in next(iter(too_much.errors.values()))


async def test_a_cap_that_does_not_fit_says_so_on_signing_and_the_form_still_has_what_was_typed(office: Office) -> None:
    request, message = await office.held(120)
    view = await form(office, message, "edit")
    await office.slack.submit(view, {"arg.amount": "1900"})
    review = office.slack.views(office.dana)[-1]
    assert review is not view, view.errors
    refused = await office.slack.submit(review)
    assert (await office.decided(request)).pending
    assert refused.view is not None
    assert "1,000" in words(refused.view) or "1000" in words(refused.view)
    await office.slack.close(refused.view)
    assert office.slack.views(office.dana) == [view]
    assert view.values["arg.amount"]["arg.amount"]["value"] == "1900"


@pytest.mark.parametrize("action", ["reject", "edit", "ask", "snooze", "reassign"])
async def test_submitted_after_somebody_else_decided_the_modal_says_who_and_when(office: Office, action: str) -> None:
    request, message = await office.held()
    view = await form(office, message, action if action in {"reject", "edit"} else f"{action}|{request.id}")
    await office.house.say(request, Approve(), "lee")
    typed = {
        "reject": {"reason_code": "not_eligible", "note": "No"},
        "edit": {"arg.amount": "80"},
        "ask": {"text": "Why?"},
        "snooze": {},
        "reassign": {"to": "omar"},
    }[action]
    refused = await office.slack.submit(view, typed)
    assert refused.delivery.answer["response_action"] == "errors"
    assert any("approved by Lee, 2026-03-02" in text for text in refused.errors.values())
    assert refused.view is view
    found = await office.decided(request)
    assert found.decision is not None
    assert (found.status, found.decision.by.id) == ("approved", "lee")


async def test_signed_after_somebody_else_decided_the_review_becomes_a_notice(office: Office) -> None:
    request, message = await office.held()
    view = await form(office, message, "edit")
    await office.slack.submit(view, {"arg.amount": "80"})
    await office.house.say(request, Approve(), "lee")
    refused = await office.slack.submit(office.slack.views(office.dana)[-1])
    assert refused.view is not None
    assert "approved by Lee" in words(refused.view)
    assert (await office.now(request)).status == "approved"


async def test_opened_after_somebody_else_decided_the_form_is_a_notice(office: Office) -> None:
    request, message = await office.held()
    await office.house.say(request, Approve(), "lee")
    view = await form(office, message, "reject")
    assert "approved by Lee" in words(view)
    assert "submit" not in view.definition


async def test_one_s_own_submission_that_comes_twice_is_no_refusal(office: Office) -> None:
    request, message = await office.held()
    first = await form(office, message, "reject")
    again: dict[str, Any] = dict(
        (await office.slack.submit(first, {"reason_code": "not_eligible", "note": "No"})).delivery.payload
    )
    again["trigger_id"] = office.slack.trigger(office.dana)
    second = await office.slack.interact(again)
    assert (second.status, second.answer) == (200, {})
    assert (await office.types(request)).count("request.decided") == 1


async def test_asking_revoking_reassigning_and_snoozing(office: Office) -> None:
    request, message = await office.held()
    await office.slack.submit(await form(office, message, f"ask|{request.id}"), {"text": "Which order?"})
    await office.slack.submit(await form(office, message, f"snooze|{request.id}"), {"until": "15m"})
    await office.slack.submit(await form(office, message, f"reassign|{request.id}"), {"to": "omar", "note": "Yours"})
    found = await office.now(request)
    assert [asked.text for asked in found.questions] == ["Which order?"]
    assert [snooze.by.id for snooze in found.snoozes] == ["dana"]
    assert found.claim is not None
    assert found.claim.by.id == "omar"
    await office.house.say(request, Approve(), "dana")
    revoking = await office.post(await office.now(request), record=True)
    await office.slack.submit(await form(office, revoking, f"revoke|{request.id}"), {"note": "Wrong customer"})
    assert "request.revoked" in await office.types(request)
    assert office.slack.complaints == []


async def test_nobody_is_offered_times_beyond_the_deadline(office: Office) -> None:
    request, message = await office.held(within="20m")
    view = await form(office, message, f"snooze|{request.id}")
    element = next(block["element"] for block in view.blocks if block["type"] == "input")
    assert [option["value"] for option in element["options"]] == ["15m", "promise"]


async def test_a_masked_field_is_shown_to_the_one_who_asks_once_that_is_on_record(office: Office) -> None:
    request, message = await office.held(card="4111 1111 1111 1111")
    assert "4111" not in str(message.blocks)
    view = await form(office, message, "show")
    assert "4111 1111 1111 1111" in words(view)
    assert "request.revealed" in await office.types(request)
    assert "4111" not in str(message.blocks)
    assert office.slack.views(office.lee) == []


async def test_a_masked_field_is_not_shown_to_who_may_not_see_it(office: Office) -> None:
    request, message = await office.held(card="4111 1111 1111 1111")
    pat = office.acme.user("pat", email="pat@else.test")
    office.refunds.members.append(pat)
    await office.slack.click(pat, message, "show")
    await office.quiet()
    assert "4111" not in str([view.definition for view in office.slack.views(pat)])
    assert "Vera" in words(office.slack.views(pat)[-1])
    assert "request.revealed" not in await office.types(request)


async def test_details_show_everything_and_the_explanation_says_which_rules_spoke(office: Office) -> None:
    request, message = await office.held(reason="Late")
    await office.house.say(request, Claim(), "lee")
    details = await form(office, message, "details")
    assert "claimed" in words(details) or "took" in words(details)
    assert f"/requests/{request.id}" in words(details)
    await office.slack.close(details)
    ack = await office.slack.shortcut(office.dana, message, "explain")
    assert ack.seconds < 3
    await office.quiet()
    assert "The gate held it" in words(office.slack.views(office.dana)[-1])


async def test_the_explanation_of_a_message_that_is_no_card_says_so(office: Office) -> None:
    message = office.slack.say(office.lee, office.refunds, "Hello")
    await office.slack.shortcut(office.dana, message, "explain")
    await office.quiet()
    assert "no card of a request" in words(office.slack.views(office.dana)[-1])


@pytest.mark.parametrize("error", ["expired_trigger_id", "exchanged_trigger_id"])
@pytest.mark.parametrize("action", ["reject", "details"])
async def test_a_stale_trigger_makes_a_private_click_again(office: Office, error: str, action: str) -> None:
    request, message = await office.held()
    office.slack.faults.next("views.open", Fault.REFUSED, error=error)
    await office.slack.click(office.dana, message, action)
    await office.quiet()
    assert "click again" in office.told(office.dana)
    assert office.slack.views(office.dana) == []
    assert (await office.now(request)).pending


async def test_a_form_opens_before_anything_is_read(office: Office) -> None:
    request, message = await office.held()
    await office.slack.click(office.lee, message, "details")  # who Slack's users are is known from now on
    await office.quiet()
    office.slowness[0] = 3.0
    await office.slack.click(office.dana, message, "reject")
    view = (await office.slack.until(lambda: office.slack.views(office.dana), within=2.5))[0]
    assert "reading the record" in words(view)
    office.slowness[0] = 0.0
    await office.quiet()
    assert view.definition["callback_id"] == "reject"
    assert (await office.now(request)).pending


async def test_a_forged_or_foreign_form_does_nothing(office: Office) -> None:
    request, message = await office.held()
    view = await form(office, message, "reject")
    done = await office.slack.submit(view, {"reason_code": "not_eligible", "note": "No"}, signed=Signed.WRONG_SECRET)
    assert done.delivery.status == 401
    other = dict(done.delivery.payload)
    for callback, metadata in (("nuke", "{}"), ("reject", "{}"), ("reject", "[1"), ("reject", '{"request": "x"}')):
        other["view"] = dict(other["view"]) | {"callback_id": callback, "private_metadata": metadata}
        other["trigger_id"] = office.slack.trigger(office.dana)
        answer = await office.slack.interact(other)
        assert answer.answer["response_action"] == "errors"
    assert (await office.decided(request)).pending


async def test_another_s_draft_can_t_be_signed(office: Office) -> None:
    request, message = await office.held()
    view = await form(office, message, "edit")
    await office.slack.submit(view, {"arg.amount": "80"})
    review = office.slack.views(office.dana)[-1]
    signed = await office.slack.submit(review, signed=Signed.WRONG_SECRET)
    payload = dict(signed.delivery.payload)
    payload["user"] = payload["user"] | {"id": office.lee.id}
    payload["trigger_id"] = office.slack.trigger(office.lee)
    answer = await office.slack.interact(payload)
    assert "not kept any more" in str(answer.answer)
    assert (await office.decided(request)).pending


async def test_a_draft_is_kept_for_an_hour(office: Office) -> None:
    request, message = await office.held(within="4h")
    view = await form(office, message, "edit")
    await office.slack.submit(view, {"arg.amount": "80"})
    office.house.clock.move(minutes=61)
    refused = await office.slack.submit(office.slack.views(office.dana)[-1])
    assert "not kept any more" in str(refused.delivery.answer)
    assert await _pending(office, request)


async def _pending(office: Office, request: Request) -> bool:
    return (await office.decided(request)).pending
