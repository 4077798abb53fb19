"""A server that is stopped, killed, starved or given another key: what was answered stands, what is wrong is said."""

# ruff: noqa: ASYNC110, ASYNC220, ASYNC222, ASYNC240 -- other processes are watched and ended here; no loop is shared

from __future__ import annotations

import asyncio
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.rigs.server import Server, serving

BODY: dict[str, Any] = {"tool": "issue_refund", "arguments": {"amount": 120}, "timeout": "30m"}


def client(server: Server, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=server.url, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=60
    )


async def propose(http: httpx.AsyncClient, key: str) -> httpx.Response:
    body = {**BODY, "context": {"customer": key}}
    return await http.post("/api/aap/v1/requests", json=body, headers={"Idempotency-Key": key})


def verified(server: Server, *more: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "audit", "verify", *more],
        cwd=server.folder, env=server.env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


async def figures(http: httpx.AsyncClient, server: Server) -> str:
    return (await http.get(f"{server.url}/metrics")).text


async def sealed(server: Server) -> None:
    """Until there is a checkpoint."""
    async with httpx.AsyncClient(trust_env=False) as http, asyncio.timeout(30):
        while not re.search(r"^signoff_sealed_events [1-9]", await figures(http, server), re.MULTILINE):
            await asyncio.sleep(0.05)


async def test_another_key_seals_nothing_unless_somebody_says_so(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        token = server.agent()["token"]
        async with client(server, token) as http:
            await propose(http, "k1")
        await sealed(server)
        old = server.command("audit", "public-key").strip()
        (tmp_path / "signoff.key").unlink()  # while it runs: the server goes on, the commands say what is missing
        async with client(server, token) as http:
            assert (await propose(http, "k2")).status_code == 201
        assert verified(server)[0] == 1
        assert not (tmp_path / "signoff.key").exists()
    with pytest.raises(AssertionError, match="was sealed with the key"), serving(tmp_path):
        pass
    command = [sys.executable, "-m", "bot.cli", "serve", "--new-key"]
    with subprocess.Popen(command, cwd=tmp_path, env=server.env, stdout=subprocess.PIPE) as done:
        try:
            assert done.stdout is not None
            assert b"listens" in await asyncio.to_thread(done.stdout.readline)
            await sealed_by_another(server, old)
        finally:
            done.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(done.wait, 15) == 0
    new = server.command("audit", "public-key").strip()
    assert verified(server)[0] == 1
    assert verified(server, "--public-key", old, "--public-key", new)[0] == 0
    server.command("audit", "export", "--out", "record.jsonl")
    assert "key.changed" in (tmp_path / "record.jsonl").read_text(encoding="utf-8")


async def sealed_by_another(server: Server, old: str) -> None:
    async with asyncio.timeout(30):
        while True:
            found = await asyncio.to_thread(server.command, "audit", "checkpoint")
            if old.rpartition("+")[0] not in found:
                return
            await asyncio.sleep(0.1)


async def test_told_to_stop_it_lets_long_polls_go_and_starts_where_it_was(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        token = server.agent()["token"]
        async with client(server, token) as http:
            ids = [(await propose(http, f"k{number}")).json()["id"] for number in range(3)]
            polls = [asyncio.create_task(http.get(f"/api/aap/v1/requests/{id_}?wait=30s")) for id_ in ids]
            await waiting(server, 3)
            began = time.monotonic()
            os.kill(server.pid, signal.SIGTERM)
            answers = await asyncio.gather(*polls)
        assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(200, "pending")] * 3
        assert os.waitstatus_to_exitcode((await asyncio.to_thread(os.waitpid, server.pid, 0))[1]) == 0
        assert time.monotonic() - began < 8
    with serving(tmp_path) as server:
        async with client(server, token) as http:
            poll = asyncio.create_task(http.get(f"/api/aap/v1/requests/{ids[0]}?wait=30s"))
            await waiting(server, 1)
            async with server.reviewer("dana") as dana:
                await dana.approve(ids[0])
            assert (await poll).json()["status"] == "approved"
        assert verified(server)[0] == 0


async def waiting(server: Server, count: int) -> None:
    """Until so many agents are in a long poll."""
    async with httpx.AsyncClient(trust_env=False) as http, asyncio.timeout(30):
        while f"signoff_waiting_agents {count}.0" not in await figures(http, server):
            await asyncio.sleep(0.05)


async def test_killed_between_commit_and_answer_every_key_still_has_one_request(tmp_path: Path) -> None:
    answered: dict[str, str] = {}
    with serving(tmp_path) as server:
        token = server.agent()["token"]

        async def ask(number: int) -> None:
            try:
                async with client(server, token) as http:
                    found = await propose(http, f"k{number}")
                    answered[f"k{number}"] = found.json()["id"]
            except httpx.TransportError:
                return

        tasks = [asyncio.create_task(ask(number)) for number in range(120)]
        async with asyncio.timeout(30):
            while len(answered) < 5:
                await asyncio.sleep(0)
        os.kill(server.pid, signal.SIGKILL)
        await asyncio.gather(*tasks)
        os.waitpid(server.pid, 0)
    with serving(tmp_path) as server:
        async with client(server, token) as http:
            for number in range(120):
                again = await propose(http, f"k{number}")
                assert again.status_code in {200, 201}
                assert answered.get(f"k{number}", again.json()["id"]) == again.json()["id"]
                assert again.status_code == 200 or f"k{number}" not in answered
        assert verified(server)[0] == 0
        server.command("audit", "rebuild", "--check")


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a running process are set through Linux's prlimit")
async def test_a_full_disk_answers_unavailable_and_nothing_half_done_stays(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        token = server.agent()["token"]
        async with client(server, token) as http:
            before = (await propose(http, "before")).json()["id"]
            grown = max(path.stat().st_size for path in tmp_path.glob("signoff.db*"))
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (grown + 8192, resource.RLIM_INFINITY))
            async with asyncio.timeout(60):
                while (failed := await propose(http, f"k{os.urandom(8).hex()}")).status_code == 201:
                    pass
            assert failed.status_code == 503, failed.text
            assert (await http.get(f"/api/aap/v1/requests/{before}")).json()["status"] == "pending"
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            assert (await propose(http, "after")).status_code == 201
        assert verified(server)[0] == 0
        server.command("audit", "rebuild", "--check")
