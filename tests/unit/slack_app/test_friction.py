"""``/signoff friction``: the asker's alone, and what is for a risk owner's eyes to them alone."""

from __future__ import annotations

from tests.rigs.quick_hands import approve_in_seconds
from tests.rigs.slack_office import Office
from tests.unit.slack_app.test_commands import said

MARK = "For you alone"


async def test_friction_of_a_team_and_of_all(office: Office) -> None:
    assert "there is no friction to measure" in await said(office, "friction")
    await approve_in_seconds(office.house)
    for text in ("friction", "friction refunds", "friction refunds 7d"):
        told = await said(office, text)
        assert "Overridden: 0% (0 of 40)" in told
        assert "edited or rejected" in told
    assert "longer than a month" in await said(office, "friction refunds 60d")
    assert "no period" in await said(office, "friction nobody")


async def test_only_the_risk_owner_hears_of_quick_hands(office: Office) -> None:
    await approve_in_seconds(office.house)
    told = await said(office, "friction refunds", "rosa")
    assert MARK in told
    assert "a hint to look, not a finding" in told
    for who in ("dana", "vera", "lee"):
        assert MARK not in await said(office, "friction refunds", who)
    assert not any(MARK in message.text for message in office.slack.messages(office.refunds))
