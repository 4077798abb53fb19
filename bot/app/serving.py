"""Serving: the adapters on one web application, and everything that works beside it, until told to stop."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from time import perf_counter

import structlog
from aiohttp import web

from adapters import health, logs
from adapters.patience import IDLE_SECONDS, Patience
from bot.addressing import note_address
from bot.app.signing import Signing
from bot.app.workplace import Workplace, workplace
from bot.app.works import PolicyInUse, Works
from bot.domain.events import Noted
from bot.domain.people import Actor, ActorKind
from bot.errors import SettingsInvalid, SignoffError
from bot.policy.document import Policy
from bot.recording import Needs
from bot.settings import Settings

SEAL_SECONDS = 1.0
SHUTDOWN_SECONDS = 5.0
"""How long answers under way may take once the server is told to stop."""


async def serve(settings: Settings, *, announce: Callable[[str], None], new_key: bool = False) -> None:
    """Run the server until SIGINT or SIGTERM; ``announce`` is called once with its address when it takes calls.

    ``new_key`` says that another key than the one that sealed the record so far is meant.

    Raises:
        SettingsInvalid, PolicyInvalid: before anything listens.
    """
    logs.configure(settings.log_format, settings.log_level)
    stop = _stopped_by_signal()  # from here on: who is told to stop while starting ends as cleanly
    async with workplace(settings) as place:
        policy = place.policy
        signing = Signing(settings, place.store, place.clock, place.keys)
        await signing.begin(_operator(), new_key=new_key)
        await _note_policy(place, policy)
        await _serve(place, PolicyInUse(policy), signing, announce, stop)


async def _note_policy(place: Workplace, policy: Policy) -> None:
    """Record which policy this process works under, with its whole text, so that any verdict can be explained later."""
    event = Noted("policy.in_use", {"version": policy.version, "text": policy.text})
    await place.store.transact(
        Needs(ledgers=("policy",)), lambda view: view.record("ledger", "policy", event, _operator())
    )


def _operator() -> Actor:
    return Actor(ActorKind.OPERATOR, os.environ.get("USER", "operator"), "cli")


async def _serve(
    place: Workplace, policy: PolicyInUse, signing: Signing, announce: Callable[[str], None], stop: asyncio.Event
) -> None:
    store, settings = place.store, place.settings
    works = Works(place, policy, signing)
    await works.start()
    timers = works.timers(SEAL_SECONDS)
    patience = Patience()
    app = _application(works, patience)
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=SHUTDOWN_SECONDS,
        keepalive_timeout=IDLE_SECONDS,
        auto_decompress=False,  # nobody who sends a little makes us unpack a lot: packed bodies are refused
    )
    await runner.setup()
    try:
        url = await _listen(runner, settings, patience)
        if not settings.public_url:
            await note_address(store, url, _operator())
        timers.start()
        working = works.work()
        _set_apart_what_stays()
        announce(url)
        structlog.get_logger("signoff").info("serving", url=url, policy=policy().version)
        await asyncio.wait((asyncio.create_task(stop.wait()), *working), return_when=asyncio.FIRST_COMPLETED)
    finally:
        await timers.stop()
        works.waiting.close()
        await runner.cleanup()
    await _end(working)
    await works.close()
    with suppress(SignoffError):  # the next start seals what this one could not
        await signing.seal()


def _set_apart_what_stays() -> None:
    """What start-up made lives as long as the process: the garbage collector need not walk through it every time."""
    gc.collect()
    gc.freeze()


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


def _application(works: Works, patience: Patience) -> web.Application:
    settings = works.place.settings
    app = web.Application(
        client_max_size=settings.max_body_bytes, middlewares=[patience.listened, _timed(works.figures)]
    )
    works.mount(app)
    return app


def _timed(figures: health.Figures) -> Callable[..., Awaitable[web.StreamResponse]]:
    @web.middleware
    async def timed(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        start = perf_counter()
        response = await handler(request)
        resource = request.match_info.route.resource
        if "wait" not in request.query and resource is not None and not resource.canonical.endswith("/events"):
            labels = (request.method, resource.canonical, str(response.status))
            figures.http.labels(*labels).observe(perf_counter() - start)
        return response

    return timed


async def _listen(runner: web.AppRunner, settings: Settings, patience: Patience) -> str:
    try:
        await patience.site(runner, settings.host, settings.port, backlog=1024).start()
    except OSError as error:
        raise _deaf(settings, error) from error
    return settings.url_at(runner.addresses[0][1])


def _deaf(settings: Settings, error: OSError) -> SettingsInvalid:
    where = f"can't listen on {settings.host}:{settings.port}: "
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        remedy = "choose an address of this machine with --host, such as 127.0.0.1"
        return SettingsInvalid(where + (error.strerror or str(error)), field="SIGNOFF_HOST", remedy=remedy)
    taken = "another program does, perhaps a server of yours that still runs"
    text = taken if error.errno == errno.EADDRINUSE else error.strerror or str(error)
    remedy = "choose another port with --port, or 0 for a free one"
    return SettingsInvalid(where + text, field="SIGNOFF_PORT", remedy=remedy)


def _stopped_by_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
