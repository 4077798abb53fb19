"""The demonstration's stage: a server, its record and an agent, set up and taken down, and what has to come of it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory

from agentapprovalprotocol import AsyncClient, AsyncGate

from adapters.desk.links import give_link
from bot.app import Workplace, workplace
from bot.demo.agent import Followed, SupportAgent
from bot.demo.customers import CustomerSystem
from bot.demo.ledger import Row, problems_of, read_rows
from bot.demo.reviewing import outcome_of
from bot.demo.scenes import SCENES
from bot.demo.server import free_port, running_server, settings_in
from bot.domain.people import Actor, ActorKind, Person
from bot.enrolling import Enrolling, Issued, NewAgent
from bot.errors import BadInput
from bot.policy.document import Policy
from bot.proving.keys import Keyring
from bot.proving.record import verify

AGENT = "support-agent"
TIMEOUT = "4h"
WAIT_SECONDS = 4 * 3600.0
POLICY_NAME = "policy.yaml"
_LOOKS, _LOOK_SECONDS = 30, 0.1
"""How often, and how far apart, the record is looked at until its server has sealed what happened last."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A running server with its policy, its record, and the agent that works on it."""

    place: Workplace
    policy: Policy
    folder: Path
    server: int
    """The server's process id."""
    system: CustomerSystem
    agent: SupportAgent
    agent_id: str
    news: asyncio.Queue[Followed]
    """Each proposal as soon as it was made, and again whenever the agent got further with it."""

    @property
    def url(self) -> str:
        """Where the server is."""
        return self.place.settings.url

    async def rows(self) -> list[Row]:
        """What the record says now."""
        return await read_rows(self.place.store, self.agent_id)

    async def link(self, person: Person) -> str:
        """A new one-time sign-in link."""
        place = self.place
        link = await give_link(place.store, place.clock, self.policy, person.email, public_url=self.url, by=_operator())
        return link.url


@asynccontextmanager
async def staged(keep: Path | None) -> AsyncIterator[Stage]:
    """Set everything up in ``keep`` or a folder that goes away, and take it down again; no process stays behind.

    Raises:
        BadInput: when ``keep`` is not empty.
        SettingsInvalid, Unavailable: when the server can't be started, with its last words.
    """
    async with AsyncExitStack() as stack:
        folder = keep if keep is not None else Path(stack.enter_context(TemporaryDirectory(prefix="signoff-demo-")))
        folder = await asyncio.to_thread(_prepared, folder)
        settings = settings_in(folder, folder / POLICY_NAME, free_port())
        server = await stack.enter_async_context(running_server(settings, folder))
        place = await stack.enter_async_context(workplace(settings, migrate=False))
        policy = place.policy
        issued = await _enrolled(place, policy)
        client = AsyncClient(f"{settings.url}/api/aap", issued.token)
        stack.push_async_callback(client.aclose)
        gate = AsyncGate(client, mode="async", timeout=TIMEOUT, wait_limit=WAIT_SECONDS)
        system, news = CustomerSystem(), asyncio.Queue[Followed]()
        agent = SupportAgent(gate, system, news.put_nowait)
        yield Stage(place, policy, folder, server, system, agent, issued.agent.id, news)


def _prepared(folder: Path) -> Path:
    """The folder, with the policy in it and settings that name it.

    Only one that holds nothing will do: what a customer was given before counts against today's caps.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BadInput(
            f"the folder {folder} is not empty",
            field="--keep",
            remedy=f"name a new one; `cd {folder} && signoff serve` goes on with a record that lies there",
        )
    with as_file(files("bot.demo") / POLICY_NAME) as source:
        (folder / POLICY_NAME).write_bytes(source.read_bytes())
    (folder / ".env").write_text(_ENV, encoding="utf-8")
    return folder.resolve()


_ENV = "SIGNOFF_DATABASE=sqlite:///signoff.db\nSIGNOFF_POLICY=policy.yaml\nSIGNOFF_KEY_FILE=signoff.key\n"
"""So that `signoff` in a kept folder works on its record."""


async def _enrolled(place: Workplace, policy: Policy) -> Issued:
    new = NewAgent(AGENT, policy.people["vera"].email, ("*",))
    return await Enrolling(place.store, place.clock).create(new, known=policy.actions, by=_operator())


def _operator() -> Actor:
    return Actor(ActorKind.OPERATOR, os.environ.get("USER", "operator"), "cli")


def unexpected(rows: Sequence[Row], system: CustomerSystem, *, scripted: bool) -> list[str]:
    """Everything that did not go as it has to: the rules of ``problems_of``, and what each scene expects.

    What people decide is theirs to choose; a script has to have been heard.
    """
    found = problems_of(rows, system.changes)
    by_key = {row.key: row for row in rows}
    for scene in SCENES:
        row = by_key.get(scene.key)
        if row is None:
            found.append(f"{scene.key}: is not on record")
        elif row.request.assessment.verdict.kind is not scene.expects:
            found.append(f"{scene.key}: the gate said {row.request.assessment.verdict.kind}, not {scene.expects}")
        elif scripted and scene.review and row.status != outcome_of(scene.review):
            found.append(f"{scene.key}: is {row.status}, not {outcome_of(scene.review)}")
    return found


async def verified(place: Workplace) -> tuple[str, list[str]]:
    """What verifying the whole record says, in a sentence, and everything that it found.

    The server seals once a second, so what happened last is given a moment to be sealed.
    """
    keyring = Keyring([place.keys.public_key])
    report = await verify(place.store, keyring)
    for _ in range(_LOOKS):
        if not report.ok or report.sealed == report.events:
            break
        await asyncio.sleep(_LOOK_SECONDS)
        report = await verify(place.store, keyring)
    found = [f"{finding.kind} at {finding.place}: {finding.text}" for finding in report.findings]
    said = f"Record verified: {report.events} events in {report.streams} streams, {report.sealed} of them sealed."
    return said if report.ok else f"The record has {len(found) + report.more} faults.", found


@asynccontextmanager
async def stopped_by_signal() -> AsyncIterator[asyncio.Event]:
    """An event that SIGINT, SIGTERM and a closed terminal set, while the block runs."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in numbers:
            with suppress(ValueError):
                loop.remove_signal_handler(number)
