"""The real thing: `signoff serve`, the protocol's own client waiting as an agent, and a person with a browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from agentapprovalprotocol import AsyncClient
from agentapprovalprotocol import Request as Asked
from playwright.async_api import Browser, expect

from tests.rigs.demo_server import EXAMPLE_POLICY, Served, command, served
from tests.rigs.reading import reader, sign_in


@asynccontextmanager
async def agent(server: Served) -> AsyncIterator[AsyncClient]:
    client = AsyncClient(f"{server.url}/api/aap", await server.token("browser-agent"))
    try:
        yield client
    finally:
        await client.aclose()


async def waiting(client: AsyncClient, amount: int) -> asyncio.Task[Asked]:
    """Propose a refund and wait for the answer in a task of its own."""
    submission = {
        "tool": "issue_refund",
        "arguments": {"order_id": f"A-{amount}", "amount": amount, "reason": "Late"},
        "timeout": "10m",
        "context": {"customer": f"cust_{amount}", "session": "s1"},
    }
    opened = await client.create(submission, f"key-{amount}")
    return asyncio.create_task(client.get(opened.id, wait=30))


async def link(server: Served, folder: Path, email: str) -> str:
    """As an operator gets it: from the command line."""
    settings = server.place.settings
    words = ("-m", "bot.cli", "desk", "link", email, "--json", "--public-url", server.url)
    environment = {
        "SIGNOFF_DATABASE": settings.database,
        "SIGNOFF_POLICY": str(EXAMPLE_POLICY),
        "SIGNOFF_KEY_FILE": str(settings.key_file),
    }
    async with command(*words, **environment) as process:
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    found: dict[str, Any] = json.loads(out)
    return str(found["url"])


async def test_a_person_answers_a_waiting_agent_of_the_protocols_own_client(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path) as server, agent(server) as client, reader(browser) as page:
        await sign_in(page, await link(server, tmp_path, "dana@acme.test"))
        await expect(page.locator("#live")).to_contain_text("Live")
        approved, rejected, edited = [await waiting(client, amount) for amount in (101, 102, 103)]
        await page.get_by_role("link", name="101.00 USD").click()
        await page.get_by_role("button", name="Approve", exact=True).click()
        await expect(page.locator("#state .pill")).to_have_text("✓Approved")

        await page.get_by_role("link", name="Queue").first.click()
        await page.get_by_role("link", name="102.00 USD").click()
        await page.locator("summary", has_text="Reject").click()
        await page.get_by_label("Reason").select_option("not_eligible")
        await page.get_by_label("Note to the agent").fill("Past thirty days.")
        await page.get_by_role("button", name="Reject", exact=True).click()
        await expect(page.locator("#state .pill")).to_have_text("✕Rejected")

        await page.get_by_role("link", name="Queue").first.click()
        await page.get_by_role("link", name="103.00 USD").click()
        await page.get_by_role("link", name="Edit before approving…").click()
        await page.get_by_label("Amount").fill("80")
        await page.get_by_role("button", name="See before and after").click()
        await page.get_by_role("button", name="Approve with these edits").click()
        await expect(page.locator("#state .pill")).to_have_text("✓Approved with edits")

        answers = await asyncio.gather(approved, rejected, edited)
        assert [answer.status for answer in answers] == ["approved", "denied", "denied"]
        assert answers[1].decision is not None
        assert "Past thirty days." in (answers[1].decision.note or "")
        assert answers[2].decision is not None
        assert '"amount":80' in (answers[2].decision.note or "").replace(" ", "")

        await page.goto(f"{server.url}/desk/requests/{answers[0].id}")
        await client.consume(answers[0].id, "run-1")
        await expect(page.locator("#state .pill")).to_have_text("✓Being run by the agent")
        await client.report_outcome(answers[0].id, "succeeded", "run-1")
        await expect(page.locator("#state .pill")).to_have_text("✓Ran")


async def test_the_command_refuses_whom_the_policy_does_not_know(tmp_path: Path) -> None:
    environment = {"SIGNOFF_DATABASE": f"sqlite:///{tmp_path / 'x.db'}", "SIGNOFF_KEY": "5a" * 32}
    words = ("-m", "bot.cli", "desk", "link", "nobody@acme.test", "--policy", str(EXAMPLE_POLICY))
    async with command("-m", "bot.cli", "db", "upgrade", **environment) as process:
        await process.communicate()
    async with command(*words, **environment) as process:
        out, err = await process.communicate()
    assert (process.returncode, out) == (1, b"")
    assert b"nobody@acme.test" in err
    assert b"people:" in err
