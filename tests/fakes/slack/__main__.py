"""The fake Slack by itself: `python -m tests.fakes.slack --port 8900 --app http://127.0.0.1:8080`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from tests.fakes.slack import FakeSlack
from tests.fakes.slack.driving import Driving


async def run(port: int, app: str) -> None:
    """Serve a workspace with a few people until stopped."""
    async with FakeSlack(port=port, extra=lambda slack, application: Driving(slack).mount(application)) as slack:
        acme = slack.workspace("Acme")
        people = [acme.user(name, email=f"{name}@acme.test") for name in ("dana", "lee", "omar", "rosa", "vera")]
        acme.group("supervisors", people[:3], id="S0SUPER")
        acme.channel("refunds", people, id="C0REFUNDS")
        acme.channel("escalations", people, id="C0ESCALATE")
        slack.connect(app)
        sys.stdout.write(
            f"Slack for tests on {slack.url}\n"
            f"  API base URL    {slack.api_url}\n"
            f"  bot token       {acme.token}\n"
            f"  app token       {slack.app.app_token}\n"
            f"  signing secret  {slack.app.signing_secret}\n"
            f"  client          {slack.app.client_id} {slack.app.client_secret}\n"
            f"  consent page    {slack.authorize_url}\n"
            f"  calls           {slack.app.events_url} (or Socket Mode, once connected)\n"
            f"  drive           POST {slack.url}/_drive/click "
            '{"user": "dana", "channel": "refunds", "action": "approve"}\n'
            f"  see             GET {slack.url}/_show\n"
        )
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.slack", description="A Slack to test a bot against.")
    parser.add_argument("--port", type=int, default=8900, help="where to listen on 127.0.0.1 (0: a free port)")
    parser.add_argument("--app", default="http://127.0.0.1:8080", help="where the bot listens")
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(arguments.port, arguments.app))


main()
