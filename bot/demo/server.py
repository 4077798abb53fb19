"""The demonstration's server: `signoff serve` as it is, in a child process on a free port of this machine."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from bot.errors import Unavailable
from bot.settings import Settings, load_settings

READY_SECONDS = 30.0
STOP_SECONDS = 8.0
_EVERY = 0.05


def settings_in(folder: Path, policy: Path, port: int, **more: object) -> Settings:
    """The settings of a server whose database, key and log lie in ``folder``, whatever the environment says."""
    given: dict[str, object] = {name: field.default for name, field in Settings.model_fields.items()}
    given.update(
        database=f"sqlite:///{folder / 'signoff.db'}",
        policy=policy,
        key_file=folder / "signoff.key",
        key="",
        host="127.0.0.1",
        port=port,
        public_url=f"http://127.0.0.1:{port}",
    )
    return load_settings(**{**given, **more})


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def running_server(settings: Settings, folder: Path) -> AsyncIterator[int]:
    """Run `signoff serve` until the block ends; gives its process id once it takes calls.

    It has a session of its own, so that Ctrl-C reaches the demonstration first, which then stops it; and a tether, so
    that it ends with whoever started it.

    Raises:
        Unavailable: when it ends or does not answer in time; the message holds its last words.
    """
    log = folder / "server.log"
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.demo.tether", "serve",
            stdin=asyncio.subprocess.PIPE, stdout=out, stderr=out,
            cwd=folder, env=environment(settings), start_new_session=True,
        )  # fmt: skip
    try:
        await _until_ready(settings.url, process, log)
        yield process.pid
    finally:
        await _stop(process)


def environment(settings: Settings) -> dict[str, str]:
    """This process's environment with every setting of ours replaced."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("SIGNOFF_")}
    ours = {f"SIGNOFF_{name.upper()}": str(value) for name, value in settings.model_dump(mode="json").items()}
    return {**kept, **ours}


async def _until_ready(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    ends = asyncio.get_running_loop().time() + READY_SECONDS
    async with httpx.AsyncClient(timeout=2.0, trust_env=False) as http:
        while asyncio.get_running_loop().time() < ends:
            if process.returncode is not None:
                raise Unavailable(f"the server ended with exit code {process.returncode}:\n{_last_words(log)}")
            with suppress(httpx.TransportError):
                if (await http.get(f"{url}/readyz")).is_success:
                    return
            await asyncio.sleep(_EVERY)
    raise Unavailable(f"the server was not ready within {READY_SECONDS:.0f} s:\n{_last_words(log)}")


def _last_words(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Ask it to stop, and make it when it does not; it is gone when this returns."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(asyncio.shield(process.wait()), STOP_SECONDS)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
