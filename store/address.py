"""Where a database is: the setting ``SIGNOFF_DATABASE``, read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import SettingsInvalid

SETTING = "SIGNOFF_DATABASE"
_EXAMPLES = "write sqlite:///signoff.db, sqlite:////var/lib/signoff/signoff.db or postgresql://user@host/name"


@dataclass(frozen=True, slots=True)
class Address:
    """A database: in memory, in the file ``path``, or on the server at ``url``."""

    kind: str
    path: Path | None = None
    url: str = ""

    @property
    def file(self) -> Path:
        """The file of a SQLite database."""
        if self.path is None:
            raise ValueError("this database is no file")
        return self.path


def address(url: str) -> Address:
    """Read the setting.

    ``memory:``, ``sqlite://`` and ``sqlite:///:memory:`` stand for memory; three slashes start a relative path, four
    an absolute one; ``postgres://`` and ``postgresql+asyncpg://`` are taken for ``postgresql://``.

    Raises:
        SettingsInvalid: naming the setting and what to write.
    """
    scheme, colon, rest = url.strip().partition(":")
    scheme = scheme.lower()
    if scheme == "memory" and colon:
        return Address("memory")
    if scheme == "sqlite" and rest.startswith("//"):
        return _file(rest)
    if scheme in {"postgres", "postgresql", "postgresql+asyncpg"} and rest.startswith("//"):
        server = f"postgresql:{rest}"
        if not urlsplit(server).path.strip("/"):
            raise SettingsInvalid("names no database", field=SETTING, remedy="write postgresql://user@host/name")
        return Address("postgres", url=server)
    raise SettingsInvalid(f"{scheme[:40]!r} is no database that Signoff knows", field=SETTING, remedy=_EXAMPLES)


def _file(rest: str) -> Address:
    if rest in {"//", "///:memory:"}:
        return Address("memory")
    if not rest.startswith("///") or rest == "///":
        raise SettingsInvalid(
            "a SQLite path needs three slashes, or four when it is absolute", field=SETTING, remedy=_EXAMPLES
        )
    return Address("sqlite", Path(rest.removeprefix("///").partition("?")[0]).absolute())
