"""Every card of a request, in its channel, in the second one and before one person, says how it stands by now."""

from __future__ import annotations

import pytest

from tests.fakes.slack import Message
from tests.rigs.slack_server import Town, lines_of, words

pytestmark = pytest.mark.asyncio(loop_scope="module")
EVERYWHERE = pytest.mark.parametrize("tool", ["issue_refund", "refund_stray"], ids=["first channel", "second channel"])
DECIDING = {"approve", "reject", "edit"}


async def handed_on(acme: Town, tool: str, **more: str) -> tuple[str, list[Message]]:
    """A request that Dana handed to Lee: its card in a channel, and the one that only he sees."""
    id_, card = await acme.held(tool=tool, **more)
    assert card.channel.name == ("second" if tool == "refund_stray" else "refunds")
    form = await acme.opens(acme.users["dana"], card, "reassign", "Reassign")
    assert (await acme.slack.submit(form, {"to": "lee"})).closed
    there = await acme.says(id_, "Claimed by Lee", cards=2)
    assert [each.channel.kind.value for each in there] == ["public_channel", "im"]
    return id_, there


def require_over(acme: Town, there: list[Message], *steps: str) -> None:
    """Nothing can be decided on any of them, and the thread has one line a step with its time."""
    assert all(DECIDING.isdisjoint(acme.slack.offers(each)) for each in there)
    lines = lines_of(there[0])
    assert len(lines) == len(steps), lines
    for line, step in zip(lines, steps, strict=True):
        assert step in line
        assert " UTC" in line, "with its time"
    assert lines_of(there[1]) == [], "nobody is told twice in private"


@EVERYWHERE
async def test_approved_redeemed_and_run(acme: Town, tool: str) -> None:
    id_, there = await handed_on(acme, tool)
    await acme.slack.click(acme.users["lee"], there[1], "approve")
    await acme.says(id_, "Approved", "by Lee on Slack", "may run it once, until", cards=2)
    assert [acme.menu(each) for each in there] == [["revoke"], ["revoke"]]
    await acme.agent.aap.consume(id_, "once")
    await acme.says(id_, "Being run by the agent", cards=2)
    assert [acme.menu(each) for each in there] == [[], []], "too late to take it back"
    await acme.agent.aap.report_outcome(id_, "succeeded")
    await acme.says(id_, "Ran", "What was run", cards=2)
    await acme.thread(there[0], "succeeded")
    require_over(acme, there, "Dana handed it to Lee", "Lee approved it", "redeemed", "succeeded")


@EVERYWHERE
async def test_run_and_failed(acme: Town, tool: str) -> None:
    id_, there = await handed_on(acme, tool)
    await acme.slack.click(acme.users["dana"], there[0], "approve")
    await acme.agent.aap.get(id_, wait=10)
    await acme.agent.aap.consume(id_, "once")
    await acme.agent.aap.report_outcome(id_, "failed", "The bank said no.")
    await acme.says(id_, "Ran and failed", "The bank said no.", cards=2)
    await acme.thread(there[0], "failed")
    require_over(acme, there, "handed it", "approved it", "redeemed", "The bank said no.")


@EVERYWHERE
async def test_edited(acme: Town, tool: str) -> None:
    id_, there = await handed_on(acme, tool)
    form = await acme.opens(acme.users["lee"], there[1], "edit", "Edit before approving")
    reviewed = await acme.slack.submit(form, {"arg.amount": "99.50", "note": "As agreed.", "lesson": "regression_case"})
    assert reviewed.view is not None
    assert (await acme.slack.submit(reviewed.view)).closed
    await acme.says(id_, "Approved with edits", "99.50", "120.00", "As agreed.", cards=2)
    lines = await acme.thread(there[0], "opened a feedback item")
    assert "120.00" in lines[-2]
    assert "99.50" in lines[-2]
    require_over(acme, there, "handed it", "approved it with edits", "opened a feedback item")


@EVERYWHERE
async def test_rejected(acme: Town, tool: str) -> None:
    id_, there = await handed_on(acme, tool)
    form = await acme.opens(acme.users["lee"], there[1], "reject", "Reject")
    assert (await acme.slack.submit(form, {"reason_code": "wrong_amount", "note": "It was 12."})).closed
    await acme.says(id_, "Rejected", "by Lee on Slack", "Wrong amount", "It was 12.", cards=2)
    await acme.thread(there[0], "opened a feedback item")
    require_over(acme, there, "handed it", "Lee rejected it", "Rosa has it")


@EVERYWHERE
async def test_expired(acme: Town, tool: str) -> None:
    id_, there = await handed_on(acme, tool, within="3s")
    await acme.says(id_, "Expired, not run", cards=2)
    await acme.thread(there[0], "expire")
    require_over(acme, there, "handed it", "not run")
    assert (await acme.agent.aap.get(id_)).status == "expired"


@EVERYWHERE
async def test_cancelled(acme: Town, tool: str) -> None:
    id_, there = await handed_on(acme, tool)
    await acme.agent.aap.cancel(id_)
    await acme.says(id_, "Cancelled by the agent", cards=2)
    await acme.thread(there[0], "cancelled it")
    require_over(acme, there, "handed it", "cancelled it")


@EVERYWHERE
async def test_revoked(acme: Town, tool: str) -> None:
    id_, there = await handed_on(acme, tool)
    await acme.slack.click(acme.users["lee"], there[1], "approve")
    await acme.says(id_, "Approved", cards=2)
    form = await acme.opens(acme.users["vera"], there[0], "revoke", "Revoke the approval")
    assert (await acme.slack.submit(form, {"note": "Paid already."})).closed
    await acme.says(id_, "Approval revoked, not run", cards=2)
    await acme.thread(there[0], "revoked")
    require_over(acme, there, "handed it", "approved it", "Vera revoked the approval on Slack")


async def test_approved_and_never_run(acme: Town) -> None:
    id_, there = await handed_on(acme, "refund_now")
    await acme.slack.click(acme.users["lee"], there[1], "approve")
    await acme.says(id_, "Approved, never run", cards=2)
    await acme.thread(there[0], "it was never run")
    require_over(acme, there, "handed it", "approved it", "ended the approval")
    assert (await acme.agent.redeem(id_)).status_code == 409


async def test_it_waits_for_a_second_signature(acme: Town) -> None:
    dana, omar = acme.users["dana"], acme.users["omar"]
    opened = await acme.agent.propose(tool="change_payout", iban="DE02120300000000202051")
    card = await acme.card(opened.id, "refunds")
    assert acme.slack.element(card, "approve")["confirm"], "an account is given away: it asks once more"
    await acme.says(opened.id, "0 of 2 signed")
    form = await acme.opens(acme.users["lee"], card, "reassign", "Reassign")
    await acme.slack.submit(form, {"to": "omar"})
    there = await acme.says(opened.id, "Claimed by Omar", cards=2)
    await acme.slack.click(dana, card, "approve")
    await acme.says(opened.id, "1 of 2 signed", "Dana", "one more needed", cards=2)
    assert (await acme.agent.aap.get(opened.id)).status == "pending"
    await acme.slack.click(dana, card, "approve")
    await acme.slack.click(omar, there[1], "approve")
    await acme.says(opened.id, "Approved", "by Omar", "Signed by Dana and Omar", cards=2)
    await acme.thread(card, "Omar approved it")
    require_over(acme, there, "handed it to Omar", "Dana signed it", "Omar approved it")
    assert (await acme.types(opened.id)).count("request.signed") == 1, "signing twice is signing once"
    found = await acme.record(opened.id)
    assert [each["id"] for each in found["decision"]["signatures"]] == ["dana", "omar"]


async def test_what_is_said_of_it_is_said_where_it_can_be_decided(acme: Town) -> None:
    _, card = await acme.held()
    assert {"approve", "reject", "edit", "details", "more"} <= set(acme.slack.offers(card))
    assert acme.menu(card) == ["claim", "ask", "reassign", "snooze"]
    assert acme.slack.notified(card).users == {acme.users[name].id for name in ("dana", "lee", "omar")}
    await acme.slack.click(acme.users["dana"], card, "approve")
    await acme.until(lambda: "Approved" in words(card) or None)
    assert acme.slack.notified(card).users == set(), "a card that is over calls nobody"
