"""Which lesson a correction suggests, who gets it and until when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.deciding import Approve, ApproveWithEdits, Command, Reject
from bot.domain.lessons import FeedbackItem, Lesson
from bot.domain.requests import Request
from bot.errors import PolicyInvalid
from bot.policy.loading import load
from tests.rigs.house import POLICY, House, new_house

OWNER = "    reasons: [wrong_amount, not_eligible]\n"
RULES = """\
    knowledge_owner: omar
    feedback:
      rules:
        - {name: eligibility, reason: not_eligible, learn: knowledge_fix}
        - {correction: [lowered, raised], learn: threshold}
      threshold: {assign: [dana, lee], pick: least_loaded, due_in: 2d, remind_at: [50%, -6h, 4d]}
"""
TAUGHT = POLICY.replace(OWNER, OWNER + RULES)
assert TAUGHT != POLICY


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = await new_house()
    yield made
    await made.store.close()


@pytest.fixture
async def taught() -> AsyncIterator[House]:
    made = await new_house(policy=TAUGHT)
    yield made
    await made.store.close()


async def corrected(
    house: House, command: Command, by: str = "dana", amount: int = 120
) -> tuple[Request, FeedbackItem]:
    request = await house.say(await house.held(amount), command, by)
    assert request.feedback is not None
    return request, request.feedback


def edit(amount: str = "120", **others: object) -> ApproveWithEdits:
    return ApproveWithEdits({"amount": amount, "reason": "late", **others})


@pytest.mark.parametrize(
    ("amount", "kind", "rule"),
    [("80", Lesson.THRESHOLD, "amount_lowered"), ("200", Lesson.REGRESSION_CASE, "default")],
)
async def test_an_edit_suggests_by_what_it_does_to_the_amount(
    house: House, amount: str, kind: Lesson, rule: str
) -> None:
    held = await house.held()
    request = await house.say(held, ApproveWithEdits({**held.proposal.arguments, "amount": amount}), "dana")
    assert request.feedback is not None
    assert (request.feedback.kind, request.feedback.suggested, request.feedback.rule) == (kind, kind, rule)


async def test_the_reviewers_choice_wins_and_both_are_on_record(house: House) -> None:
    _, item = await corrected(house, Reject("wrong_amount", "No.", Lesson.KNOWLEDGE_FIX))
    assert (item.kind, item.suggested, item.rule) == (Lesson.KNOWLEDGE_FIX, Lesson.REGRESSION_CASE, "default")


async def test_the_rules_of_the_file_come_first(taught: House) -> None:
    _, item = await corrected(taught, Reject("not_eligible", "No."))
    assert (item.kind, item.rule, item.assignee) == (Lesson.KNOWLEDGE_FIX, "eligibility", "omar")


async def test_the_least_loaded_gets_it_by_its_own_times(taught: House) -> None:
    found = []
    for _ in range(3):
        held = await taught.held()
        request = await taught.say(held, ApproveWithEdits({**held.proposal.arguments, "amount": "80"}), "dana")
        assert request.feedback is not None
        found.append(request.feedback)
    assert [item.assignee for item in found] == ["dana", "lee", "dana"]
    opened = found[0].opened_at
    assert found[0].due_at == opened + timedelta(days=2)
    assert found[0].remind_at == tuple(opened + timedelta(hours=hours) for hours in (24, 42, 96))
    assert found[0].rule == "rule_2"


async def test_what_corrects_nothing_opens_nothing(house: House) -> None:
    approved = await house.say(await house.held(), Approve(), "dana")
    assert approved.feedback is None


async def test_it_is_opened_with_the_decision_in_one_transaction(house: House) -> None:
    request, _ = await corrected(house, Reject("wrong_amount", "No."))
    records = await house.store.events(f"request:{request.id}")
    assert [record.type for record in records] == ["request.opened", "request.decided", "request.feedback_opened"]
    assert records[1].actor == records[2].actor == "person:dana"
    assert records[1].at == records[2].at


@pytest.mark.parametrize(
    ("entry", "field", "said"),
    [
        ("rules: [{reason: nonsense, learn: threshold}]", "rules.0.reason", "is no reason that can be given"),
        ("rules: [{correction: halved, learn: threshold}]", "rules.0.correction", "is not one of"),
        ("rules: [{correction: lowered}]", "rules.0", "lacks learn"),
        (
            "rules: [{reason: not_eligible, correction: lowered, learn: threshold}]",
            "rules.0.correction",
            "beside a reason",
        ),
        ("rules: [{name: default, learn: threshold}]", "rules.0.name", "no name of a rule"),
        ("rules: [{name: a, learn: threshold}, {name: a, learn: threshold}]", "rules.1", "another rule with the name"),
        ("threshold: {assign: [nobody]}", "threshold.assign.0", "neither a person nor a group"),
        ("threshold: {pick: first}", "threshold.pick", "says whom to pick of nobody"),
        ("threshold: {due_in: soon}", "threshold.due_in", "is not a duration"),
        ("threshold: {remind_at: [0%]}", "threshold.remind_at.0", "out of bounds"),
        ("threshold: {remind_at: [-9d]}", "threshold.remind_at.0", "not between"),
        ("thresholds: {due_in: 2d}", "thresholds", "is not a known key"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_place_and_what_would_help(entry: str, field: str, said: str) -> None:
    text = POLICY.replace(OWNER, f"{OWNER}    feedback: {{{entry}}}\n")
    with pytest.raises(PolicyInvalid) as invalid:
        load(text, "policy.yaml")
    (problem,) = invalid.value.problems
    assert problem.field == f"owners.refunds.feedback.{field}"
    assert said in problem.message
    assert problem.line == text[: text.index("feedback:")].count("\n") + 1
    assert problem.remedy


def test_an_action_has_rules_of_its_own_by_its_own_reasons() -> None:
    text = POLICY.replace(
        "    editable: [amount, reason]\n",
        "    editable: [amount, reason]\n    feedback: [{reason: fraud, learn: threshold}]\n",
        1,
    )
    with pytest.raises(PolicyInvalid) as invalid:
        load(text, "policy.yaml")
    assert invalid.value.problems[0].field == "actions.refund.feedback.0.reason"
    load(text.replace("reason: fraud", "reason: wrong_amount"), "policy.yaml")
