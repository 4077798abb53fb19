"""For how long things are kept: by action, owner and class, and never shorter than an agent may ask."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from bot.domain.verdicts import ActionClass
from bot.errors import PolicyInvalid
from bot.policy.document import Policy
from bot.policy.loading import load
from bot.policy.schema import policy_schema
from tests.rigs.house import POLICY

DAY = 86400


def policy_with(retention: str) -> Policy:
    return load(f"{POLICY}\nretention:\n{retention}", "policy.yaml")


def kept(policy: Policy, action: str, owner: str, of: ActionClass) -> tuple[str, int | None]:
    found = policy.retention.of(action_type=action, owner=owner, action_class=of)
    return found.rule, found.seconds


def test_without_a_word_the_high_classes_are_kept_half_a_year_and_the_others_until_somebody_erases_them() -> None:
    policy = load(POLICY, "policy.yaml")
    for high in (ActionClass.MONEY, ActionClass.IDENTITY, ActionClass.COMPLAINT):
        assert kept(policy, "x", "y", high) == (f"retention.default.{high}", 183 * DAY)
    for low in (ActionClass.ACCESS, ActionClass.OTHER):
        assert kept(policy, "x", "y", low) == (f"retention.default.{low}", None)
    assert policy.retention.shortest == 183 * DAY


def test_the_nearest_counts() -> None:
    policy = policy_with("  classes: {money: 30d, other: 8d}\n  owners: {refunds: 156w}\n  actions: {refund: keep}\n")
    assert kept(policy, "refund", "refunds", ActionClass.MONEY) == ("retention.actions.refund", None)
    assert kept(policy, "payout_change", "refunds", ActionClass.IDENTITY) == ("retention.owners.refunds", 1092 * DAY)
    assert kept(policy, "gone", "gone", ActionClass.MONEY) == ("retention.classes.money", 30 * DAY)
    assert kept(policy, "gone", "gone", ActionClass.IDENTITY) == ("retention.default.identity", 183 * DAY)
    assert policy.retention.shortest == 8 * DAY


@pytest.mark.parametrize(
    ("section", "field", "says", "remedy"),
    [
        ("  classes: {money: 167h}\n", "retention.classes.money", "168 h", "7d or more"),
        ("  classes: {money: 2}\n", "retention.classes.money", "no time", "183d"),
        ("  classes: {money: 30y}\n", "retention.classes.money", "no time", "183d"),
        ("  classes: {mony: 30d}\n", "retention.classes.mony", "not defined", "money"),
        ("  owners: {refund: 30d}\n", "retention.owners.refund", "not defined", "refunds"),
        ("  actions: {refunds: 30d}\n", "retention.actions.refunds", "not defined", "refund"),
        ("  forever: true\n", "retention.forever", "not a known key", "use one of"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_a_remedy(section: str, field: str, says: str, remedy: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        policy_with(section)
    (problem,) = caught.value.problems
    assert problem.field == field
    assert problem.line == POLICY.count("\n") + 3
    assert says in problem.message
    assert remedy in problem.remedy


def test_seven_days_exactly_is_enough() -> None:
    assert kept(policy_with("  classes: {money: 168h}\n"), "r", "o", ActionClass.MONEY)[1] == 7 * DAY


def test_the_schema_takes_the_section_and_refuses_what_is_no_span() -> None:
    good = yaml.safe_load(f"{POLICY}\nretention:\n  classes: {{money: 30d}}\n  owners: {{refunds: keep}}\n")
    validator = jsonschema.Draft202012Validator(policy_schema())
    assert validator.is_valid(good)
    good["retention"]["classes"]["money"] = "soon"
    assert not validator.is_valid(good)
