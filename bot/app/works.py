"""The works: every part of a running server, put together once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from adapters import health
from adapters.agents import app as agents
from adapters.agents.limits import Limits
from adapters.calendars import EVERY_SECONDS
from adapters.charts import Charts
from adapters.desk import app as desk
from adapters.timers import Timers, keep_deadlines, next_by_cron
from adapters.webhooks.sender import WebhookSender
from bot.answering import Answering
from bot.app.calendars import calendars
from bot.app.publishing import PUBLISH_SECONDS, Published
from bot.app.signing import Signing
from bot.app.verifying import verifier
from bot.app.workplace import Workplace
from bot.assigning import Loads
from bot.catching_up import catch_up_pending
from bot.deciding import Deciding
from bot.digesting import Digesting
from bot.digesting.noting import LONGEST as LONGEST_WITHOUT_A_LOOK
from bot.filing import Filing, Key
from bot.learning.proposing import Proposing
from bot.membership import with_members
from bot.opening import Situation
from bot.pausing import Alarming, Pausing
from bot.policy.document import Policy
from bot.proving.keys import Keyring
from bot.proving.verifying import Verifying
from bot.retaining import EVERY_SECONDS as RETENTION_SECONDS
from bot.retaining import Retaining
from bot.rostering import Rostering
from bot.rostering.warning import EVERY_SECONDS as WARN_SECONDS
from bot.rostering.warning import warn_of_gaps
from bot.waiting import Waiting

if TYPE_CHECKING:
    from bot.app.slack import ConnectedSlack
    from bot.app.teams import ConnectedTeams

GROUPS_SECONDS = 300.0
"""How often a chat platform is asked who is in the policy's groups."""
WORDS_SECONDS = 1.0
"""How often what is new or changed is taken into the index that searching goes by."""
SHELF_SECONDS = timedelta(minutes=10).total_seconds()
"""How often what has expired is cleared from the shelf."""
Job = tuple[float, Callable[[], Awaitable[object]]]


class PolicyInUse:
    """The policy that this process works under, with the members of groups that a chat platform knows."""

    def __init__(self, policy: Policy) -> None:
        self._written = policy
        self._in_use = with_members(policy, {})

    def __call__(self) -> Policy:
        """The policy as it is now."""
        return self._in_use

    def learn(self, members: Mapping[str, tuple[str, ...]]) -> None:
        """Take these people (ids) as the members of those groups."""
        self._in_use = with_members(self._written, members)

    @property
    def asks_elsewhere(self) -> bool:
        """Whether the members of any group are known to a chat platform alone."""
        return any(not group.members for group in self._written.groups.values())


class Works:
    """What ``serve`` runs. ``start`` before anything is mounted or worked, ``close`` at the end."""

    def __init__(self, place: Workplace, policy: PolicyInUse, signing: Signing) -> None:
        store, clock, settings = place.store, place.clock, place.settings
        self.place = place
        self.policy = policy
        self._signing = signing
        self._published = Published(settings, store, clock)
        self.waiting = Waiting(store)
        self.figures = health.Figures()
        store.subscribe(self.figures.heard)
        self._webhooks = WebhookSender(store, clock, allow_private=settings.allow_private_callbacks)
        self._deciding = Deciding(store, clock, policy)
        self._filing = Filing(store, clock, Key(place.keys.signer, place.keys.public_key))
        verify = verifier(store, settings.database, place.keys.public_key)
        self._verifying = Verifying(store, clock, policy, Keyring([place.keys.public_key]), verify)
        self._loads = Loads(store, clock, policy)
        self._pausing = Pausing(store, clock, policy, surfaces=lambda: self._surfaces)
        self._alarming = Alarming(store, clock, policy, surfaces=lambda: self._surfaces)
        self._proposing = Proposing(store, clock, policy)
        self._calendars = calendars(place, policy)
        self._rostering = Rostering(store, clock, policy, planned=self._calendars.planned)
        self._digesting = Digesting(store, clock, policy, next_by_cron, lambda: self._surfaces)
        self._charts = Charts()
        draw = self._charts.draw
        self._slack: ConnectedSlack | None = None
        if settings.slack_mode != "off":
            from bot.app.slack import connect  # noqa: PLC0415 - Slack's SDK takes a quarter of a second to import

            self._slack = connect(
                place,
                policy,
                deciding=self._deciding,
                pausing=self._pausing,
                rostering=self._rostering,
                waiting=self.waiting,
                draw=draw,
                url=settings.url,
            )

        self._teams: ConnectedTeams | None = None
        if settings.teams_app_id:
            from bot.app import teams  # noqa: PLC0415 - the Bot Framework takes a second to import

            self._teams = teams.connect(
                place,
                policy,
                deciding=self._deciding,
                pausing=self._pausing,
                rostering=self._rostering,
                draw=draw,
                url=settings.url,
            )
        connected = {"slack": self._slack, "teams": self._teams}
        self._surfaces = tuple(name for name, found in connected.items() if found is not None)

    async def start(self) -> None:
        """Read what has to be known before the first call comes in."""
        await self._pausing.start()
        await self._calendars.refresh()
        await self._rostering.start()
        await self._loads.start()
        if self._slack is not None and self.policy.asks_elsewhere:
            await self._learn_members(self._slack)

    def situation(self) -> Situation:
        """What the gate is told when a request opens."""
        return Situation(surfaces=self._surfaces, loads=self._loads, roster=self._rostering.roster())

    def timers(self, seal_seconds: float) -> Timers:
        """What is done again and again, and the sweep that keeps the deadlines."""
        timers = Timers(self.place.clock, **self._jobs(seal_seconds))
        keep_deadlines(timers, self.place.store, self.place.clock, self._rostering.roster)
        if self._surfaces and any(owner.digests for owner in self.policy().owners.values()):
            timers.keep("digests", LONGEST_WITHOUT_A_LOOK, self._digesting.step)
        return timers

    def _jobs(self, seal_seconds: float) -> dict[str, Job]:
        """By name, every so many seconds."""
        store, clock = self.place.store, self.place.clock
        jobs: dict[str, Job] = {
            "seal": (seal_seconds, self._signing.seal),
            "retention": (RETENTION_SECONDS, Retaining(store, clock, self.policy).take_turn),
            "words": (WORDS_SECONDS, lambda: catch_up_pending(store)),
            "shelf": (SHELF_SECONDS, lambda: store.shelf.clear_expired(clock.now())),
        }
        if self._published.targets:
            jobs["checkpoints"] = (PUBLISH_SECONDS, self._published.noting.step)
        if self._calendars.named:
            jobs["calendars"] = (EVERY_SECONDS, self._calendars.refresh)
        if self._surfaces and self.policy().rotations:
            jobs["gaps"] = (WARN_SECONDS, self._warn_of_gaps)
        if (slack := self._slack) is not None and self.policy.asks_elsewhere:
            jobs["groups"] = (GROUPS_SECONDS, lambda: self._learn_members(slack))
        return jobs

    def work(self) -> list[asyncio.Task[None]]:
        """Start what runs until it is cancelled."""
        return [
            asyncio.create_task(self._webhooks.run(), name="webhooks"),
            asyncio.create_task(self._alarming.run(), name="alarms"),
            asyncio.create_task(self._proposing.run(), name="proposals"),
            asyncio.create_task(self._signing.watch(), name="keys"),
            asyncio.create_task(self._published.carrying.run(), name="checkpoints"),
            *(() if self._slack is None else self._slack.work()),
            *(() if self._teams is None else self._teams.work()),
        ]

    async def close(self) -> None:
        """Let go of what was opened."""
        await self._verifying.close()
        await self._published.close()
        await self._pausing.close()
        await self._rostering.close()
        await self._loads.close()
        if self._slack is not None:
            await self._slack.workspaces.close()
        if self._teams is not None:
            await self._teams.close()

    def mount(self, app: web.Application) -> None:
        """Put every adapter on the web application."""
        store, clock, settings = self.place.store, self.place.clock, self.place.settings
        agents.mount(
            app,
            store=store,
            clock=clock,
            policy=self.policy,
            waiting=self.waiting,
            filing=self._filing,
            verify_delivery=self._webhooks.verify,
            limits=Limits(
                max_body_bytes=settings.max_body_bytes,
                rate_per_minute=settings.rate_per_minute,
                rate_burst=settings.rate_burst,
            ),
            situation=self.situation,
        )
        desk.mount(
            app,
            store=store,
            clock=clock,
            policy=self.policy,
            deciding=self._deciding,
            pausing=self._pausing,
            rostering=self._rostering,
            answering=Answering(store, clock, self.policy),
            filing=self._filing,
            verifying=self._verifying,
            draw=self._charts.plates,
            waiting=self.waiting,
            public_url=settings.url,
        )
        if self._slack is not None:
            self._slack.receiving.mount(app)
        if self._teams is not None:
            self._teams.receiving.mount(app)
        health.mount(
            app,
            figures=self.figures,
            ready=store.ready,
            counts=store.counts,
            outbox=store.outbox,
            seals=store.seals,
            waiting=self.waiting,
        )

    async def _warn_of_gaps(self) -> None:
        roster = await self._rostering.standing()
        await warn_of_gaps(self.place.store, self.place.clock, roster, self._surfaces)

    async def _learn_members(self, slack: ConnectedSlack) -> None:
        members = await slack.members()
        if members is not None:
            self.policy.learn(members)
