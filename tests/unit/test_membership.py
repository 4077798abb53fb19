"""Groups whose members a chat platform knows, and channels with a second one."""

from __future__ import annotations

import pytest

from bot.errors import PolicyInvalid
from bot.membership import with_members
from bot.policy.document import Policy
from bot.policy.loading import load
from tests.rigs.house import POLICY

GROUPED = POLICY.replace("groups:\n", "groups:\n  night: {slack_usergroup: S0NIGHT}\n").replace(
    "approvers: [supervisors]", "approvers: [lee, night]", 1
)


def loaded(text: str) -> Policy:
    return load(text, "policy.yaml")


def test_a_group_without_members_has_nobody_until_the_platform_says_who() -> None:
    policy = loaded(GROUPED)
    assert policy.owners["refunds"].approvers == ("lee",)
    assert with_members(policy, {}).owners["refunds"].approvers == ("lee",)


def test_its_members_are_people_of_the_policy_each_once() -> None:
    policy = with_members(loaded(GROUPED), {"night": ("dana", "stranger", "lee")})
    assert policy.owners["refunds"].approvers == ("lee", "dana")
    assert policy.groups["night"].members == ("dana", "lee")
    assert policy.version == loaded(GROUPED).version


def test_what_the_file_lists_is_not_replaced() -> None:
    policy = loaded(POLICY)
    assert with_members(policy, {"supervisors": ("rosa",)}) is policy


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("members: [lee, dana, omar]", "", "has no members"),
        ("{slack: C0REFUNDS}", "{slack: []}", "is not one channel or two"),
        ("{slack: C0REFUNDS}", "{slack: [a, b, c]}", "is not one channel or two"),
        ("{slack: C0REFUNDS}", "{slack: {a: b}}", "must be a text"),
    ],
)
def test_mistakes_are_named(old: str, new: str, said: str) -> None:
    with pytest.raises(PolicyInvalid, match=said):
        loaded(POLICY.replace(old, new, 1))


def test_nobody_is_escalated_to_who_is_not_known_from_the_file() -> None:
    text = GROUPED.replace("expire_after: 4h}", "expire_after: 4h, escalate: [{after: 20m, to: [night]}]}", 1)
    with pytest.raises(PolicyInvalid, match="names night, whose members are not in this file"):
        loaded(text)


def test_a_second_channel_stands_in() -> None:
    owner = loaded(POLICY.replace("{slack: C0REFUNDS}", "{slack: [C0REFUNDS, C0SECOND]}", 1)).owners["refunds"]
    assert (owner.channels, owner.second_channels) == ({"slack": "C0REFUNDS"}, {"slack": "C0SECOND"})
