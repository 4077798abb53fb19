"""Installed, removed, renamed, moved: where the bot can write is known, and said."""

from __future__ import annotations

import pytest

from bot.errors import ChannelUnavailable
from tests.rigs.teams_office import Office, opened, words


async def test_somebody_who_installs_the_app_is_greeted_once(office: Office) -> None:
    nina = office.contoso.user("Nina", email="nina@acme.test")
    await office.teams.install_for(nina)
    assert office.told(nina).count("Signoff holds") == 1


async def test_a_team_that_removes_the_app_has_no_place_for_cards_until_it_is_back(office: Office) -> None:
    await office.teams.mention(office.dana, office.refunds, "help")
    request = await office.house.held()
    await office.teams.uninstall_from(office.team, office.dana)
    with pytest.raises(ChannelUnavailable, match="removed from the team"):
        await office.post(request)
    await office.teams.install_in(office.team, office.dana)
    assert (await office.post(request)).place is office.refunds


async def test_a_moved_connector_is_followed_from_the_next_call_on(office: Office) -> None:
    request, message = await office.held()
    office.teams.move(office.contoso, "emea", close=True)
    clicked = await office.teams.click(office.dana, message, "approve")
    assert clicked.ok
    assert (await office.now(request)).status == "approved"
    await office.teams.direct(office.dana, "help")
    assert "Signoff holds" in office.told(office.dana)


async def test_reactions_and_unknown_activities_do_nothing(office: Office) -> None:
    _, message = await office.held()
    clicked = await office.teams.click(office.dana, message, "claim")
    for kind in ("messageReaction", "typing", "event", "messageUpdate"):
        sent = await office.teams.send({**clicked.activity, "type": kind, "name": None, "value": None})
        assert sent.status == 200


async def test_nothing_that_people_wrote_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    async with opened() as office:
        await office.teams.direct(office.dana, "show my-secret-word")
        assert "my-secret-word" not in words(office, office.dana, office.teams.chat(office.dana)[-1])
    out = capsys.readouterr()
    assert "my-secret-word" not in out.out + out.err
