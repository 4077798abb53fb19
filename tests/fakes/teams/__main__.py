"""The fake Teams by itself: `python -m tests.fakes.teams --port 8901 --app http://127.0.0.1:8080`."""

from __future__ import annotations

from tests.fakes import by_hand
from tests.fakes.teams import FakeTeams
from tests.fakes.teams.driving import Driving


async def run(port: int, app: str) -> None:
    """Serve a tenant with a few people until stopped."""
    async with FakeTeams(port=port, extra=lambda teams, application: Driving(teams).mount(application)) as teams:
        contoso = teams.tenant("Contoso")
        people = [contoso.user(name, email=f"{name}@contoso.test", installed=True) for name in by_hand.PEOPLE]
        support = contoso.team("Support", people, id="19:support@thread.tacv2")
        support.channel("refunds", id="19:refunds@thread.tacv2")
        support.channel("escalations", id="19:escalations@thread.tacv2")
        teams.connect(app)
        facts = {
            "app": f"{teams.app.id} {teams.app.secret}",
            "tenant": teams.app.tenant_id,
            "token URL": teams.token_url,
            "OpenID metadata": teams.openid_url,
            "service URL": f"{teams.service_url(contoso)} or {teams.service_url()}",
            "calls": teams.app.messaging_url,
        }
        await by_hand.stay("Teams", teams.url, facts)


by_hand.serve("tests.fakes.teams", "Teams", 8901, run)
