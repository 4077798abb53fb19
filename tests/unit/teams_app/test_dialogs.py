"""Dialogs: filled in, refused in place, reviewed and signed, as on every other surface."""

from __future__ import annotations

import asyncio

import pytest

from bot.deciding import Approve, Claim
from tests.fakes.teams.cards.reading import texts
from tests.fakes.teams.dialogs import Dialog
from tests.rigs.teams_office import Office, opened


def reads(dialog: Dialog | None) -> str:
    assert dialog is not None
    assert dialog.card is not None
    return " ".join(texts(dialog.card))


async def test_a_rejection_is_typed_and_closes_the_dialog(office: Office) -> None:
    request, message = await office.held()
    dialog = await office.opens(office.dana, message, "reject")
    typed = {"reason_code": "wrong_amount", "note": "It was 12.", "lesson": "threshold"}
    sent = await office.teams.submit(dialog, typed)
    assert sent.closed
    found = await office.now(request)
    assert found.decision is not None
    assert (found.status, found.decision.reason_code, found.decision.note) == ("rejected", "wrong_amount", "It was 12.")


async def test_an_edit_is_checked_in_place_reviewed_and_signed(office: Office) -> None:
    request, message = await office.held(reason="Late")
    dialog = await office.opens(office.dana, message, "edit")
    refused = await office.teams.submit(dialog, {"arg.amount": "2500", "note": "Half."})
    assert "Is above 2000" in reads(refused.dialog)
    assert "2500" in str(dialog.card)
    assert "Half." in str(dialog.card)
    reviewed = await office.teams.submit(dialog, {"arg.amount": "80.50"})
    assert "80.5" in reads(reviewed.dialog)
    assert "120" in reads(reviewed.dialog)
    assert (await office.now(request)).pending
    signed = await office.teams.submit(dialog, {}, "Sign")
    assert signed.closed
    found = await office.now(request)
    assert found.decision is not None
    assert found.status == "approved_with_edits"
    assert found.decision.note == "Half."
    assert found.decision.arguments is not None
    assert str(found.decision.arguments["amount"]) in {"80.5", "80.50"}


async def test_going_back_from_the_review_keeps_what_was_typed(office: Office) -> None:
    _, message = await office.held()
    dialog = await office.opens(office.dana, message, "edit")
    await office.teams.submit(dialog, {"arg.amount": "77", "note": "Less."})
    await office.teams.submit(dialog, {}, "Back")
    assert "77" in str(dialog.card)
    assert "Less." in str(dialog.card)


async def test_nothing_changed_is_said_in_the_form(office: Office) -> None:
    request, message = await office.held()
    dialog = await office.opens(office.dana, message, "edit")
    sent = await office.teams.submit(dialog, {})
    assert sent.dialog is not None
    assert "approve it instead" in reads(sent.dialog).lower() or "nothing" in reads(sent.dialog).lower()
    assert (await office.now(request)).pending


@pytest.mark.parametrize("verb", ["reject", "edit", "ask"])
async def test_what_somebody_else_decided_meanwhile_is_said_with_who_and_when(office: Office, verb: str) -> None:
    request, message = await office.held()
    dialog = await office.opens(office.dana, message, verb)
    await office.house.say(request, Approve(), "lee")
    typed = {
        "reject": {"reason_code": "wrong_amount", "note": "No."},
        "edit": {"arg.amount": "80"},
        "ask": {"text": "?"},
    }
    sent = await office.teams.submit(dialog, typed[verb])
    assert "approved by Lee" in reads(sent.dialog)
    assert "2026-03-02" in str(dialog.card)
    assert (await office.now(request)).status == "approved"


async def test_a_question_is_asked(office: Office) -> None:
    request, message = await office.held()
    dialog = await office.opens(office.dana, message, "ask")
    assert (await office.teams.submit(dialog, {"text": "Was it delivered?"})).closed
    assert (await office.now(request)).questions[0].text == "Was it delivered?"


async def test_handed_on_put_off_and_revoked(office: Office) -> None:
    request, message = await office.held()
    handing = await office.opens(office.dana, message, "reassign")
    assert (await office.teams.submit(handing, {"to": "lee"})).closed
    claim = (await office.now(request)).claim
    assert claim is not None
    assert claim.by.id == "lee"
    putting = await office.opens(office.users["lee"], message, "snooze")
    assert (await office.teams.submit(putting, {})).closed
    assert [one.by.id for one in (await office.now(request)).snoozes] == ["lee"]
    await office.house.say(await office.now(request), Approve(), "lee")
    data = {"verb": "revoke", "request": request.id}
    where = {"id": message.conversation_id, "conversationType": "channel", "tenantId": office.contoso.id}
    opened_ = await office.teams.invoke(
        office.users["lee"], office.refunds, "task/fetch", {"data": data}, conversation=where
    )
    assert "Revoke" in opened_.last.body
    form = {"dialog": "revoke", "request": request.id, "inputs": ["note"], "note": "A mistake."}
    await office.teams.invoke(office.users["lee"], office.refunds, "task/submit", {"data": form}, conversation=where)
    found = await office.now(request)
    assert found.grant is not None
    assert found.grant.status == "revoked"


async def test_a_look_at_a_masked_field_is_on_record_once_for_each_click(office: Office) -> None:
    request, message = await office.held(card="4111222233334444")
    assert "4111222233334444" not in str(message.card)
    clicked = await office.teams.click(office.dana, message, "show")
    assert clicked.dialog is not None
    assert "4111222233334444" in reads(clicked.dialog)
    again = await office.teams.replay(clicked)
    assert "4111222233334444" in again.body
    assert (await office.types(request)).count("request.revealed") == 1


async def test_who_may_not_see_it_is_told_so_in_the_dialog(office: Office) -> None:
    _, message = await office.held()
    gus = office.contoso.user("Gus", email="gus@acme.test")
    await office.teams.join(gus, office.team)
    clicked = await office.teams.click(gus, message, "details")
    assert "nobody's in the policy" in reads(clicked.dialog)


async def test_details_and_explanation_are_shown(office: Office) -> None:
    _, message = await office.held()
    await office.teams.click(office.dana, message, "details")
    details = office.teams.dialogs(office.dana)[-1]
    assert "issue_refund" in reads(details)
    office.teams.close(details)
    why = await office.opens(office.dana, message, "explain")
    assert "The gate held it" in reads(why)


async def test_a_submission_that_comes_twice_has_one_effect(office: Office) -> None:
    request, message = await office.held()
    dialog = await office.opens(office.dana, message, "ask")
    sent = await office.teams.submit(dialog, {"text": "Why?"})
    again = await office.teams.replay(sent.delivery)
    assert again.status == 200
    assert len((await office.now(request)).questions) == 1


async def test_two_tabs_at_once_are_one_decision(office: Office) -> None:
    request, message = await office.held()
    one = await office.opens(office.dana, message, "reject")
    two = await office.opens(office.users["lee"], message, "reject")
    typed = {"reason_code": "wrong_amount", "note": "No."}
    await asyncio.gather(office.teams.submit(one, typed), office.teams.submit(two, typed))
    assert (await office.types(request)).count("request.decided") == 1
    assert sum(each.closed for each in (one, two)) == 1


async def test_a_slow_submission_is_said_to_go_on_and_told_where_it_failed() -> None:
    async with opened(ack_seconds=0.3) as office:
        request, message = await office.held()
        dialog = await office.opens(office.dana, message, "reject")
        await office.house.say(request, Claim(), "lee")
        await office.house.say(await office.now(request), Approve(), "lee")
        office.slowness[0] = 0.4
        sent = await office.teams.submit(dialog, {"reason_code": "wrong_amount", "note": "No."})
        assert sent.delivery.said.startswith("Still working")
        office.slowness[0] = 0.0
        assert (await office.now(request)).status == "approved"
        assert "approved by Lee" in office.told(office.dana)
