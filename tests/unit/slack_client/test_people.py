"""Who Slack's users are in the policy, and where the policy's people are in Slack."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.slack.cards.drawn import Mentions
from adapters.slack.client import SlackPeople, mentions_of
from adapters.slack.client.accounts import Account, Nobody, account_of
from bot.domain.people import Person
from bot.errors import Busy, NotFound, Unavailable
from bot.policy.loading import load
from tests.fakes.slack import Fault
from tests.rigs.house import POLICY
from tests.unit.slack_client.conftest import Desk, Two


def user(**more: Any) -> dict[str, Any]:
    profile = {"email": "dana@acme.test", **more.pop("profile", {})}
    return {"id": "U0DANA", "team_id": "T0ACME", "deleted": False, "is_bot": False, "profile": profile, **more}


def read(found: dict[str, Any], enterprise: str = "") -> Account | Nobody:
    return account_of(found, team="T0ACME", enterprise=enterprise)


async def test_a_user_is_a_person_by_address(desk: Desk) -> None:
    assert await desk.people.email_of("T0ACME", "U0DANA") == "dana@acme.test"
    assert await desk.people.person_of("T0ACME", "U0DANA") == desk.person("dana")
    assert await desk.people.user_of(desk.person("dana")) == [("T0ACME", "U0DANA")]
    sam = desk.acme.user("sam", email="sam@acme.test")
    assert await desk.people.person_of("T0ACME", sam.id) is None
    assert await desk.people.email_of("T0ACME", "U0NOBODY") is None


async def test_bots_and_deactivated_accounts_are_nobody(desk: Desk) -> None:
    assert await desk.people.email_of("T0ACME", desk.acme.bot.id) is None
    desk.slack.deactivate(desk.users["dana"])
    assert await desk.people.email_of("T0ACME", "U0DANA") is None
    assert await desk.people.person_of("T0ACME", "U0DANA") is None
    assert await desk.people.user_of(desk.person("dana")) == []


@pytest.mark.parametrize(
    "more",
    [
        {"deleted": True},
        {"is_bot": True},
        {"is_stranger": True},
        {"is_workflow_bot": True},
        {"team_id": "T0OTHER"},
        {"team_id": None},
        {"team_id": "E0GRID", "enterprise_user": {"enterprise_id": "E0OTHER", "teams": ["T0ACME"]}},
        {"team_id": "T0OTHER", "enterprise_user": {"enterprise_id": "E0GRID", "teams": ["T0OTHER"]}},
        {"id": "USLACKBOT"},
        {"id": None},
    ],
)
def test_who_is_no_human_of_this_organisation_is_nobody(more: dict[str, Any]) -> None:
    assert isinstance(read(user(**more), "E0GRID"), Nobody)


def test_of_a_grid_those_who_are_in_the_workspace_count() -> None:
    found = user(team_id="T0HOME", enterprise_user={"enterprise_id": "E0GRID", "teams": ["T0HOME", "T0ACME"]})
    assert read(found, "E0GRID") == Account("U0DANA", "dana@acme.test")
    assert isinstance(read(found), Nobody)


@pytest.mark.parametrize(
    "more", [{"is_email_confirmed": False}, {"profile": {"email": None}}, {"profile": {"email": "dana"}}]
)
def test_an_address_that_is_hidden_or_not_confirmed_is_none(more: dict[str, Any]) -> None:
    assert read(user(**more)) == Account("U0DANA", None)


async def test_an_account_that_the_policy_names_counts_and_the_address_does_not(desk: Desk) -> None:
    text = POLICY.replace("name: Dana,", "name: Dana, slack: U0LEE,").replace(
        "name: Omar", "name: Omar, slack: T0B/U0OMAR"
    )
    policy = load(text, "policy.yaml")
    people = SlackPeople(desk.workspaces, clock=desk.clock, policy=lambda: policy)
    assert await people.person_of("T0ACME", "U0LEE") == policy.people["dana"]
    assert await people.person_of("T0ACME", "U0DANA") is None
    assert await people.user_of(policy.people["dana"]) == [("T0ACME", "U0LEE")]
    assert await people.person_of("T0ACME", "U0OMAR") is None
    assert await people.user_of(policy.people["omar"]) == []


async def test_an_account_that_is_named_for_two_people_is_neither_s(desk: Desk) -> None:
    text = POLICY.replace("name: Dana,", "name: Dana, slack: U0LEE,").replace("name: Omar", "name: Omar, slack: U0LEE")
    policy = load(text, "policy.yaml")
    people = SlackPeople(desk.workspaces, clock=desk.clock, policy=lambda: policy)
    assert await people.person_of("T0ACME", "U0LEE") is None


async def test_answers_are_remembered_ten_minutes_and_misses_one(desk: Desk) -> None:
    async def asked() -> int:
        await desk.people.user_of(desk.person("dana"))
        await desk.people.email_of("T0ACME", "U0NOBODY")
        return len(desk.slack.calls("users.lookupByEmail")) + len(desk.slack.calls("users.info"))

    assert [await asked(), await asked()] == [3, 3]
    desk.clock.move(seconds=61)
    assert await asked() == 4
    desk.clock.move(minutes=9)
    assert await asked() == 7


async def test_somebody_is_found_in_every_workspace_that_can_be_asked(two: Two) -> None:
    desk = two.desk
    dana = desk.person("dana")
    assert await desk.people.user_of(dana) == [("T0ACME", "U0DANA"), ("T0BETA", "U0DANAB")]
    await desk.slack.revoke(desk.acme)
    desk.clock.move(minutes=11)
    assert await desk.people.user_of(dana) == [("T0BETA", "U0DANAB")]
    assert await desk.people.user_of(dana) == [("T0BETA", "U0DANAB")]


async def test_slack_s_silence_is_no_answer(desk: Desk) -> None:
    desk.slack.faults.next("users.info", Fault.SERVER_ERROR, times=3)
    with pytest.raises(Unavailable):
        await desk.people.person_of("T0ACME", "U0DANA")
    assert await desk.people.person_of("T0ACME", "U0DANA") == desk.person("dana")
    desk.slack.faults.next("users.lookupByEmail", Fault.RATE_LIMITED, retry_after=7)
    with pytest.raises(Busy) as busy:
        await desk.people.user_of(desk.person("lee"))
    assert busy.value.retry_after == 7


async def test_a_status_is_shown_as_plain_text_until_it_is_over(desk: Desk) -> None:
    dana = desk.users["dana"]
    dana.status_text, dana.status_emoji = " On holiday\n<!channel> ", ":palm_tree:"
    dana.status_expiration = int((desk.clock.now() + timedelta(hours=2)).timestamp())
    assert await desk.people.presence("T0ACME", "U0DANA") == "On holiday <!channel>, until 2 Mar 17:00 UTC"
    assert await desk.people.presence("T0ACME", "U0LEE") is None
    assert await desk.people.presence("T0ACME", "U0NOBODY") is None
    desk.users["omar"].status_emoji = ":face_with_thermometer:"
    assert await desk.people.presence("T0ACME", "U0OMAR") == "face with thermometer"
    desk.clock.move(hours=2)
    assert await desk.people.presence("T0ACME", "U0DANA") is None


@pytest.mark.parametrize("expiration", [0, -1, "soon", 10**30, None])
def test_a_status_without_an_end_is_just_itself(expiration: object) -> None:
    found = read(user(profile={"status_text": "x" * 300, "status_expiration": expiration}))
    assert isinstance(found, Account)
    assert (len(found.status), found.status_until) == (100, None)


async def test_a_policy_group_has_the_people_of_its_user_group(desk: Desk) -> None:
    sam = desk.acme.user("sam", email="sam@acme.test")
    desk.acme.group("night", [desk.users["omar"], sam, desk.users["rosa"]])
    supers = desk.acme.group("supers", [desk.users["lee"]], id="S0SUPERS")
    assert await desk.people.group_members() == {"supervisors": ("lee",), "night": ("omar", "rosa")}
    assert desk.people.findings == ()
    assert set(await desk.people.members_of("@night")) == {"sam@acme.test", "omar@acme.test", "rosa@acme.test"}
    supers.members.append(desk.users["dana"])
    assert (await desk.people.group_members())["supervisors"] == ("dana", "lee")


async def test_a_user_group_that_is_missing_or_disabled_has_nobody_and_is_found_wrong(desk: Desk) -> None:
    desk.acme.group("supers", [desk.users["lee"]], id="S0SUPERS").enabled = False
    assert await desk.people.group_members() == {"supervisors": (), "night": ()}
    assert [each.split(":")[0] for each in desk.people.findings] == ["group supervisors", "group night"]
    assert "slack_usergroup" in desk.people.findings[0]
    with pytest.raises(NotFound):
        await desk.people.members_of("S0SUPERS")


async def test_a_plan_without_user_groups_is_found_wrong(desk: Desk) -> None:
    desk.acme.paid = False
    assert await desk.people.group_members() == {"supervisors": (), "night": ()}
    assert "plan has no user groups" in desk.people.findings[0]
    await desk.post(calls=(desk.person("lee"), desk.person("dana")))
    (message,) = desk.slack.messages(desk.refunds)
    assert sorted(desk.slack.notified(message).users) == ["U0DANA", "U0LEE"]


async def test_groups_that_can_t_be_asked_for_are_not_empty(desk: Desk) -> None:
    desk.slack.faults.next("usergroups.list", Fault.UNAVAILABLE, times=3)
    with pytest.raises(Unavailable):
        await desk.people.group_members()


async def test_a_suspended_workspace_s_groups_are_not_empty(desk: Desk) -> None:
    desk.acme.group("supers", [desk.users["lee"]], id="S0SUPERS")
    await desk.people.group_members()
    await desk.slack.revoke(desk.acme)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await desk.people.group_members()


@pytest.mark.parametrize(
    ("users", "groups", "wanted"),
    [
        ("", {}, Mentions()),
        ("a b", {}, Mentions(users=("a", "b"))),
        ("a b", {"S1": "a b"}, Mentions(groups=("S1",))),
        ("a b c", {"S1": "a b"}, Mentions(users=("c",), groups=("S1",))),
        ("a b", {"S1": "a b c"}, Mentions(users=("a", "b"))),
        ("a", {"S1": "a"}, Mentions(users=("a",))),
        ("a b", {"S1": ""}, Mentions(users=("a", "b"))),
        ("a b c d", {"S1": "a b", "S2": "a b c"}, Mentions(users=("d",), groups=("S2",))),
        ("a b c d", {"S2": "c d", "S1": "a b"}, Mentions(groups=("S1", "S2"))),
        ("a b c", {"S1": "a b", "S2": "b c"}, Mentions(users=("c",), groups=("S1",))),
        ("a a b", {}, Mentions(users=("a", "b"))),
    ],
)
def test_a_group_is_mentioned_for_exactly_its_members(users: str, groups: dict[str, str], wanted: Mentions) -> None:
    members = {name: frozenset(names.split()) for name, names in groups.items()}
    assert mentions_of(users.split(), members) == wanted


async def test_of_five_hundred_approvers_as_many_are_looked_up_as_a_card_can_call(desk: Desk) -> None:
    """Slack answers some fifty such questions a minute: the card would wait longer than any answer is remembered."""
    many = [Person(f"p{number}", f"p{number}@acme.test", f"P{number}") for number in range(500)]
    for person in many:
        desk.acme.user(person.id, email=person.email)
    called = await desk.people.mentions("T0ACME", many)
    assert len(called.users) == 40
    assert len(desk.slack.calls("users.lookupByEmail")) <= 40
