"""``@Signoff friction``: in the asker's chat, and what is for a risk owner's eyes to them alone."""

from __future__ import annotations

from tests.rigs.quick_hands import approve_in_seconds
from tests.rigs.teams_office import Office
from tests.unit.teams_app.test_commands import heard

MARK = "For you alone"


async def test_friction_comes_in_the_chat_alone(office: Office) -> None:
    await approve_in_seconds(office.house)
    await office.teams.mention(office.dana, office.refunds, "friction refunds")
    assert "Overridden: 0% (0 of 40)" in office.told(office.dana)
    assert MARK not in office.told(office.dana)
    assert "our chat" in heard(office, "friction refunds")
    assert "Overridden" not in heard(office, "friction refunds")


async def test_only_the_risk_owner_hears_of_quick_hands(office: Office) -> None:
    await approve_in_seconds(office.house)
    rosa = office.users["rosa"]
    await office.teams.mention(rosa, office.refunds, "friction refunds")
    assert MARK in office.told(rosa)
    assert MARK not in heard(office, "friction refunds")
    await office.teams.direct(office.users["vera"], "friction refunds")
    assert MARK not in office.told(office.users["vera"])
