"""Databases: a fresh one for whatever asks, on SQLite and on PostgreSQL servers that the bench starts and stops."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.slow_disk import slow_children
from tests.rigs import postgres

SQLITE, POSTGRES = "SQLite", "PostgreSQL"


@dataclass(slots=True)
class Databases:
    """The places of one run; every file and server goes with ``close``."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _servers: dict[bool, postgres.Server] = field(default_factory=dict)

    def server(self, *, slow: bool = False) -> postgres.Server:
        """A PostgreSQL server with fsync on, or one on the slower disk; started when first asked for.

        Raises:
            tests.rigs.postgres.Unavailable: when there is none to start.
        """
        if slow not in self._servers:
            if slow:
                with slow_children():
                    self._servers[slow] = postgres.start(fsync=True)
            else:
                self._servers[slow] = postgres.start(fsync=True)
        return self._servers[slow]

    def path(self, suffix: str = ".db") -> Path:
        """A file that is not there yet."""
        return self.folder / f"bench-{next(self._numbers)}{suffix}"

    @contextmanager
    def fresh(self, kind: str, *, slow: bool = False) -> Iterator[str]:
        """The address of an empty database, which goes afterwards."""
        if kind == SQLITE:
            path = self.path()
            try:
                yield f"sqlite:///{path}"
            finally:
                for suffix in ("", "-wal", "-shm", "-journal"):
                    path.with_name(path.name + suffix).unlink(missing_ok=True)
            return
        server = self.server(slow=slow)
        name = server.create()
        try:
            yield server.url(name)
        finally:
            server.drop(name)

    def close(self) -> None:
        """Stop the servers."""
        for server in self._servers.values():
            server.stop()
        self._servers.clear()


@contextmanager
def opened() -> Iterator[Databases]:
    """A place for the databases of a run, on this machine's ordinary disk."""
    folder = Path(tempfile.mkdtemp(prefix="signoff-bench-"))
    folder.chmod(0o755)  # PostgreSQL runs as another user and loads the fsync shim from here
    databases = Databases(folder)
    try:
        yield databases
    finally:
        databases.close()
        shutil.rmtree(folder, ignore_errors=True)


def sqlite_path(url: str) -> Path:
    """The file behind an SQLite address."""
    return Path(url.removeprefix("sqlite:///"))


def server_version(server: postgres.Server) -> str:
    """What the server says of itself: ``15.4``."""
    said = subprocess.run([server.binaries / "postgres", "--version"], check=True, capture_output=True, text=True)
    return said.stdout.split()[2]
