"""The fake Slack by itself: `python -m tests.fakes.slack --port 8900 --app http://127.0.0.1:8080`."""

from __future__ import annotations

from tests.fakes import by_hand
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.driving import Driving


async def run(port: int, app: str) -> None:
    """Serve a workspace with a few people until stopped."""
    async with FakeSlack(port=port, extra=lambda slack, application: Driving(slack).mount(application)) as slack:
        acme = slack.workspace("Acme")
        people = [acme.user(name, email=f"{name}@acme.test") for name in by_hand.PEOPLE]
        acme.group("supervisors", people[:3], id="S0SUPER")
        acme.channel("refunds", people, id="C0REFUNDS")
        acme.channel("escalations", people, id="C0ESCALATE")
        slack.connect(app)
        facts = {
            "API base URL": slack.api_url,
            "bot token": acme.token,
            "app token": slack.app.app_token,
            "signing secret": slack.app.signing_secret,
            "client": f"{slack.app.client_id} {slack.app.client_secret}",
            "consent page": slack.authorize_url,
            "calls": f"{slack.app.events_url} (or Socket Mode, once connected)",
        }
        await by_hand.stay("Slack", slack.url, facts)


by_hand.serve("tests.fakes.slack", "Slack", 8900, run)
