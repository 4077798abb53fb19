"""The README's way to a first card in Teams, as it stands there, with our stand-in in place of Microsoft's."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from pathlib import Path

from bot.demo.server import free_port
from bot.manifest import teams_package
from tests.e2e.test_readme import SECONDS, block, clone, first_line, run, under_way
from tests.e2e.test_readme_slack import filled_in, named
from tests.fakes.teams import FakeTeams

__all__ = ["clone"]
CHANNEL = "19:0123456789abcdef@thread.tacv2"


async def test_from_nothing_to_a_card_in_a_channel(clone: Path) -> None:
    async with FakeTeams() as teams:
        acme = teams.tenant("Acme")
        you = acme.user("You", email="you@example.com")
        channel = acme.team("Support", [you]).channel("refunds")

        package = block("sh", "manifest teams").replace("your-app-id", teams.app.id)
        assert "signoff-teams.zip" in await run(package, clone)
        made = (clone / "signoff-teams.zip").read_bytes()
        assert made == teams_package(teams.app.id, "signoff.example.com")
        assert len(zipfile.ZipFile(io.BytesIO(made)).namelist()) == 3

        port = str(free_port())
        given = {
            "SIGNOFF_TEAMS_APP_ID": teams.app.id,
            "SIGNOFF_TEAMS_APP_SECRET": teams.app.secret,
            "SIGNOFF_TEAMS_TENANT": acme.id,
            "SIGNOFF_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        (clone / ".env").write_text(filled_in(block("ini", "TEAMS"), **given), encoding="utf-8")
        await run(block("sh", "teams-policy"), clone)
        policy = clone / "policy.yaml"
        assert CHANNEL in policy.read_text(encoding="utf-8")
        policy.write_text(policy.read_text(encoding="utf-8").replace(CHANNEL, channel.id), encoding="utf-8")

        addresses = {
            "openid_url": teams.openid_url,
            "issuer": teams.app.issuer,
            "login_url": teams.login_url,
            "scope": teams.app.scope,
            "service_url": teams.service_url(),
        }
        cloud = clone / "cloud.yaml"
        cloud.write_text("".join(f"{name}: {value}\n" for name, value in addresses.items()), encoding="utf-8")
        where = {"SIGNOFF_TEAMS_CLOUD": str(cloud), "SIGNOFF_PORT": port}
        told = await run(".venv/bin/signoff doctor", clone, **where)
        assert f"✓ Teams channel {channel.id}" in told.replace("\n", "")
        assert "✗" not in told

        async with under_way(block("sh", "signoff serve"), clone, **where) as server:
            await first_line(server)
            url = given["SIGNOFF_PUBLIC_URL"]
            teams.connect(url)
            create = f".venv/bin/{named('signoff agent create')}"
            agent_s = {"SIGNOFF_URL": url, "SIGNOFF_TOKEN": (await run(create, clone, **where)).strip()}
            async with under_way(block("sh", "examples/agent.py"), clone, **agent_s) as agent:
                (card,) = await teams.until(lambda: teams.messages(channel), SECONDS)
                assert any("129.00" in text for text in teams.texts(you, card))
                assert (await teams.click(you, card, "approve")).ok
                output, errors = await asyncio.wait_for(agent.communicate(), SECONDS)
            # The real server refuses what bears no token, and looking disturbs nothing.
            told = await run(".venv/bin/signoff doctor --json", clone, **where)
            found = {one["check"]: one for one in json.loads(told)}
            assert "SIGNOFF_PUBLIC_URL" in found["Teams address"]["text"]
            assert found[f"Teams channel {channel.id}"]["text"] == "the bot is there, for refunds"
            assert output.decode().startswith("refunding {'order_id': 'O-1187'"), errors.decode()
            await teams.until(lambda: card.edits, SECONDS)
        assert teams.complaints == []
