"""What each implementation of Teams' port costs: to import, to hold, to answer an activity, to send 200 messages.

``.venv-spike/bin/python -m spikes.comparing_teams_ports`` prints minimum, median and maximum of rounds in which the
implementations take turns, each in a process of its own; Teams is in this one, so that it counts for neither. Ratios
are taken within a round.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from aiohttp import web

from adapters.clock import SystemClock
from adapters.teams.client import ClientSecret, Cloud, Credentials, InboundTokens

Json = dict[str, Any]
PORTS = {
    "botbuilder": ("adapters.teams.client.botbuilder", "BotbuilderPort"),
    "agents_hosting": ("spikes.agents_hosting", "AgentsPort"),
}
ROUNDS, MESSAGES, ACTIVITIES, WARM = 9, 200, 100, 20
CARD: Json = {
    "type": "AdaptiveCard",
    "version": "1.5",
    "body": [{"type": "TextBlock", "text": f"Line {number} of a card", "wrap": True} for number in range(30)],
}
SHOWN: Json = {"attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": CARD}]}


def resident() -> float:
    """This process's memory, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


async def worker(kind: str, told: Json) -> None:
    """Measure one implementation, in this process; prints figures, with the address of the bot before."""
    import_module("pydantic")  # the successor's models are made of it, and Signoff's settings as well
    module, name = PORTS[kind]
    memory, started = resident(), time.perf_counter()
    make = getattr(import_module(module), name)
    found: Json = {"import ms": (time.perf_counter() - started) * 1e3, "memory MB": resident() - memory}

    clock, place = SystemClock(), Cloud(**told["cloud"])
    secret = ClientSecret(told["app_id"], told["secret"], told["home"], place.login_url, place.scope)
    tokens = InboundTokens(app_id=told["app_id"], tenants=[told["tenant"]], clock=clock, cloud=place)
    port = make(Credentials(secret, clock), tokens)
    took: list[tuple[float, float]] = []

    async def handle(request: web.Request) -> web.Response:
        wall, cpu = time.perf_counter(), time.process_time()
        claims = await port.authenticate(request.headers, await request.read())
        where = claims.activity["conversation"]["id"]
        await port.reply(claims.service_url, where, claims.activity["id"], SHOWN)
        took.append((time.perf_counter() - wall, time.process_time() - cpu))
        return web.Response()

    app = web.Application()
    app.router.add_post("/api/messages", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address: Any = runner.addresses[0]

    there = told["service_url"]
    thread = await port.create_thread(there, told["tenant"], told["channel"], SHOWN)
    for _ in range(WARM):
        await port.send(there, thread.conversation, SHOWN)
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(MESSAGES):
        await port.send(there, thread.conversation, SHOWN)
    found["send 200, s"], found["send 200, CPU s"] = time.perf_counter() - wall, time.process_time() - cpu
    wall, cpu = time.perf_counter(), time.process_time()
    lanes = (send_all(port, there, thread.conversation, MESSAGES // 10) for _ in range(10))
    await asyncio.gather(*lanes)
    found["send 200, 10 at once, s"] = time.perf_counter() - wall

    print(json.dumps({"bot": f"http://127.0.0.1:{address[1]}"}), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    measured = took[WARM:]
    found["activity to reply, ms"] = statistics.median(each[0] for each in measured) * 1e3
    found["activity to reply, CPU ms"] = statistics.median(each[1] for each in measured) * 1e3
    found["whole process MB"] = resident()
    await runner.cleanup()
    await port.close()
    print(json.dumps(found), flush=True)


async def send_all(port: Any, there: str, conversation: str, count: int) -> None:  # noqa: ANN401 - any implementation
    """Send so many cards, one after the other."""
    for _ in range(count):
        await port.send(there, conversation, SHOWN)


async def measured(kind: str) -> Json:
    """One implementation's figures, from a process of its own against a Teams of its own."""
    from tests.fakes.teams import FakeTeams  # noqa: PLC0415 - the workers must not hold it

    async with FakeTeams() as teams:
        teams.rates.enabled = False
        contoso = teams.tenant()
        dana = contoso.user("Dana", email="dana@acme.test")
        channel = contoso.team("Refunds", [dana]).channel("decisions")
        told = {
            "cloud": {
                "openid_url": teams.openid_url,
                "issuer": teams.app.issuer,
                "login_url": teams.login_url,
                "scope": teams.app.scope,
                "service_url": teams.service_url(),
            },
            "app_id": teams.app.id,
            "secret": teams.app.secret,
            "home": teams.app.tenant_id,
            "tenant": contoso.id,
            "channel": channel.id,
            "service_url": teams.service_url(contoso),
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "spikes.comparing_teams_ports", kind, json.dumps(told)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        teams.connect(json.loads(await process.stdout.readline())["bot"])
        for _ in range(WARM + ACTIVITIES):
            delivery = await teams.mention(dana, channel, "help")
            assert delivery is not None
            assert delivery.status == 200
        process.stdin.write(b"done\n")
        found: Json = json.loads(await process.stdout.readline())
        assert await process.wait() == 0
        return found


def table(rounds: list[dict[str, Json]]) -> str:
    """Each figure of both, and what the successor costs for one that Botbuilder costs."""
    lines = ["| figure | botbuilder | agents_hosting | ratio |", "|---|---|---|---|"]
    for figure in rounds[0]["botbuilder"]:
        columns = [[each[kind][figure] for each in rounds] for kind in PORTS]
        ratios = [new / old for old, new in zip(*columns, strict=True)]
        lines.append(f"| {figure} | " + " | ".join(_span(column) for column in (*columns, ratios)) + " |")
    return "\n".join(lines)


def _span(values: list[float]) -> str:
    return f"{min(values):.3g} / {statistics.median(values):.3g} / {max(values):.3g}"


async def main() -> None:
    """Let them take turns, who is first as well."""
    rounds = []
    for number in range(ROUNDS):
        kinds = list(PORTS) if number % 2 else list(reversed(PORTS))
        rounds.append({kind: await measured(kind) for kind in kinds})
    print(f"{ROUNDS} rounds, minimum / median / maximum\n\n{table(rounds)}")


if __name__ == "__main__":
    asyncio.run(worker(sys.argv[1], json.loads(sys.argv[2])) if len(sys.argv) == 3 else main())
