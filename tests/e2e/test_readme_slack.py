"""The README's way to a first card in Slack, as it stands there, with our stand-in in place of the real Slack."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import yaml

from bot.demo.server import free_port
from bot.manifest import slack_manifest, slack_scopes
from tests.e2e.test_readme import SECONDS, block, clone, first_line, run, under_way
from tests.fakes.slack import FakeSlack

__all__ = ["clone"]


def filled_in(text: str, **values: str) -> str:
    """A block with what one copies from Slack's pages put in."""
    for name, value in values.items():
        text, count = re.subn(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        assert count == 1, name
    return text


async def test_from_nothing_to_a_card_in_a_channel(clone: Path) -> None:
    told = await run(block("sh", "manifest slack"), clone)
    assert yaml.safe_load(told) == slack_manifest(socket=True)

    async with FakeSlack() as slack:
        acme = slack.workspace("Acme", scopes=slack_scopes())
        you = acme.user("you", email="you@example.com")
        channel = acme.channel("refunds", [you], id="C0123456789")
        tokens = {"SIGNOFF_SLACK_BOT_TOKEN": acme.token, "SIGNOFF_SLACK_APP_TOKEN": slack.app.app_token}
        (clone / ".env").write_text(filled_in(block("ini", "SLACK"), **tokens), encoding="utf-8")
        await run(block("sh", "slack-policy"), clone)

        port = str(free_port())
        where = {"SIGNOFF_SLACK_API_URL": slack.api_url, "SIGNOFF_PORT": port}
        told = await run(block("sh", "signoff doctor"), clone, **where)
        assert "✓ Slack channel C0123456789: #refunds, for refunds" in told
        assert "✗" not in told

        async with under_way(block("sh", "signoff serve"), clone, **where) as server:
            url = (await first_line(server)).removeprefix("Signoff listens on ")
            create = f".venv/bin/{named('signoff agent create')}"
            given = {"SIGNOFF_URL": url, "SIGNOFF_TOKEN": (await run(create, clone, **where)).strip()}
            async with under_way(block("sh", "examples/agent.py"), clone, **given) as agent:
                (card,) = await slack.until(lambda: slack.messages(channel), within=SECONDS)
                assert "129.00" in card.text
                ack = await slack.click(you, card, "approve")
                assert ack.ok
                output, errors = await asyncio.wait_for(agent.communicate(), SECONDS)
            assert output.decode().startswith("refunding {'order_id': 'O-1187'"), errors.decode()
            await slack.until(lambda: card.edits, within=SECONDS)
        assert slack.complaints == []


def named(beginning: str) -> str:
    """A command that the text names."""
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (found,) = set(re.findall(rf"`({beginning} [^`]*--actions refund)`", text))
    return str(found)
