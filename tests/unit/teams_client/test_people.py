"""Who is who in Teams, and who is nobody."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.teams.client import TeamsPeople
from bot.domain.people import Person
from bot.errors import Unavailable
from bot.policy.loading import load
from tests.fakes.teams import Fault
from tests.rigs.house import POLICY
from tests.unit.teams_client.conftest import Desk


def people(desk: Desk, **accounts: str) -> TeamsPeople:
    """With accounts that the policy gives some by name."""
    text = POLICY
    for name, account in accounts.items():
        text = text.replace(f"  {name}: {{", f"  {name}: {{teams: '{account}', ")
    policy = load(text, "policy.yaml")
    return TeamsPeople(desk.rig.port, desk.references, clock=desk.clock, policy=lambda: policy)


async def person_of(desk: Desk, name: str, who: TeamsPeople | None = None) -> Person | None:
    user = desk.users[name]
    return await (who or desk.people).person_of(user.tenant.id, user.aad_id, conversation=desk.refunds.id)


async def test_somebody_is_known_by_their_address_in_the_directory(desk: Desk) -> None:
    dana = desk.users["dana"]
    assert await person_of(desk, "dana") == desk.person("dana")
    assert await desk.people.email_of(desk.rig.contoso.id, dana.aad_id) == "dana@acme.test"


@pytest.mark.parametrize("spelling", ["{id}", "{tenant}/{id}", "{upn}", "{ID}"])
async def test_somebody_is_known_by_what_the_policy_says(desk: Desk, spelling: str) -> None:
    omar = desk.users["omar"]
    told = spelling.format(id=omar.aad_id, ID=omar.aad_id.upper(), tenant=desk.rig.contoso.id, upn=omar.email)
    found = await person_of(desk, "omar", people(desk, lee=told))
    assert found is not None
    assert found.id == "lee"


async def test_who_is_given_an_account_by_name_is_not_found_by_address(desk: Desk) -> None:
    assert await person_of(desk, "dana", people(desk, dana=desk.users["omar"].aad_id)) is None


async def test_one_account_that_stands_for_two_is_neithers(desk: Desk) -> None:
    id_ = desk.users["omar"].aad_id
    assert await person_of(desk, "omar", people(desk, lee=id_, dana=id_)) is None


@pytest.mark.parametrize(
    "member",
    [
        {"userRole": "guest"},
        {"userRole": "anonymous"},
        {"tenantId": "0dd5eed0-5160-4f0f-8000-0000000000ff"},
        {"userPrincipalName": "dana_acme.test#EXT#@contoso.test"},
        {"aadObjectId": None, "objectId": None},
        {"id": ""},
    ],
)
async def test_guests_and_strangers_are_nobody(desk: Desk, member: dict[str, Any], monkeypatch: Any) -> None:
    dana = desk.users["dana"]
    monkeypatch.setattr(dana, "as_member", lambda: {**type(dana).as_member(dana), **member})
    assert await person_of(desk, "dana") is None


async def test_who_left_every_conversation_is_nobody_ten_minutes_later(desk: Desk) -> None:
    assert await person_of(desk, "dana") is not None
    desk.rig.team.members.remove(desk.users["dana"])
    desk.clock.move(minutes=11)
    assert await person_of(desk, "dana") is None


async def test_teams_is_asked_once_for_ten_minutes(desk: Desk) -> None:
    for _ in range(3):
        await person_of(desk, "dana")
    assert len(desk.teams.calls("getMember")) == 1


async def test_an_account_is_found_by_an_address_that_is_no_principal_name(desk: Desk) -> None:
    dana = desk.users["dana"]
    await person_of(desk, "dana")
    desk.clock.move(minutes=11)
    dana.email = "d.smith@acme.test"  # what Teams finds her by now
    found = await desk.people.account_of(desk.person("dana"))
    assert found is not None
    assert found[1].user == dana.id


async def test_trouble_with_teams_is_no_answer_about_anybody(desk: Desk) -> None:
    desk.teams.faults.next("getMember", Fault.BAD_GATEWAY, times=None)
    with pytest.raises(Unavailable):
        await person_of(desk, "dana")
    with pytest.raises(Unavailable):
        await desk.people.account_of(desk.person("dana"))


async def test_trouble_with_teams_leaves_a_name_off_a_card(desk: Desk) -> None:
    desk.teams.faults.next("getMember", Fault.BAD_GATEWAY, times=None)
    await desk.post(calls=(desk.person("dana"),))
    (message,) = desk.teams.messages(desk.refunds)
    assert desk.teams.notified(message).people == []
