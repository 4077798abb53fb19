"""From proposal to outcome with people who only use Teams: what the agent, the record and every card then say."""

from __future__ import annotations

import pytest

from bot.signed_note import signed_arguments
from tests.rigs.slack_server import CARD_NUMBER
from tests.rigs.teams_server import District

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_is_approved_in_teams_runs_once(contoso: District) -> None:
    id_, card = await contoso.held(card=CARD_NUMBER)
    assert CARD_NUMBER not in str(card.card)
    clicked = await contoso.teams.click(contoso.users["dana"], card, "approve")
    assert clicked.ok
    assert clicked.seconds < 1
    assert any("Approved" in each for each in contoso.teams.texts(contoso.users["dana"], card))
    assert (await contoso.agent.aap.get(id_, wait=10)).status == "approved"
    await contoso.says(card, "Approved", "Dana", "Teams")
    assert (await contoso.agent.aap.consume(id_, "once")).consumption is not None
    await contoso.agent.aap.report_outcome(id_, "succeeded", "Sent.")
    await contoso.says(card, "Ran", "Sent.")
    await contoso.threaded(card, "approved it on Teams", "redeemed", "succeeded")
    told = await contoso.record(id_)
    assert told["decision"]["by"] == {"kind": "person", "id": "dana", "surface": "teams"}
    assert told["outcome"]["status"] == "succeeded"


async def test_what_is_rejected_in_teams_tells_the_agent_why(contoso: District) -> None:
    id_, card = await contoso.held(130)
    dialog = await contoso.opens(contoso.users["lee"], card, "reject")
    typed = {"reason_code": "wrong_amount", "note": "The order was 12.", "lesson": "threshold"}
    assert (await contoso.teams.submit(dialog, typed)).closed
    decided = await contoso.agent.aap.get(id_, wait=10)
    assert decided.status == "denied"
    assert decided.decision is not None
    assert decided.decision.note == "wrong_amount: The order was 12."
    await contoso.says(card, "Rejected", "Lee", "The order was 12.")


async def test_what_is_edited_in_teams_comes_back_as_arguments(contoso: District) -> None:
    id_, card = await contoso.held(140, reason="Late")
    dialog = await contoso.opens(contoso.users["dana"], card, "edit")
    await contoso.teams.submit(dialog, {"arg.amount": "80.50", "note": "Half is enough."})
    assert (await contoso.agent.seen(id_))["status"] == "pending", "nothing is signed before it was looked at"
    assert (await contoso.teams.submit(dialog, {}, "Sign")).closed
    decided = await contoso.agent.aap.get(id_, wait=10)
    assert decided.decision is not None
    assert signed_arguments(decided.decision.note or "") == {"amount": 80.5, "reason": "Late"}
    assert (await contoso.agent.redeem(id_)).status_code == 200
    await contoso.says(card, "Approved with edits", "80.50", "140.00")


async def test_who_is_no_approver_is_refused_and_told_why(contoso: District) -> None:
    id_, card = await contoso.held(150)
    clicked = await contoso.teams.click(contoso.users["rosa"], card, "approve")
    assert clicked.ok
    assert "not among its approvers" in str(clicked.card)
    assert (await contoso.agent.aap.get(id_)).status == "pending"
    assert card.edits == 0


async def test_a_question_reaches_the_agent_and_its_answer_the_card(contoso: District) -> None:
    id_, card = await contoso.held(160)
    dialog = await contoso.opens(contoso.users["dana"], card, "ask")
    assert (await contoso.teams.submit(dialog, {"text": "Was it delivered?"})).closed
    await contoso.says(card, "Was it delivered?")
    await contoso.agent.answer(id_, "Yes, a day late.")
    await contoso.says(card, "Yes, a day late.")


async def test_the_queue_is_told_in_private(contoso: District) -> None:
    await contoso.held(170)
    await contoso.teams.mention(contoso.users["dana"], contoso.refunds, "queue")
    told = await contoso.until(
        lambda: [each for each in contoso.teams.chat(contoso.users["dana"]) if each.author is None] or None,
        "an answer in the chat",
    )
    assert "wait for you" in str(told[-1].card) or "waits for you" in str(told[-1].card)
