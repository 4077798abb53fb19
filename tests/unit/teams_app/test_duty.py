"""On call and away from Teams: the forms, what they refuse, and the list."""

from __future__ import annotations

import pytest

from bot.policy.loading import load
from tests.rigs.rotas import ROTAS
from tests.rigs.teams_office import Office


@pytest.fixture(autouse=True)
def rotas(office: Office) -> None:
    office.house.policy = load(ROTAS, "policy.yaml")


async def facts(office: Office) -> list[str]:
    return [record.type for record in await office.house.store.events("ledger:duties")]


async def test_somebody_is_put_on_call_and_taken_off_again(office: Office) -> None:
    lee = office.users["lee"]
    await office.teams.direct(lee, "cover refunds_on_call")
    dialog = await office.opens(lee, office.teams.chat(lee)[-1], "cover")
    cover = {"rotation": "refunds_on_call", "person": "omar"}
    refused = await office.teams.submit(dialog, {**cover, "until": "2026-03-01"})
    assert refused.dialog is not None
    assert "in the past" in str(refused.dialog.card)
    assert await facts(office) == []
    done = await office.teams.submit(refused.dialog, {**cover, "until": "+8h"})
    assert "Omar is on call in Refunds on call" in str(done)
    assert await facts(office) == ["ledger.covered"]
    await office.teams.direct(office.dana, "oncall")
    assert "Omar, until Mon 2026-03-02 18:00 EST" in office.told(office.dana)
    await office.teams.direct(office.dana, "oncall end #1")
    assert "Ended: Omar" in office.told(office.dana)
    assert await facts(office) == ["ledger.covered", "ledger.duty_ended"]


async def test_somebody_stands_in_and_quiet_hours_are_kept(office: Office) -> None:
    lee = office.users["lee"]
    await office.teams.direct(lee, "away dana")
    dialog = await office.opens(lee, office.teams.chat(lee)[-1], "away")
    await office.teams.submit(dialog, {"person": "lee", "to": "dana", "until": "+2w"})
    await office.teams.direct(lee, "quiet")
    dialog = await office.opens(lee, office.teams.chat(lee)[-1], "quiet")
    await office.teams.submit(dialog, {"begins": "22:00", "ends": "07:00", "timezone": "Europe/London"})
    assert await facts(office) == ["ledger.delegated", "ledger.quiet_hours_set"]
    await office.teams.direct(lee, "oncall")
    assert "Dana stands in for Lee" in office.told(lee)
    assert "22:00 to 07:00" in office.told(lee)


async def test_who_may_not_is_told_at_once(office: Office) -> None:
    office.house.policy = load(ROTAS.replace("people: [omar], days", "people: [lee], days"), "policy.yaml")
    omar = office.users["omar"]
    await office.teams.direct(omar, "cover")
    assert "may not say who is on call" in office.told(omar)
