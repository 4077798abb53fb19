"""What is said of a link depends on what the policy uses the name for."""

from __future__ import annotations

import pytest

from tests.rigs.house import POLICY
from tests.rigs.teams_office import opened, words

CHANNELS = "channels: {slack: C0REFUNDS}"
SLA = "sla: {respond_within: 15m, expire_after: 4h}"
LATE = "sla: {respond_within: 15m, expire_after: 4h, escalate: [{after: 20m, post_to: {teams: desk}}]}"


@pytest.mark.parametrize(
    ("channels", "sla", "said"),
    [
        ("{teams: desk}", SLA, "requests of Refunds come here from now on."),
        ("{teams: [front, desk]}", SLA, "requests of Refunds come here when their first channel is gone."),
        ("{teams: front}", LATE, "late requests of Refunds are shown here."),
        ("{teams: desk}", LATE, "requests of Refunds come here from now on; late requests of Refunds are shown here."),
    ],
)
async def test_a_link_tells_what_comes_there(channels: str, sla: str, said: str) -> None:
    policy = POLICY.replace(CHANNELS, f"channels: {channels}").replace(SLA, sla)
    async with opened(policy) as office:
        await office.teams.mention(office.users["vera"], office.refunds, "link desk")
        asked = next(each for each in office.teams.messages(office.refunds) if "link desk" in each.text)
        heard = " ".join(words(office, office.users["vera"], each) for each in office.teams.thread(asked))
        assert f"This channel is linked: {said}" in heard
