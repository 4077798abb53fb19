"""Workspaces and their tokens: by hand or by installation, suspended and back again."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from adapters.slack.client import Installations, States, Suspended, call, make_client, make_session
from bot.errors import BadInput, Busy, ChannelUnavailable, Conflict, NotFound, Unavailable, Uncertain
from tests.fakes.slack import FakeSlack, Fault
from tests.unit.slack_client.conftest import Desk, Two, installation, wired


async def test_the_one_workspace_says_itself_which_it_is_once(desk: Desk) -> None:
    (acme,) = await desk.workspaces.all()
    assert (acme.team, acme.name, acme.bot_user_id, acme.enterprise) == ("T0ACME", "Acme", desk.acme.bot.id, "")
    assert acme.suspended is None
    await desk.workspaces.all()
    assert len(desk.slack.calls("auth.test")) == 1
    assert (await desk.workspaces.client("T0ACME")).token == desk.acme.token
    for unknown in ("T0OTHER", ""):
        with pytest.raises(Unavailable, match="has the app"):
            await desk.workspaces.client(unknown)


async def test_a_token_that_never_worked_leaves_one_nameless_suspended_workspace(desk: Desk) -> None:
    _, workspaces, people, _ = wired(desk.house, desk.slack, desk.policy, token="xoxb-wrong")
    (found,) = await workspaces.all()
    assert (found.team, found.suspended) == ("", "invalid_auth")
    assert await people.user_of(desk.person("dana")) == []
    with pytest.raises(Suspended):
        await workspaces.of_channel("C0REFUNDS")
    await workspaces.close()


async def test_a_refused_token_is_tried_again_each_minute_and_works_again(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.post()
    await desk.slack.revoke(desk.acme)
    desk.clock.move(seconds=5)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await desk.post()
    assert len(desk.slack.calls("auth.test")) == 1
    assert (await desk.house.store.shelf.entries("slack.workspaces", desk.clock.now())).keys() == {"T0ACME"}
    desk.clock.move(seconds=61)
    with pytest.raises(Unavailable):
        await desk.post()
    assert len(desk.slack.calls("auth.test")) == 2
    for token in desk.acme.tokens:
        token.state = token.state.ACTIVE
    desk.clock.move(seconds=61)
    await desk.post()
    assert await desk.house.store.shelf.entries("slack.workspaces", desk.clock.now()) == {}
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1
    assert desk.acme.token not in caplog.text


async def test_slack_out_of_reach_suspends_nothing(desk: Desk) -> None:
    desk.slack.faults.next("auth.test", Fault.SERVER_ERROR, times=3)
    with pytest.raises(Unavailable):
        await desk.workspaces.all()
    assert [each.suspended for each in await desk.workspaces.all()] == [None]


async def test_installed_workspaces_are_all_there(two: Two) -> None:
    found = await two.desk.workspaces.all()
    assert [(each.team, each.name, each.suspended) for each in found] == [
        ("T0ACME", "Acme", None),
        ("T0BETA", "Beta", None),
    ]
    assert found[1].bot_user_id == two.beta.bot.id
    client = await two.desk.workspaces.client("T0BETA")
    assert (client.token, client.retry_handlers) == (two.beta.token, [])
    assert two.desk.workspaces.bare_client().token is None


async def test_a_new_installation_lifts_a_suspension(two: Two) -> None:
    desk = two.desk
    await desk.post()
    await desk.slack.uninstall(desk.acme)
    desk.clock.move(seconds=5)
    with pytest.raises(ChannelUnavailable):
        await desk.post()
    assert (await desk.workspaces.all())[0].suspended == "account_inactive"
    desk.slack.world.install(desk.acme)
    await two.installations.async_save(installation(desk.acme))
    assert (await desk.workspaces.all())[0].suspended is None
    desk.clock.move(seconds=5)
    await desk.post()


async def test_a_token_that_another_process_was_given_is_used(two: Two) -> None:
    desk = two.desk
    await desk.post()
    await desk.slack.revoke(desk.acme)
    desk.slack.world.install(desk.acme)
    await two.installations.async_save(installation(desk.acme))
    desk.clock.move(seconds=5)
    await desk.post()
    assert len(desk.slack.messages(desk.refunds)) == 2


async def test_an_app_that_was_removed_is_suspended_and_its_token_forgotten(two: Two) -> None:
    desk = two.desk
    assert await two.installations.async_find_bot(enterprise_id=None, team_id="T0BETA") is not None
    await two.installations.async_delete_all(enterprise_id=None, team_id="T0BETA")
    await two.installations.async_delete_all(enterprise_id=None, team_id="T0BETA")
    assert await two.installations.async_find_bot(enterprise_id=None, team_id="T0BETA") is None
    assert [each.suspended for each in await desk.workspaces.all()] == [None, "the app was removed"]
    with pytest.raises(Suspended):
        await desk.workspaces.client("T0BETA")
    await two.installations.async_delete_bot(enterprise_id=None, team_id=None)


async def test_suspending_is_said_once_and_ends_the_client(two: Two, caplog: pytest.LogCaptureFixture) -> None:
    await two.desk.workspaces.client("T0BETA")
    await two.desk.workspaces.suspend("T0BETA", "the app was removed")
    await two.desk.workspaces.suspend("T0BETA", "the app was removed")
    with pytest.raises(Suspended, match="the app was removed"):
        await two.desk.workspaces.client("T0BETA")
    assert len([each for each in caplog.records if "suspended" in each.getMessage()]) == 1


async def test_an_installation_is_kept_without_the_user_s_token(two: Two) -> None:
    found = await two.installations.async_find_installation(enterprise_id="", team_id="T0ACME")
    assert found is not None
    assert (found.bot_token, found.user_token, found.installed_at) == (two.desk.acme.token, None, 1_770_000_000.0)
    assert found.bot_scopes == ["chat:write"]
    by: dict[str, Any] = {"enterprise_id": None, "team_id": "T0ACME"}
    assert await two.installations.async_find_installation(**by, user_id="U0ADMIN") is not None
    assert await two.installations.async_find_installation(**by, user_id="U0OTHER") is None
    await two.installations.async_delete_installation(**by, user_id="U0ADMIN")
    assert await two.installations.token("T0ACME") == two.desk.acme.token
    shelf = await two.desk.house.store.shelf.entries("slack.installations", two.desk.clock.now())
    assert not any(b"xoxb" in value or b"xoxp" in value for value in shelf.values())


async def test_an_installation_for_a_grid_or_without_a_bot_is_refused(two: Two) -> None:
    grid, botless = installation(two.beta), installation(two.beta)
    grid.team_id, grid.is_enterprise_install = None, True
    botless.bot_token = None
    for one in (grid, botless):
        with pytest.raises(BadInput) as raised:
            await two.installations.async_save(one)
        assert raised.value.remedy


async def test_only_the_workspaces_that_are_named_may_install(two: Two) -> None:
    store = two.desk.house.store
    few = Installations(store.vault, store.shelf, two.desk.clock, allowed=("T0ACME",))
    await few.async_save(installation(two.desk.acme))
    with pytest.raises(BadInput, match="T0BETA may not"):
        await few.async_save(installation(two.beta))


async def test_a_state_works_once_and_for_ten_minutes(desk: Desk) -> None:
    states = States(desk.house.store.shelf, desk.clock)
    state = await states.async_issue()
    assert state != await states.async_issue()
    assert [await states.async_consume(state), await states.async_consume(state)] == [True, False]
    late = await states.async_issue()
    desk.clock.move(minutes=10)
    assert not await states.async_consume(late)
    assert not await states.async_consume("x" * 10_000)


async def test_a_place_whose_workspaces_can_t_all_be_asked_is_no_lost_channel(two: Two) -> None:
    two.desk.slack.faults.next("conversations.info", Fault.SERVER_ERROR, times=3)
    with pytest.raises(Unavailable):
        await two.desk.workspaces.of_channel("C0REFUNDS")
    assert await two.desk.workspaces.of_channel("C0REFUNDS") == ("T0ACME", "C0REFUNDS")


async def test_a_channel_that_the_bot_only_sees_is_told_so_by_posting(two: Two) -> None:
    two.beta.channel("open", id="C0OPEN", with_bot=False)
    assert await two.desk.workspaces.of_channel("C0OPEN") == ("T0BETA", "C0OPEN")
    with pytest.raises(ChannelUnavailable, match="no member"):
        await two.desk.post("C0OPEN")


# ------------------------------------------------------------------------------------------------------------- calling


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.UNAVAILABLE, Fault.HTML, Fault.RESET])
async def test_a_reading_call_is_tried_three_times_at_once(desk: Desk, fault: Fault) -> None:
    await desk.workspaces.all()
    desk.slack.faults.next("users.info", fault, times=2)
    assert (await desk.workspaces.read("T0ACME", "users.info", user="U0DANA"))["user"]["id"] == "U0DANA"
    desk.slack.faults.next("users.info", fault, times=3)
    with pytest.raises(Unavailable) as raised:
        await desk.workspaces.read("T0ACME", "users.info", user="U0DANA")
    assert not isinstance(raised.value, Uncertain)
    assert len(desk.slack.calls("users.info")) == 6


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.UNAVAILABLE, Fault.HTML, Fault.RESET, Fault.LOST])
async def test_a_writing_call_is_sent_once(desk: Desk, fault: Fault) -> None:
    await desk.workspaces.all()
    desk.slack.faults.next("conversations.open", fault)
    with pytest.raises(Uncertain):
        await desk.workspaces.write("T0ACME", "conversations.open", users="U0DANA")
    assert len(desk.slack.calls("conversations.open")) == 1


@pytest.mark.parametrize(
    ("method", "code", "kind"),
    [
        ("views.open", "expired_trigger_id", Conflict),
        ("views.publish", "hash_conflict", Conflict),
        ("views.publish", "not_enabled", Unavailable),
        ("chat.postEphemeral", "user_not_in_channel", ChannelUnavailable),
        ("users.info", "user_not_found", NotFound),
        ("chat.postMessage", "msg_blocks_too_long", BadInput),
        ("chat.postMessage", "ratelimited", Busy),
    ],
)
async def test_what_the_receiving_side_meets_has_its_error_too(
    desk: Desk, method: str, code: str, kind: type[Exception]
) -> None:
    await desk.workspaces.all()
    desk.slack.faults.next(method, Fault.REFUSED, error=code)
    with pytest.raises(kind):
        await desk.workspaces.write("T0ACME", method, channel="C0REFUNDS")


async def test_a_missing_scope_is_named(desk: Desk) -> None:
    narrow = desk.slack.workspace("Narrow", id="T0NARROW", scopes=("chat:write",))
    _, workspaces, _, _ = wired(desk.house, desk.slack, desk.policy, token=narrow.token)
    await workspaces.all()
    with pytest.raises(Unavailable, match="users:read") as raised:
        await workspaces.read("T0NARROW", "users.info", user="U0DANA")
    assert raised.value.code == "missing_scope"
    await workspaces.close()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("no", "text/plain"),
        ("[1]", "application/json"),
        ("{", "application/json"),
        ('{"ok": false}', "application/json"),
    ],
)
async def test_an_answer_without_sense_is_no_answer(desk: Desk, body: str, kind: str) -> None:
    async def odd(_: web.Request) -> web.Response:
        return web.Response(text=body, content_type=kind)

    def route(_: FakeSlack, application: web.Application) -> None:
        application.router.add_post("/odd/{method}", odd)

    async with FakeSlack(clock=desk.clock, extra=route) as slack:
        session = make_session()
        client = make_client(f"{slack.url}/odd/", session, "xoxb-1")
        with pytest.raises(Uncertain):
            await call(client, "chat.postMessage", {}, reading=False)
        with pytest.raises(Unavailable):
            await call(client, "users.info", {}, reading=True)
        await session.close()


async def test_a_time_out_ends_a_reading_call(desk: Desk) -> None:
    _, workspaces, _, _ = wired(desk.house, desk.slack, desk.policy, token=desk.acme.token, answer_seconds=1.5)
    await workspaces.all()
    desk.slack.faults.next("users.info", Fault.HANG)
    with pytest.raises(Unavailable):
        await workspaces.read("T0ACME", "users.info", user="U0DANA")
    assert len(desk.slack.calls("users.info")) == 1
    await workspaces.close()


async def test_what_the_sdk_would_log_of_a_token_stays_out(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    await desk.post()
    assert desk.acme.token not in caplog.text
    assert "Sending a request" not in caplog.text


async def test_nothing_is_opened_before_the_first_call(desk: Desk) -> None:
    _, workspaces, _, _ = wired(desk.house, desk.slack, desk.policy, token="xoxb-unused")
    await workspaces.close()
    kept = Installations(desk.house.store.vault, desk.house.store.shelf, desk.clock)
    assert await kept.installed() == {}
    assert desk.slack.calls() == []
