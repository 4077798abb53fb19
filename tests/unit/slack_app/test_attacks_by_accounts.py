"""Who somebody is when they decide is what Slack says now, not what it said a while ago."""

from __future__ import annotations

import pytest

from tests.rigs.slack_office import Office


async def test_an_account_that_is_deactivated_meanwhile_decides_nothing(office: Office) -> None:
    request, message = await office.held()
    await office.slack.click(office.dana, message, "details")  # she is known from here on
    await office.quiet()
    payload = dict(office.slack.deliveries[-1].payload)
    payload["actions"] = [{**payload["actions"][0], "action_id": "approve", "action_ts": "9.1"}]
    office.slack.deactivate(office.dana)
    office.house.clock.move(seconds=61)
    await office.slack.interact(payload)
    assert (await office.decided(request)).pending


async def test_whose_address_changed_meanwhile_decides_as_whoever_it_is_now(office: Office) -> None:
    request, message = await office.held(900)
    await office.slack.click(office.dana, message, "details")
    await office.quiet()
    office.dana.email = "somebody@else.test"
    office.house.clock.move(seconds=61)
    await office.slack.click(office.dana, message, "approve")
    assert (await office.decided(request)).pending
    assert "nobody's in the policy" in office.told(office.dana)


async def test_many_clicks_in_a_moment_ask_slack_once(office: Office) -> None:
    _, message = await office.held()
    for _ in range(5):
        await office.slack.click(office.dana, message, "details")
    await office.quiet()
    assert len(office.slack.calls("users.info")) == 1


@pytest.mark.parametrize("said", ["{0}", "<@{0}>", "<@{0}|dana>", "@{0}", "T0ACME/{0}", " {0} "])
async def test_nobody_decides_for_themselves_by_their_account(office: Office, said: str) -> None:
    """An agent that is spoken to in Slack knows its users by their accounts, which the policy need not name."""
    request, message = await office.held(context={"customer": "c", "on_behalf_of": said.format(office.dana.id)})
    await office.slack.click(office.dana, message, "approve")
    assert (await office.decided(request)).pending
    assert "own behalf" in office.told(office.dana)
    await office.slack.click(office.lee, message, "approve")
    assert not (await office.decided(request)).pending
