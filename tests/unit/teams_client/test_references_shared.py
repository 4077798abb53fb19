"""What several processes learn of places is one knowledge, and no other organisation changes it."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.teams.client import References
from bot.errors import ChannelUnavailable
from tests.fakes.teams.calling import activities
from tests.unit.teams_client.conftest import Desk

Json = dict[str, Any]


def another(desk: Desk) -> References:
    """The same in another process."""
    return References(desk.house.store.shelf, desk.clock, service_url=desk.rig.service_url, home=desk.rig.contoso.id)


def news(desk: Desk, event: str, **more: Any) -> Json:
    return activities.happened(desk.teams.world, desk.rig.team, event, desk.users["dana"], desk.refunds, **more)


async def test_removed_and_added_again_within_a_minute_by_turns_of_two_processes(desk: Desk) -> None:
    one, two = another(desk), another(desk)
    bot = [desk.teams.app.account]
    await one.note(news(desk, "teamMemberAdded", membersAdded=bot))
    await two.note(news(desk, "teamMemberRemoved", membersRemoved=bot))
    with pytest.raises(ChannelUnavailable, match="removed"):
        await one.channel(desk.refunds.id)
    await one.note(news(desk, "teamMemberAdded", membersAdded=bot))
    assert (await two.channel(desk.refunds.id)).id == desk.refunds.id


async def test_a_channel_deleted_and_restored_is_there_for_both(desk: Desk) -> None:
    one, two = another(desk), another(desk)
    await one.note(news(desk, "channelRestored"))
    await two.note(news(desk, "channelDeleted"))
    await one.note(news(desk, "channelRestored"))
    assert not (await two.channel(desk.refunds.id)).gone


async def test_another_organisation_changes_neither_team_nor_channel(desk: Desk) -> None:
    await desk.references.note(news(desk, "channelRenamed"))
    before = await desk.references.channel(desk.refunds.id)
    fabrikam = desk.teams.tenant("Fabrikam")
    for event in ("channelDeleted", "teamDeleted", "channelRenamed"):
        told = news(desk, event)
        told["conversation"] = {**told["conversation"], "tenantId": fabrikam.id}
        told["channelData"] = {**told["channelData"], "tenant": {"id": fabrikam.id}}
        await desk.references.note(told)
    assert await desk.references.channel(desk.refunds.id) == before
