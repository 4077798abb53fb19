"""An owner's alarms in the policy file."""

from __future__ import annotations

import pytest

from bot.errors import PolicyInvalid
from bot.policy.alarms import Alarm, Stops
from bot.policy.loading import load
from tests.rigs.house import POLICY

REASONS = "    reasons: [wrong_amount, not_eligible]\n"


def policy(alarms: str) -> str:
    return POLICY.replace(REASONS, f"{REASONS}    alarms: {alarms}\n")


def test_an_alarm_says_when_and_what_it_pauses() -> None:
    text = policy(
        "[{name: many, overrides: 5, within: 10m, pause: agent, freeze: true, for: 1h}, "
        "{name: few, overrides: 1, within: 1s}]"
    )
    assert load(text, "policy.yaml").owners["refunds"].alarms == (
        Alarm("many", 5, 600, Stops.AGENT, freeze=True, lasts=3600),
        Alarm("few", 1, 1, Stops.ACTION, freeze=False, lasts=None),
    )
    assert load(POLICY, "policy.yaml").owners["refunds"].alarms == ()


@pytest.mark.parametrize(
    ("alarms", "field", "told"),
    [
        ("[{overrides: 5, within: 10m}]", "owners.refunds.alarms.0", "lacks name"),
        ("[{name: many, within: 10m}]", "owners.refunds.alarms.0", "lacks overrides"),
        ("[{name: Many!, overrides: 5, within: 10m}]", "owners.refunds.alarms.0.name", "is no name of an alarm"),
        ("[{name: many, overrides: 0, within: 10m}]", "owners.refunds.alarms.0.overrides", "out of bounds"),
        ("[{name: many, overrides: 5, within: 8d}]", "owners.refunds.alarms.0.within", "further than a week"),
        ("[{name: many, overrides: 5, within: 1h, pause: all}]", "owners.refunds.alarms.0.pause", "is not one of"),
        ("[{name: many, overrides: 5, within: 1h, freeze: maybe}]", "owners.refunds.alarms.0.freeze", "true or false"),
        (
            "[{name: a, overrides: 5, within: 1h}, {name: a, overrides: 6, within: 1h}]",
            "owners.refunds.alarms.1",
            "name a",
        ),
        ("[{name: a, overrides: 5, within: 1h, until: 1d}]", "owners.refunds.alarms.0.until", "not a known key"),
    ],
)
def test_what_is_wrong_is_named(alarms: str, field: str, told: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        load(policy(alarms), "policy.yaml")
    problems = [(problem.field, problem.message) for problem in refused.value.problems]
    assert any(at == field and told in message for at, message in problems), problems
