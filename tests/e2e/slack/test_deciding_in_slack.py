"""From proposal to outcome with people who only use Slack: what the agent, the record and every card then say."""

from __future__ import annotations

import uuid

import pytest
from agentapprovalprotocol._client import ConflictError

from bot.signed_note import signed_arguments
from tests.fakes.slack import NotPossible
from tests.rigs.slack_server import CARD_NUMBER, Town, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_is_approved_in_slack_runs_once(acme: Town) -> None:
    id_, card = await acme.held(card=CARD_NUMBER)
    assert CARD_NUMBER not in words(card)
    ack = await acme.slack.click(acme.users["dana"], card, "approve")
    assert ack.ok
    assert ack.seconds < 1
    decided = await acme.agent.aap.get(id_, wait=10)
    assert decided.status == "approved"
    await acme.says(id_, "Approved", "by Dana on Slack")
    assert (await acme.agent.aap.consume(id_, "once")).consumption is not None
    await acme.says(id_, "Being run by the agent")
    await acme.agent.aap.report_outcome(id_, "succeeded", "Sent.")
    await acme.says(id_, "Ran", "Sent.", "Approved")
    lines = await acme.thread(card, "Dana approved it on Slack", "redeemed the approval", "succeeded")
    assert len(lines) == 3
    assert {"approve", "reject", "edit", "more"}.isdisjoint(acme.slack.offers(card))
    told = await acme.record(id_)
    assert told["decision"]["kind"] == "approved"
    assert told["decision"]["by"] == {"kind": "person", "id": "dana", "surface": "slack"}
    assert told["outcome"]["status"] == "succeeded"


async def test_what_is_rejected_in_slack_tells_the_agent_why(acme: Town) -> None:
    id_, card = await acme.held()
    form = await acme.opens(acme.users["lee"], card, "reject", "Reject")
    typed = {"reason_code": "wrong_amount", "note": "The order was 12.", "lesson": "threshold"}
    assert (await acme.slack.submit(form, typed)).closed
    decided = await acme.agent.aap.get(id_, wait=10)
    assert decided.status == "denied"
    assert decided.decision is not None
    assert decided.decision.note == "wrong_amount: The order was 12."
    seen = await acme.agent.seen(id_)
    assert (seen["decision"]["reason_code"], seen["decision"]["note"]) == ("wrong_amount", "The order was 12.")
    await acme.says(id_, "Rejected", "by Lee on Slack", "Wrong amount", "The order was 12.")
    await acme.thread(card, "Lee rejected it on Slack")
    assert (await acme.record(id_))["decision"]["by"]["id"] == "lee"


async def test_what_is_edited_in_slack_comes_back_as_arguments(acme: Town) -> None:
    dana = acme.users["dana"]
    id_, card = await acme.held(reason="Late")
    form = await acme.opens(dana, card, "edit", "Edit before approving")
    with pytest.raises(NotPossible, match="at most 2000"):
        await acme.slack.submit(form, {"arg.amount": "2500"})
    same = await acme.slack.submit(form, {"arg.amount": "120"})
    assert same.errors, "nothing was changed"
    reviewed = await acme.slack.submit(form, {"arg.amount": "80.50", "note": "Half is enough."})
    assert reviewed.view is not None
    assert "120" in words(reviewed.view)
    assert "80.5" in words(reviewed.view)
    assert (await acme.agent.seen(id_))["status"] == "pending", "nothing is signed before it was looked at"
    signed = await acme.slack.submit(reviewed.view)
    assert signed.errors == {}
    assert signed.closed
    decided = await acme.agent.aap.get(id_, wait=10)
    assert decided.status == "denied", "the protocol knows no edits"
    assert decided.decision is not None
    assert signed_arguments(decided.decision.note or "") == {"amount": 80.5, "reason": "Late"}
    seen = await acme.agent.seen(id_)
    assert seen["decision"]["kind"] == "approved_with_edits"
    assert (await acme.agent.redeem(id_)).status_code == 200
    await acme.says(id_, "Approved with edits", "80.50", "120.00", "Being run by the agent")
    await acme.thread(card, "approved it with edits", "redeemed")
    assert (await acme.record(id_))["grant"]["status"] == "redeemed"


async def test_an_edit_passes_once_as_the_agents_next_call(acme: Town) -> None:
    dana = acme.users["dana"]
    id_, card = await acme.held(90)
    form = await acme.opens(dana, card, "edit", "Edit before approving")
    reviewed = await acme.slack.submit(form, {"arg.amount": "60"})
    assert reviewed.view is not None
    await acme.slack.submit(reviewed.view)
    decided = await acme.agent.aap.get(id_, wait=10)
    context = (await acme.agent.seen(id_))["context"]
    assert decided.decision is not None
    call = {"tool": "issue_refund", "arguments": signed_arguments(decided.decision.note or ""), "timeout": "30m"}
    passed = await acme.agent.aap.create({**call, "context": context}, str(uuid.uuid4()))
    assert passed.status == "approved"
    await acme.says(id_, "Taken up by the agent as edited")
    held = await acme.agent.aap.create({**call, "context": context}, str(uuid.uuid4()))
    assert held.status == "pending"


async def test_a_question_reaches_the_agent_and_its_answer_the_card(acme: Town) -> None:
    dana = acme.users["dana"]
    id_, card = await acme.held()
    form = await acme.opens(dana, card, "ask", "Ask the agent")
    assert (await acme.slack.submit(form, {"text": "Was it delivered?"})).closed
    await acme.says(id_, "Was it delivered?", "No answer yet")
    assert (await acme.agent.seen(id_))["questions"][0]["text"] == "Was it delivered?"
    await acme.agent.answer(id_, "Yes, a day late.")
    await acme.says(id_, "Yes, a day late.")
    lines = await acme.thread(card, "asked the agent", "answered")
    assert "Was it delivered?" in lines[0]
    assert "Yes, a day late." in lines[1]
    assert acme.slack.notified(card.replies[-1]).users == {dana.id}, "who asked is called"
    assert (await acme.agent.aap.get(id_)).status == "pending"


async def test_claimed_let_go_and_handed_on(acme: Town) -> None:
    dana, lee = acme.users["dana"], acme.users["lee"]
    id_, card = await acme.held()
    await acme.more(dana, card, "claim")
    await acme.says(id_, "Claimed by Dana")
    assert (await acme.agent.seen(id_))["claimed_by"]["name"] == "Dana"
    await acme.more(dana, card, "release")
    await acme.until(lambda: "Claimed by" not in words(card) or None, "let go")
    form = await acme.opens(dana, card, "reassign", "Reassign")
    assert (await acme.slack.submit(form, {"to": "lee", "note": "You know them."})).closed
    there = await acme.says(id_, "Claimed by Lee", cards=2)
    assert there[1] in acme.slack.dms(lee)
    assert "Dana handed this to you: You know them." in words(there[1])
    assert "120.00" in words(there[1]), "the whole case is in the ping"
    await acme.slack.click(lee, there[1], "approve")
    await acme.says(id_, "Approved", "by Lee on Slack", cards=2)
    await acme.thread(card, "Dana claimed it", "Dana let it go", "handed it to Lee", "Lee approved it")
    assert all("approve" not in acme.slack.offers(each) for each in there)


async def test_put_off_and_told_that_it_goes_on(acme: Town) -> None:
    id_, card = await acme.held(within="4h")
    form = await acme.opens(acme.users["omar"], card, "snooze", "Snooze")
    assert (await acme.slack.submit(form, {"until": "15m"})).closed
    await acme.says(id_, "Put off by Omar")
    await acme.thread(card, "Omar put it off until")
    assert (await acme.agent.aap.get(id_)).status == "pending"


async def test_what_is_revoked_in_slack_never_runs(acme: Town) -> None:
    dana = acme.users["dana"]
    id_, card = await acme.held()
    await acme.slack.click(dana, card, "approve")
    await acme.says(id_, "Approved")
    assert acme.menu(card) == ["revoke"]
    form = await acme.opens(dana, card, "revoke", "Revoke the approval")
    assert (await acme.slack.submit(form, {"note": "It was paid already."})).closed
    await acme.says(id_, "Approval revoked, not run")
    with pytest.raises(ConflictError) as refused:
        await acme.agent.aap.consume(id_, "once")
    assert refused.value.code
    answer = await acme.agent.redeem(id_)
    assert answer.status_code == 409
    assert answer.json()["code"] == "approval_revoked"
    lines = await acme.thread(card, "revoked the approval")
    assert "It was paid already." in lines[-1]
    assert (await acme.record(id_))["grant"]["status"] == "revoked"


async def test_a_masked_field_is_shown_to_who_asks_and_to_nobody_else(acme: Town) -> None:
    dana, lee = acme.users["dana"], acme.users["lee"]
    id_, card = await acme.held(card=CARD_NUMBER)
    shown = await acme.opens(dana, card, "show", "Masked field")
    assert CARD_NUMBER in words(shown)
    assert (await acme.types(id_)).count("request.revealed") == 1
    details = await acme.opens(lee, card, "details", "Details")
    assert CARD_NUMBER not in words(details)
    await acme.slack.close(shown)
    mine = await acme.opens(dana, card, "details", "Details")
    assert CARD_NUMBER in words(mine), "for ten minutes"
    assert CARD_NUMBER not in words(card)
    assert CARD_NUMBER not in str(await acme.record(id_))
    assert CARD_NUMBER not in acme.log


async def test_details_and_explanation(acme: Town) -> None:
    rosa = acme.users["rosa"]
    _, card = await acme.held()
    details = await acme.opens(rosa, card, "details", "Details")
    assert "The parcel came late." in words(details)
    assert "proposed it; the gate held it" in words(details)
    await acme.slack.close(details)
    assert (await acme.slack.shortcut(rosa, card, "explain")).ok
    why = await acme.view(rosa, "Why it was held")
    assert "the amount is at most 25 and there are no mismatches" in words(why)
    version = (await acme.agent.v1.get("/policy/version")).json()["version"]
    assert version in words(why)


async def test_who_may_not_is_told_who_may(acme: Town) -> None:
    id_, card = await acme.held(900)
    lee, mallory = acme.users["lee"], acme.acme.user("mallory", email="mallory@evil.test")
    await acme.slack.click(lee, card, "approve")
    assert "500" in await acme.told(lee, "limit")
    card.channel.members.append(mallory)
    await acme.slack.click(mallory, card, "approve")
    await acme.told(mallory, "is nobody's in the policy")
    assert (await acme.agent.aap.get(id_)).status == "pending"
    assert "request.decided" not in await acme.types(id_)
