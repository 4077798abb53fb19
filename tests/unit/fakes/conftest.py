"""A workspace with people, on a clock that stands until it is moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import Channel, FakeSlack, User, UserGroup, Workspace
from tests.rigs.house import MovedClock
from tests.unit.fakes.bolt_app import client_of, serving
from tests.unit.fakes.deciding_app import Office

if TYPE_CHECKING:
    from tests.unit.fakes.teams_bot import Desk


@dataclass
class Acme:
    """What most tests need."""

    slack: FakeSlack
    clock: MovedClock
    workspace: Workspace
    dana: User
    lee: User
    group: UserGroup
    refunds: Channel
    client: AsyncWebClient


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A running fake without rate limits, on the machine's clock."""
    async with FakeSlack() as running:
        running.rates.enabled = False
        yield running


@pytest.fixture
async def acme() -> AsyncIterator[Acme]:
    """A running fake with a workspace, on a clock that is moved by hand."""
    clock = MovedClock()
    async with FakeSlack(clock=clock) as running:
        running.rates.enabled = False
        workspace = running.workspace("Acme")
        dana = workspace.user("dana", email="dana@acme.test", status_text="On holiday", status_emoji=":palm_tree:")
        lee = workspace.user("lee", email="lee@acme.test")
        group = workspace.group("supervisors", [dana, lee])
        refunds = workspace.channel("refunds", [dana, lee])
        yield Acme(running, clock, workspace, dana, lee, group, refunds, client_of(running, workspace))


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """The application with cards and forms, served to a fake whose clock stands."""
    clock = MovedClock()
    async with FakeSlack(clock=clock) as slack:
        slack.rates.enabled = False
        here = Office(slack, clock)
        async with serving(slack, here.app):
            yield here


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A bot in a team, served by a fake Teams whose clock stands."""
    from tests.unit.fakes.teams_bot import a_desk  # noqa: PLC0415 - importing its SDK takes a second; Slack's tests needn't

    async with a_desk() as here:
        yield here
