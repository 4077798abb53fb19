"""Mounts both APIs on the web application."""

from __future__ import annotations

import os
from collections.abc import Callable

from aiohttp import web

from adapters.agents import aap_wire, v1_wire
from adapters.agents.aap import RequestRoutes
from adapters.agents.callers import Callers
from adapters.agents.counter import Counter
from adapters.agents.exchange import middleware
from adapters.agents.instances import InstanceRoutes
from adapters.agents.limits import Limits, Rates
from adapters.agents.openapi.document import DocumentRoutes
from adapters.agents.v1 import V1Routes
from adapters.agents.v1_events import EventRoutes
from adapters.agents.v1_feedback import FeedbackRoutes
from adapters.agents.v1_friction import FrictionRoutes
from adapters.agents.v1_reports import ReportRoutes
from adapters.agents.v1_search import SearchRoutes
from adapters.agents.v1_summaries import SummaryRoutes
from bot.answering import Answering
from bot.domain.chance import Chance
from bot.filing import Filing
from bot.friction import Frictions
from bot.opening import Situation
from bot.policy.document import Policy
from bot.ports import Clock, Store
from bot.provisioning import Provisioning, Verify
from bot.waiting import Waiting

AAP_PATH = "/api/aap"
V1_PATH = "/api/v1"


def mount(  # noqa: PLR0913 - it is wired once, by name
    app: web.Application,
    *,
    store: Store,
    clock: Clock,
    policy: Callable[[], Policy],
    waiting: Waiting,
    filing: Filing,
    verify_delivery: Verify,
    limits: Limits,
    situation: Callable[[], Situation] = Situation,
) -> None:
    """Serve the Agent Approval Protocol below ``/api/aap`` and our own API below ``/api/v1``.

    ``verify_delivery`` proves a webhook before it is used. The application's own ``client_max_size`` has to be at
    least ``limits.max_body_bytes``. ``situation`` says what is connected and paused when a request opens.
    """
    callers = Callers(store, clock)
    chance = Chance(os.urandom)
    counter = Counter(callers, limits, chance, situation)
    provisioning = Provisioning(store, clock, verify_delivery)
    registrations = Rates(limits.registrations_per_minute, limits.registrations_burst)
    instances = InstanceRoutes(counter, provisioning, registrations)

    aap = web.Application(middlewares=[middleware(aap_wire.error_form, chance)])
    RequestRoutes(counter, store, clock, policy, waiting).add_to(aap.router)
    instances.add_to(aap.router, "/v1/instances")

    v1 = web.Application(middlewares=[middleware(v1_wire.problem_form, chance)])
    V1Routes(counter, store, clock, policy, waiting, filing=filing).add_to(v1.router)
    events = EventRoutes(counter, store, policy, waiting)
    events.add_to(v1.router)
    SummaryRoutes(counter, Answering(store, clock, policy), policy).add_to(v1.router)
    FrictionRoutes(counter, Frictions(store, clock, policy), policy).add_to(v1.router)
    instances.add_to(v1.router, "/agents/{agent}/instances")
    ReportRoutes(counter, store).add_to(v1.router)
    FeedbackRoutes(counter, store, clock, policy).add_to(v1.router)
    SearchRoutes(counter, store).add_to(v1.router)
    DocumentRoutes().add_to(v1.router)

    app.add_subapp(AAP_PATH, aap)
    app.add_subapp(V1_PATH, v1)

    async def forget(_: web.Application) -> None:
        callers.close()

    app.on_shutdown.append(events.stop)
    app.on_cleanup.append(forget)
