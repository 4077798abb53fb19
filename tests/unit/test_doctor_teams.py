"""What the doctor says of Teams, against a Teams in which one thing at a time is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.teams.client import References
from bot.doctor import teams as doctor
from bot.doctor.findings import Finding, Health
from bot.policy.loading import load
from bot.ports import Shelf
from bot.settings import Settings
from store.memory import MemoryStore
from tests.fakes.teams import Channel, FakeTeams, Team, Tenant, User
from tests.rigs.house import MovedClock

POLICY = """
version: 1
timezone: America/New_York
currency: USD
people:
  lee: {email: lee@acme.test, limit: 500}
  dana: {email: dana@acme.test}
owners:
  refunds:
    accountable: dana
    risk_owner: dana
    channels: {teams: ["REFUNDS", "second"]}
    approvers: [lee, dana]
    sla: {respond_within: 15m, expire_after: 4h}
actions:
  refund: {class: money, level: commit, owner: refunds, tools: [issue_refund], amount: arguments.amount}
"""


@dataclass
class Acme:
    """An organisation in which everything that the policy names is there."""

    teams: FakeTeams
    tenant: Tenant
    team: Team
    refunds: Channel
    second: Channel
    lee: User
    shelf: Shelf
    clock: MovedClock
    folder: Path
    url: str
    policy: str = ""
    more: dict[str, str] = field(default_factory=dict)

    @property
    def references(self) -> References:
        return References(self.shelf, self.clock, service_url=self.teams.service_url(), home=self.tenant.id)

    def place(self, channel: Channel | None = None) -> str:
        return f"Teams channel {(channel or self.refunds).id}"

    async def examined(self) -> dict[str, Finding]:
        """What is found, by check."""
        (self.folder / "cloud.yaml").write_text(
            f"openid_url: {self.teams.openid_url}\nissuer: {self.teams.app.issuer}\n"
            f"login_url: {self.teams.login_url}\nscope: {self.teams.app.scope}\n"
            f"service_url: {self.teams.service_url()}\n",
            encoding="utf-8",
        )
        given = {
            "teams_app_id": self.teams.app.id,
            "teams_app_secret": self.teams.app.secret,
            "teams_tenant": self.tenant.id,
            "teams_cloud": str(self.folder / "cloud.yaml"),
            **self.more,
        }
        settings = Settings(**given)  # type: ignore[arg-type]  # pydantic checks the values
        policy = load(self.policy, "policy.yaml")
        shelf = await doctor.remembered(self.shelf, self.clock)
        found = doctor.examine(settings, policy, self.clock, shelf=shelf, url=self.url)
        return {finding.check: finding async for finding in found}


async def _refuse(_: web.Request) -> web.Response:
    return web.Response(status=401)


@pytest.fixture
async def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Acme]:
    monkeypatch.chdir(tmp_path)
    clock = MovedClock()
    app = web.Application()
    app.router.add_post("/api/messages", _refuse)
    async with FakeTeams(clock=clock, token_clock=clock) as teams, TestServer(app) as server:
        tenant = teams.tenant("Acme")
        lee, dana = (tenant.user(name.title(), email=f"{name}@acme.test") for name in ("lee", "dana"))
        team = tenant.team("Support", [lee, dana])
        refunds, second = team.channel("refunds"), team.channel("second")
        store = MemoryStore(clock)
        url = str(server.make_url("")).rstrip("/")
        acme = Acme(teams, tenant, team, refunds, second, lee, store.shelf, clock, tmp_path, url)
        acme.policy = POLICY.replace("REFUNDS", refunds.id)
        await acme.references.link("second", second.id)
        yield acme


async def test_everything_in_order_is_told_to_be_so(acme: Acme) -> None:
    found = await acme.examined()
    wrong = {check: one.text for check, one in found.items() if one.health is not Health.FINE}
    assert list(wrong) == ["Teams address"]  # only since this server has no public address
    assert "SIGNOFF_PUBLIC_URL is not set" in wrong["Teams address"]
    assert list(found) == [
        "Teams address", "Teams keys", "Teams token", acme.place(), "Teams channel second", "Teams people",
    ]  # fmt: skip
    assert found["Teams people"].text == "2 found"


async def test_looking_leaves_nothing_behind(acme: Acme) -> None:
    rooms = ("teams.tenants", "teams.teams", "teams.channels", "teams.chats", "teams.addresses", "teams.links")

    async def kept() -> dict[str, dict[str, bytes]]:
        return {room: dict(await acme.shelf.entries(room, acme.clock.now())) for room in rooms}

    before = await kept()
    await acme.examined()
    assert await kept() == before
    assert acme.teams.messages(acme.refunds) == []


async def test_a_secret_that_is_refused_is_told_with_the_remedy_and_not_shown(acme: Acme) -> None:
    acme.more = {"teams_app_secret": "made-up~secret"}
    found = await acme.examined()
    assert found["Teams token"].health is Health.WRONG
    assert "AADSTS7000215" in found["Teams token"].text
    assert "SIGNOFF_TEAMS_APP_ID" in found["Teams token"].remedy
    assert "made-up~secret" not in str(found)
    assert acme.place() not in found


async def test_keys_that_can_t_be_had_are_told(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(acme.teams), "openid_url", f"{acme.teams.url}/nowhere")
    found = (await acme.examined())["Teams keys"]
    assert found.health is Health.WRONG
    assert "/nowhere" in found.remedy


async def test_a_team_without_the_bot_is_told_with_the_remedy(acme: Acme) -> None:
    await acme.teams.uninstall_from(acme.team, acme.lee)
    found = await acme.examined()
    assert found[acme.place()].health is Health.WRONG
    assert "used by refunds" in found[acme.place()].text
    assert "add the app to the team" in found[acme.place()].remedy
    assert found["Teams people"].health is Health.WARNING


async def test_a_channel_that_does_not_exist_is_told(acme: Acme) -> None:
    acme.policy = POLICY.replace("REFUNDS", "19:nothing@thread.tacv2")
    found = (await acme.examined())["Teams channel 19:nothing@thread.tacv2"]
    assert (found.health, bool(found.remedy)) == (Health.WRONG, True)


async def test_a_name_that_no_channel_is_linked_to_says_how_to_link_it(acme: Acme) -> None:
    await acme.references.unlink("second")
    found = (await acme.examined())["Teams channel second"]
    assert found.health is Health.WRONG
    assert "@Signoff link second" in found.remedy


async def test_somebody_whom_nobody_there_knows_is_named(acme: Acme) -> None:
    acme.policy = acme.policy.replace("lee@acme.test", "lee@elsewhere.test")
    found = (await acme.examined())["Teams people"]
    assert found.health is Health.WARNING
    assert "lee (lee@elsewhere.test)" in found.text
    assert "decide on the desk" in found.remedy


async def test_an_owner_without_a_channel_in_teams_is_named(acme: Acme) -> None:
    acme.policy = acme.policy.replace(f'channels: {{teams: ["{acme.refunds.id}", "second"]}}', "channels: {}")
    assert "refunds" in (await acme.examined())["Teams owners"].text


@pytest.mark.parametrize("path", ["/elsewhere", ""])
async def test_an_address_where_we_do_not_answer_is_told(acme: Acme, path: str) -> None:
    acme.url = acme.url + path if path else "http://127.0.0.1:9"
    found = (await acme.examined())["Teams address"]
    assert found.health is (Health.WRONG if path else Health.WARNING)
    assert found.remedy


async def test_a_cloud_s_file_that_can_t_be_used_is_told_and_nothing_is_asked(acme: Acme, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("login_url: http://login.test/", encoding="utf-8")
    acme.more = {"teams_cloud": str(tmp_path / "other.yaml")}
    found = await acme.examined()
    assert list(found) == ["Teams cloud"]
    assert acme.teams.logins == []
