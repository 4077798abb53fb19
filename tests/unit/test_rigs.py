"""The rigs that other tests stand on."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import Browser, Page

from tests.rigs import network, postgres

ROOT = Path(__file__).parents[2]


def test_a_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as out, pytest.raises(network.OutsideNetwork):
        out.connect(("192.0.2.1", 80))
    assert network.take_attempts() == ["socket.connect ('192.0.2.1', 80)"]


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(network.OutsideNetwork):
        socket.getaddrinfo("signoff.invalid", 443)
    assert len(network.take_attempts()) == 1


async def test_loopback_is_open() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    "host", ["localhost", "desk.localhost", "127.0.0.1", "127.9.9.9", "::1", b"127.0.0.1", None, ""]
)
def test_this_machine_is_local(host: object) -> None:
    assert network.is_local(host)


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "192.168.1.1", "8.8.8.8", "::2", "example.test", "localhost.example.test", 7]
)
def test_any_other_is_not(host: object) -> None:
    assert not network.is_local(host)


@pytest.mark.serial
@pytest.mark.postgres
@pytest.mark.parametrize("place", [postgres.binaries_on_path, postgres.binaries_in_package], ids=["path", "package"])
async def test_postgres_starts_from_either_place_and_leaves_nothing(place: object) -> None:
    assert callable(place)
    try:
        binaries = place()
    except postgres.Unavailable as reason:
        pytest.skip(str(reason))
    server = await asyncio.to_thread(postgres.start, binaries, fsync=True)
    try:
        connection = await asyncpg.connect(server.url())
        try:
            assert await connection.fetchval("SHOW fsync") == "on"
            assert await connection.fetchval("SHOW server_encoding") == "UTF8"
        finally:
            await connection.close()
    finally:
        server.stop()
    assert server.process.returncode == 0
    assert not server.home.exists()


async def test_each_test_has_a_database_of_its_own(
    fresh_postgres_url: str, postgres: postgres.Server, postgres_template: str
) -> None:
    connection = await asyncpg.connect(fresh_postgres_url)
    try:
        await connection.execute("CREATE TABLE mine (id int)")
    finally:
        await connection.close()
    other = await asyncpg.connect(postgres.url(postgres.create(postgres_template)))
    try:
        assert await other.fetchval("SELECT to_regclass('mine')") is None
    finally:
        await other.close()


async def test_the_browser_runs_scripts_and_reaches_no_other_host(page: Page) -> None:
    await page.set_content("<h1>held</h1><script>document.querySelector('h1').textContent += ' for you'</script>")
    assert await page.inner_text("h1") == "held for you"


async def test_the_browser_looks_nothing_up(browser: Browser) -> None:
    page = await browser.new_page()
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.failure or ""))
    await page.set_content('<img src="https://signoff.invalid/x.png" alt="">')
    await page.wait_for_load_state("networkidle")
    assert failed == ["net::ERR_NAME_NOT_RESOLVED"]


LEAKY = """
import asyncio

async def test_leaves_a_task():
    asyncio.get_running_loop().create_task(asyncio.sleep(60), name="the forgotten one")

async def test_cleans_up():
    task = asyncio.create_task(asyncio.sleep(60))
    task.cancel()
"""


def test_a_task_left_running_fails_its_test(tmp_path: Path) -> None:
    leaky = tmp_path / "test_leaky.py"
    leaky.write_text(LEAKY)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        f"{ROOT}/pyproject.toml",
        "-p",
        "tests.conftest",
        "-p",
        "no:xdist",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run([*command, str(leaky)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "the test left tasks running" in done.stdout
    assert "the forgotten one" in done.stdout
    assert "2 passed, 1 error" in done.stdout
