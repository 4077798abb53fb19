"""The README's commands, run as they stand there: from the policy to a held call that a person approves."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from bot.demo.browser import Browser
from bot.demo.reviewer import Reviewer
from bot.demo.server import free_port

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECONDS = 60.0
TOLD = "\nprintf 'token=%s\\n' \"$SIGNOFF_TOKEN\""
"""What tells us the variable that a block has set."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def block(language: str, word: str) -> str:
    """The one block with a word in it."""
    (found,) = (text for text in blocks(language) if word in text)
    return found


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder in which the README is followed: the examples, and this environment as `.venv`."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def environment(**more: str) -> dict[str, str]:
    """A newcomer's: nothing that says anything of Signoff."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIGNOFF_")}
    return {**kept, "PYTHONUTF8": "1", **more}


@asynccontextmanager
async def under_way(script: str, folder: Path, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A block in a shell of its own; whatever it started has ended when the `async with` does."""
    process = await asyncio.create_subprocess_exec(
        "bash", "-euo", "pipefail", "-c", script,
        cwd=folder, env=environment(**more), start_new_session=True,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), SECONDS)


async def run(script: str, folder: Path, **more: str) -> str:
    """What a block prints; it has to succeed."""
    async with under_way(script, folder, **more) as process:
        output, errors = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == 0, errors.decode()
    return output.decode()


async def first_line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), SECONDS)
    return line.decode().strip()


async def pending(url: str, token: str) -> str:
    """The id of the agent's pending request, once there is one."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(trust_env=False, headers=headers) as http, asyncio.timeout(SECONDS):
        while True:
            answer = await http.get(f"{url}/api/v1/requests?status=pending")
            if found := answer.raise_for_status().json()["requests"]:
                return str(found[0]["id"])
            await asyncio.sleep(0.02)


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_from_the_policy_to_a_held_call(clone: Path) -> None:
    told = await run(block("sh", "policy explain"), clone)
    assert "policy.yaml is good" in told
    assert re.search(r"^hold +Change a phone number", told, re.MULTILINE)
    for rule in ("mismatch", "high_risk_phrase"):
        assert re.search(rf"^{rule} +fired", told, re.MULTILINE)

    async with under_way(block("sh", "signoff serve"), clone, SIGNOFF_PORT=str(free_port())) as server:
        url = (await first_line(server)).removeprefix("Signoff listens on ")
        # The port is given to the server alone: the link has to lead there by itself.
        told = await run(block("sh", "desk link") + TOLD, clone)
        (link,) = re.findall(rf"^{url}/desk/in/\S+$", told, re.MULTILINE)
        (token,) = re.findall(r"^token=(sgn_i_\S+)$", told, re.MULTILINE)
        where = {"SIGNOFF_URL": url, "SIGNOFF_TOKEN": token}
        async with Browser() as browser:
            lee = await Reviewer.signed_in(browser, link)
            async with under_way(block("sh", "examples/agent.py"), clone, **where) as agent:
                await lee.approve(await pending(url, token), "Carrier claim seen.")
                output, errors = await asyncio.wait_for(agent.communicate(), SECONDS)
            assert output.decode().startswith("refunding {'order_id': 'O-1187'"), errors.decode()

            (clone / "by_hand.py").write_text(block("python", "Gate("), encoding="utf-8")
            async with under_way(".venv/bin/python by_hand.py", clone, **where) as agent:
                await lee.reject(await pending(url, token), "not_eligible", "The parcel was found.")
                output, errors = await asyncio.wait_for(agent.communicate(), SECONDS)
            assert output.decode().startswith("not run: "), errors.decode()
            assert "The parcel was found." in output.decode()
        assert "Nothing was changed" in await run(".venv/bin/signoff audit verify", clone)
        doctor = json.loads(await run(".venv/bin/signoff doctor --json", clone))
        assert {one["check"]: one["health"] for one in doctor}["server"] == "fine"
    copied = {"examples", ".venv", "policy.yaml", "by_hand.py"}
    assert left_in(clone) - copied == {"signoff.db", "signoff.db-lock", "signoff.key"}


def test_the_code_is_that_of_the_example() -> None:
    example = (ROOT / "examples" / "agent.py").read_text(encoding="utf-8")
    assert example.endswith('"""\n\n' + block("python", "Gate("))


def test_every_block_is_run_by_a_test() -> None:
    """A new block needs its line above; `make demo` and `make test` are run by what checks every change."""
    here = ("make demo", "policy explain", "signoff serve", "desk link", "examples/agent.py")
    words = (*here, "manifest slack", "slack-policy", "signoff doctor", "manifest teams", "teams-policy")
    assert [sum(word in text for word in words) for text in blocks("sh")] == [1] * len(words)
    assert len(blocks("python")) == 1
    checked = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make demo </dev/null" in checked
    assert "make test" in checked
