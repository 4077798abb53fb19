"""A channel that the policy only names: linked in Teams by who answers for it, with a real server."""

from __future__ import annotations

from pathlib import Path

from tests.rigs.teams_server import district


async def test_a_linked_channel_gets_the_cards_and_the_link_is_on_record(tmp_path: Path) -> None:
    async with district(tmp_path, channels="{{teams: front-desk}}") as here:
        await here.teams.mention(here.users["dana"], here.refunds, "link front-desk")
        await here.teams.mention(here.users["vera"], here.refunds, "link Front-Desk")
        asked = [each for each in here.teams.messages(here.refunds) if each.author is not None]
        said = [" ".join(str(each.card) for each in here.teams.thread(one)) for one in asked]
        assert "This channel is linked" not in said[0]
        assert "This channel is linked" in said[1]
        _, card = await here.held(120)
        assert card.place is here.refunds
        await here.require_sound()
