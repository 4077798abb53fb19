"""The fake Teams by itself: `python -m tests.fakes.teams --port 8901 --app http://127.0.0.1:8080`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from tests.fakes.teams import FakeTeams
from tests.fakes.teams.driving import Driving


async def run(port: int, app: str) -> None:
    """Serve a tenant with a few people until stopped."""
    async with FakeTeams(port=port, extra=lambda teams, application: Driving(teams).mount(application)) as teams:
        contoso = teams.tenant("Contoso")
        names = ("dana", "lee", "omar", "rosa", "vera")
        people = [contoso.user(name, email=f"{name}@contoso.test", installed=True) for name in names]
        support = contoso.team("Support", people, id="19:support@thread.tacv2")
        support.channel("refunds", id="19:refunds@thread.tacv2")
        support.channel("escalations", id="19:escalations@thread.tacv2")
        teams.connect(app)
        sys.stdout.write(
            f"Teams for tests on {teams.url}\n"
            f"  app             {teams.app.id} {teams.app.secret}\n"
            f"  tenant          {teams.app.tenant_id}\n"
            f"  token URL       {teams.token_url}\n"
            f"  OpenID metadata {teams.openid_url}\n"
            f"  service URL     {teams.service_url(contoso)} or {teams.service_url()}\n"
            f"  calls           {teams.app.messaging_url}\n"
            f"  drive           POST {teams.url}/_drive/click "
            '{"user": "dana", "channel": "refunds", "action": "approve"}\n'
            f"  see             GET {teams.url}/_show\n"
        )
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.teams", description="A Teams to test a bot against.")
    parser.add_argument("--port", type=int, default=8901, help="where to listen on 127.0.0.1 (0: a free port)")
    parser.add_argument("--app", default="http://127.0.0.1:8080", help="where the bot listens")
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(arguments.port, arguments.app))


main()
