"""What the doctor says of Slack, against a Slack in which one thing at a time is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.oauth.installation_store import Installation

from adapters.slack.client.calling import make_session
from adapters.slack.client.installing import Installations
from bot.app import workplace
from bot.doctor import slack as doctor
from bot.doctor.findings import Finding, Health
from bot.manifest import slack_scopes
from bot.policy.loading import load
from bot.settings import Settings
from tests.fakes.slack import Channel, FakeSlack, Fault, User, UserGroup, Workspace

POLICY = """
version: 1
timezone: America/New_York
currency: USD
people:
  lee: {email: lee@acme.test, limit: 500}
  dana: {email: dana@acme.test}
  vera: {email: vera@elsewhere.test, slack: U0VERA}
groups:
  supervisors: {members: [lee, dana], slack_usergroup: S0SUPER}
  night: {slack_usergroup: S0NIGHT}
owners:
  refunds:
    accountable: vera
    risk_owner: vera
    channels: {slack: [C0REFUNDS, C0SECOND]}
    approvers: [supervisors, night]
    sla:
      respond_within: 15m
      expire_after: 4h
      escalate: [{after: 15m, to: [dana], post_to: {slack: C0ESCALATE}}]
actions:
  refund: {class: money, level: commit, owner: refunds, tools: [issue_refund], amount: arguments.amount}
"""


class ThisMachine:
    """The time that Slack's answers are compared with, off by as much as is set."""

    off = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.off


@dataclass
class Acme:
    """A workspace in which everything that the policy names is there."""

    slack: FakeSlack
    workspace: Workspace
    lee: User
    dana: User
    vera: User
    group: UserGroup
    refunds: Channel
    clock: ThisMachine = field(default_factory=ThisMachine)
    policy: str = POLICY
    url: str = ""
    more: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] | None = None
    suspended: Mapping[str, str] = field(default_factory=dict)

    async def examined(self) -> dict[str, Finding]:
        """What is found, by check."""
        given = {"slack_bot_token": self.workspace.token, "slack_app_token": self.slack.app.app_token, **self.more}
        settings = Settings(slack_api_url=self.slack.api_url, **{k: v for k, v in given.items() if v})  # type: ignore[arg-type]  # pydantic checks the values
        tokens = self.tokens if self.tokens is not None else {"": settings.slack_bot_token}
        policy = load(self.policy, "policy.yaml")
        url = self.url or settings.url
        found = doctor.examine(settings, policy, self.clock, tokens=tokens, url=url, suspended=self.suspended)
        return {finding.check: finding async for finding in found}


@pytest.fixture
async def acme(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Acme]:
    monkeypatch.chdir(str(tmp_path))
    async with FakeSlack() as slack:
        slack.rates.enabled = False
        workspace = slack.workspace("Acme", scopes=slack_scopes())
        lee = workspace.user("lee", email="lee@acme.test")
        dana = workspace.user("dana", email="dana@acme.test")
        vera = workspace.user("vera", email="v@acme.test", id="U0VERA")
        group = workspace.group("supervisors", [lee, dana], id="S0SUPER")
        workspace.group("night", [dana], id="S0NIGHT")
        refunds = workspace.channel("refunds", [lee], id="C0REFUNDS")
        for name in ("second", "escalate"):
            workspace.channel(name, [lee], id=f"C0{name.upper()}")
        yield Acme(slack, workspace, lee, dana, vera, group, refunds)


async def test_everything_in_order_is_told_to_be_so(acme: Acme) -> None:
    found = await acme.examined()
    assert {check: one.text for check, one in found.items() if one.health is not Health.FINE} == {}
    assert list(found) == [
        "Slack address",
        "Slack token",
        "Slack scopes",
        "Slack clock",
        "Slack channel C0REFUNDS",
        "Slack channel C0SECOND",
        "Slack channel C0ESCALATE",
        "Slack people",
        "Slack group supervisors",
        "Slack group night",
    ]
    assert acme.workspace.token not in str(found)


async def test_no_slack_is_one_line_and_nothing_wrong(acme: Acme) -> None:
    settings = Settings()
    found = [one async for one in doctor.examine(settings, None, acme.clock, tokens={}, url=settings.url)]
    assert [(one.check, one.health) for one in found] == [("Slack", Health.FINE)]
    assert "signoff manifest slack" in found[0].text


async def test_nothing_is_changed_by_looking(acme: Acme) -> None:
    await acme.examined()
    read = {"auth.test", "apps.connections.open", "conversations.info", "users.lookupByEmail", "users.info"}
    assert {call.method for call in acme.slack.calls()} == read | {"usergroups.users.list"}


@pytest.mark.parametrize("way", ["revoked", "uninstalled", "mistyped"])
async def test_a_token_that_slack_refuses_ends_the_examination(acme: Acme, way: str) -> None:
    if way == "revoked":
        await acme.slack.revoke(acme.workspace)
    elif way == "uninstalled":
        await acme.slack.uninstall(acme.workspace)
    else:
        acme.more["slack_bot_token"] = "xoxb-1-mistyped"
    acme.tokens = {"": acme.more.get("slack_bot_token") or acme.workspace.tokens[0].value}
    acme.more.setdefault("slack_bot_token", acme.tokens[""])
    found = await acme.examined()
    assert found["Slack token"].health is Health.WRONG
    assert "install the app again" in found["Slack token"].remedy
    assert list(found) == ["Slack address", "Slack token"]


async def test_a_slack_out_of_reach_is_told_apart_from_a_wrong_token(acme: Acme) -> None:
    await acme.slack.stop()
    found = (await acme.examined())["Slack token"]
    assert found.health is Health.WRONG
    assert "can't be reached" in found.text
    assert "SIGNOFF_SLACK_API_URL" in found.remedy


async def test_scopes_that_are_missing_are_named_and_those_never_used_too(acme: Acme) -> None:
    acme.workspace.tokens[-1].scopes = tuple(scope for scope in slack_scopes() if scope != "groups:history")
    found = (await acme.examined())["Slack scopes"]
    assert (found.health, found.text) == (Health.WRONG, "Acme lacks groups:history")
    acme.workspace.tokens[-1].scopes = (*slack_scopes(), "pins:write")
    found = (await acme.examined())["Slack scopes"]
    assert (found.health, found.text) == (Health.WARNING, "never used in Acme: pins:write")


@pytest.mark.parametrize(
    ("seconds", "health"),
    [(0, Health.FINE), (90, Health.WARNING), (-90, Health.WARNING), (320, Health.WRONG), (-320, Health.WRONG)],
)
async def test_a_clock_that_differs_from_slack_s_is_told(acme: Acme, seconds: int, health: Health) -> None:
    acme.clock.off = timedelta(seconds=seconds)
    found = (await acme.examined())["Slack clock"]
    assert found.health is health
    assert ("ahead" in found.text) == (seconds > 0)


async def test_a_channel_without_the_bot_says_whom_to_invite(acme: Acme) -> None:
    acme.workspace.channel("fresh", [acme.lee], id="C0FRESH", with_bot=False)
    acme.policy = POLICY.replace("C0SECOND", "C0FRESH")
    found = (await acme.examined())["Slack channel C0FRESH"]
    assert found.health is Health.WRONG
    assert found.text == "Signoff is not in #fresh (used by refunds)"
    assert found.remedy == "write `/invite @Signoff` in #fresh"


async def test_a_channel_that_is_archived_or_nowhere_is_wrong(acme: Acme) -> None:
    await acme.slack.archive(acme.refunds)
    acme.policy = POLICY.replace("C0SECOND", "C0NOWHERE")
    found = await acme.examined()
    assert "is archived" in found["Slack channel C0REFUNDS"].text
    assert found["Slack channel C0NOWHERE"].health is Health.WRONG
    assert "does not exist, or is private" in found["Slack channel C0NOWHERE"].text


async def test_an_owner_without_a_channel_is_told(acme: Acme) -> None:
    acme.policy = POLICY.replace("    channels: {slack: [C0REFUNDS, C0SECOND]}\n", "")
    found = await acme.examined()
    assert found["Slack owners"].text == "no channel in Slack: refunds"
    assert "Slack channel C0REFUNDS" not in found


async def test_people_without_an_account_are_named(acme: Acme) -> None:
    acme.slack.deactivate(acme.vera)
    acme.policy = POLICY.replace("lee@acme.test", "lee@typo.test")
    found = (await acme.examined())["Slack people"]
    assert found.health is Health.WARNING
    assert found.text == "no active account: lee (lee@typo.test), vera (U0VERA)"


async def test_an_account_and_a_group_may_be_written_with_workspace_and_handle(acme: Acme) -> None:
    acme.policy = POLICY.replace("U0VERA", f"{acme.workspace.id}/U0VERA").replace("S0SUPER", "'@supervisors'")
    found = await acme.examined()
    assert (found["Slack people"].health, found["Slack group supervisors"].health) == (Health.FINE, Health.FINE)
    acme.policy = POLICY.replace("U0VERA", "T0NOBODY/U0VERA").replace("S0SUPER", "'@nobody'")
    found = await acme.examined()
    assert "vera (T0NOBODY/U0VERA)" in found["Slack people"].text
    assert "There is no user group @nobody" in found["Slack group supervisors"].text


async def test_a_user_group_that_differs_is_told_by_name(acme: Acme) -> None:
    acme.group.members = [acme.lee, acme.vera]
    found = (await acme.examined())["Slack group supervisors"]
    assert found.health is Health.WARNING
    assert found.text == "differs from S0SUPER: only here: dana; only in Slack: vera"


async def test_a_group_whose_people_nobody_knows_is_wrong(acme: Acme) -> None:
    acme.workspace.groups["S0NIGHT"].members = []
    assert (await acme.examined())["Slack group night"].health is Health.WRONG
    acme.workspace.groups["S0NIGHT"].enabled = False
    found = (await acme.examined())["Slack group night"]
    assert found.health is Health.WRONG
    assert "slack_usergroup" in found.remedy


async def test_a_plan_without_user_groups_matters_where_the_policy_lists_nobody(acme: Acme) -> None:
    acme.workspace.paid = False
    found = await acme.examined()
    assert found["Slack group supervisors"].health is Health.WARNING
    assert found["Slack group night"].health is Health.WRONG
    assert "members:" in found["Slack group night"].remedy


async def test_a_slack_that_asks_to_wait_is_no_fault(acme: Acme) -> None:
    acme.slack.faults.next("users.lookupByEmail", Fault.RATE_LIMITED, retry_after=7)
    found = (await acme.examined())["Slack people"]
    assert (found.health, found.remedy) == (Health.WARNING, "look again in 7 seconds")


async def test_an_app_token_that_slack_refuses_is_told(acme: Acme) -> None:
    acme.more["slack_app_token"] = "xapp-1-mistyped"
    found = (await acme.examined())["Slack address"]
    assert found.health is Health.WRONG
    assert "connections:write" in found.remedy


# ------------------------------------------------------------------------------------------- the address, over HTTP


@asynccontextmanager
async def answering(status: int) -> AsyncIterator[str]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/slack/events", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def over_http(acme: Acme) -> Acme:
    acme.more |= {"slack_app_token": "", "slack_signing_secret": "made-up"}
    return acme


async def test_an_address_that_slack_can_not_call_is_told_with_both_remedies(acme: Acme) -> None:
    async with answering(401) as url:
        over_http(acme).url = url
        found = (await acme.examined())["Slack address"]
    assert found.health is Health.WARNING
    assert "SIGNOFF_SLACK_APP_TOKEN" in found.remedy


async def test_a_server_that_refuses_unsigned_calls_is_ours() -> None:
    async with answering(401) as url, make_session() as session:
        found = await doctor._answers(session, url)
    assert (found.health, found.text) == (Health.FINE, f"{url}/slack/events refuses what Slack did not sign")


async def test_an_address_where_nothing_answers_is_not_called_wrong(acme: Acme) -> None:
    async with answering(401) as url:
        pass  # it listened there, and does no more
    async with make_session() as session:
        assert (await doctor._answers(session, url)).remedy == "signoff serve"


async def test_a_server_that_takes_unsigned_calls_is_wrong(acme: Acme) -> None:
    async with answering(200) as url:
        over_http(acme).url = url
        found = (await acme.examined())["Slack address"]
    assert (found.health, "answers 200" in found.text) == (Health.WRONG, True)


# --------------------------------------------------------------------------------------------------- many workspaces


def by_oauth(acme: Acme) -> None:
    oauth = {"slack_client_id": "1111.2222", "slack_client_secret": "made-up", "slack_workspaces": "T0ACME"}
    acme.more |= {"slack_bot_token": "", **oauth}


async def test_every_installed_workspace_is_looked_at(acme: Acme) -> None:
    other = acme.slack.workspace("Beta", scopes=slack_scopes())
    other.channel("theirs", [other.user("kim")], id="C0THEIRS")
    by_oauth(acme)
    acme.tokens = {acme.workspace.id: acme.workspace.token, other.id: other.token}
    acme.policy = POLICY.replace("C0SECOND", f"{other.id}/C0THEIRS").replace("C0ESCALATE", "T0NOBODY/C0ESCALATE")
    found = await acme.examined()
    assert found["Slack channel C0REFUNDS"].health is Health.FINE
    assert found[f"Slack channel {other.id}/C0THEIRS"].health is Health.FINE
    assert "the app is not in the workspace T0NOBODY" in found["Slack channel T0NOBODY/C0ESCALATE"].text


async def test_what_was_installed_and_removed_is_read_from_the_store(acme: Acme, tmp_path: Path) -> None:
    given = {"database": f"sqlite:///{tmp_path}/signoff.db", "key_file": tmp_path / "signoff.key"}
    async with workplace(Settings(**given)) as place:  # type: ignore[arg-type]  # pydantic checks the values
        installations = Installations(place.store.vault, place.store.shelf, place.clock)
        for team, token in (("T0ACME", "xoxb-1-acme"), ("T0BETA", "xoxb-1-beta")):
            made = Installation(team_id=team, user_id="U0ADMIN", bot_token=token, bot_id="B0", bot_user_id="U0BOT")
            await installations.async_save(made)
        assert await doctor.installed(place) == {"T0ACME": "xoxb-1-acme", "T0BETA": "xoxb-1-beta"}
        await installations.async_delete_bot(enterprise_id=None, team_id="T0BETA")
        assert await doctor.installed(place) == {"T0ACME": "xoxb-1-acme"}
        acme.suspended = await doctor.left_alone(place)
    found = (await acme.examined())["Slack workspace T0BETA"]
    assert (found.health, found.text) == (Health.WARNING, "left alone: the app was removed")


async def test_an_app_that_nobody_has_installed_says_where_to(acme: Acme) -> None:
    by_oauth(acme)
    acme.more["public_url"] = "https://signoff.acme.test"
    acme.tokens = {}
    found = (await acme.examined())["Slack workspace T0ACME"]
    assert (found.health, found.text) == (Health.WARNING, "has not installed the app yet")
    assert "https://signoff.acme.test/slack/install" in found.remedy
