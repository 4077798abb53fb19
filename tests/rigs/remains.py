"""What is left of words in a database: in every byte of SQLite's files, or in every row of every PostgreSQL table."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import asyncpg


async def remains(url: str, words: Iterable[str]) -> list[str]:
    """Where which word was found, without regard to case."""
    wanted = [word.casefold().encode() for word in words]
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        files = [path for path in file.parent.iterdir() if path.name.startswith(file.name)]
        return [
            f"{path.name}: {word.decode()}" for path in files for word in wanted if word in path.read_bytes().lower()
        ]
    return await _in_tables(url, wanted)


async def _in_tables(url: str, wanted: list[bytes]) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = []
        for (name,) in names:
            for row in await connection.fetch(f"SELECT * FROM {name}"):
                said = b"\n".join(map(_bytes, row)).lower()
                found += [f"{name}: {word.decode()} in {said[:200]!r}" for word in wanted if word in said]
        return found
    finally:
        await connection.close()


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass")
