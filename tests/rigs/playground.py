"""Microsoft 365 Agents Playground as a process: Microsoft's own connector, with a page in the place of Teams' client.

It comes from npm as locked in ``teams_playground``, under a licence of its own. It calls the bot without any token and
asks the bot for none, and knows one team with six people, one of whom sits before the page.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.demo.server import free_port
from tests.rigs import npm
from tests.rigs.playground_post import Post

Json = dict[str, Any]
HOME = Path(__file__).with_name("teams_playground")
PACKAGE = "@microsoft/m365agentsplayground"
ME = "dana"
OTHERS = ("lee", "omar", "vera", "rosa", "sam")
"""It takes exactly five beside who sits before the page; the policy knows nothing of Sam."""
TEAM = "19:5a6c6d0f0e1b4c0d9a8b7c6d5e4f3a2b@thread.tacv2"
REFUNDS = "19:0f1e2d3c4b5a69788796a5b4c3d2e1f0@thread.tacv2"
_STARTS_WITHIN = 60.0
_LISTENING = re.compile(r"Listening on (\d+)")


def account(name: str) -> str:
    """Somebody's id in the directory. Theirs in the team is the same, as the Playground finds members by that alone."""
    return f"0c0ffee0-5160-4f0f-8000-0000000001{(ME, *OTHERS).index(name):02d}"


@dataclass(frozen=True)
class Playground:
    """A running Playground."""

    url: str
    folder: Path
    http: httpx.AsyncClient

    async def invoke(self, name: str, post: Json, action: Json) -> httpx.Response:
        """Let somebody press a button of a card, whoever sits before the page; ``post`` is where it was posted."""
        body = {
            "name": "adaptiveCard/action",
            "from": {"id": account(name)},
            "conversation": {"id": post["id"]},
            "replyToId": post["activityId"],
            "value": {"action": action, "trigger": "manual"},
        }
        return await self.http.post(f"{self.url}/_conversation/v1/invoke", json=body)

    @property
    def reached_for(self) -> str:
        """Every other machine that it tried to reach, one a line."""
        tried = self.folder / "refused.txt"
        return tried.read_text(encoding="utf-8") if tried.exists() else ""


@asynccontextmanager
async def playing(package: Path, folder: Path, post: Post) -> AsyncIterator[Playground]:
    """Run it until the block ends, with ``post`` between it and the bot; only this process is ended then.

    Raises:
        AssertionError: it did not start.
    """
    process = _started(package, folder, post)
    try:
        port = await asyncio.to_thread(_listening, process, folder)
        post.playground = f"http://localhost:{port}"
        async with httpx.AsyncClient(trust_env=False, timeout=30.0) as http:
            yield Playground(post.playground, folder, http)
    finally:
        await asyncio.to_thread(_end, process)


def _started(package: Path, folder: Path, post: Post) -> subprocess.Popen[bytes]:
    app = post.teams.app
    folder.mkdir()
    (folder / "people.json").write_text(json.dumps(_district(app.tenant_id, app.teams_id)), encoding="utf-8")
    node = shutil.which("node") or "node"
    asked = ["start", "--app-endpoint", post.messages_url, "--channel-id", "msteams", "--disable-telemetry"]
    asked += ["--service-url", post.service_url, "--port", str(free_port())]
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TZ": "America/New_York",
        "REFUSED_FILE": str(folder / "refused.txt"),
        "TEAMSAPPTESTER_BROWSER": "none",
        "APPLICATION_INSIGHTS_NO_STATSBEAT": "true",  # without this, it reports its use even when told not to
        "M365_AGENTS_PLAYGROUND_CONFIG_PATH": str(folder / "people.json"),
        "M365_AGENTS_PLAYGROUND_LOGFILE": str(folder / "playground.log"),
    }
    with (folder / "out.txt").open("wb") as out:
        return subprocess.Popen(
            [node, "--require", str(HOME / "refusing.cjs"), str(package / "cli.js"), *asked],
            cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip


def _listening(process: subprocess.Popen[bytes], folder: Path) -> int:
    """The port that it listens on, which is not the one asked for when that was taken meanwhile."""
    ends, said = time.monotonic() + _STARTS_WITHIN, ""
    while time.monotonic() < ends and process.poll() is None:
        said = (folder / "out.txt").read_text(encoding="utf-8", errors="replace")
        if found := _LISTENING.search(said):
            return int(found[1])
        time.sleep(0.05)
    raise AssertionError(f"the Playground did not start:\n{said[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _district(tenant: str, bot: str) -> Json:
    """The organisation that it is told of. Its file is YAML, of which JSON is a part."""
    return {
        "version": "0.1.1",
        "tenantId": tenant,
        "bot": {"id": bot, "name": "Signoff"},
        "currentUser": _person(ME),
        "users": [_person(name) for name in OTHERS],
        "personalChat": {"id": "a:1dana-and-signoff"},
        "groupChat": {"id": "19:nobody-talks-here@thread.v2", "name": "Group chat"},
        "team": {
            "id": TEAM,
            "name": "Support",
            "aadGroupId": "0c0ffee0-5160-4f0f-8000-0000000000cc",
            "channels": [{"id": REFUNDS, "name": "refunds"}],
        },
    }


def _person(name: str) -> Json:
    address = f"{name}@acme.test"
    return {
        "id": account(name),
        "name": name.title(),
        "userPrincipleName": address,
        "aadObjectId": account(name),
        "givenName": name.title(),
        "surname": "Fox",
        "email": address,
    }


def package(place: Path) -> Path:
    """The Playground's folder, as locked; fetched once."""
    return npm.modules(HOME, place) / PACKAGE
