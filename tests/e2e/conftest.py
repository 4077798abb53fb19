"""What most whole-process tests ask for: a desk with its house, a server with an agent, a reader in every shape."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.desk import Desk, served
from tests.rigs.reading import SHAPES, Look, Shape, looking
from tests.rigs.server import Server, serving


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """The desk on a house in this process."""
    async with served() as desk:
        yield desk


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the module's own."""
    with serving(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture(scope="module")
def made(server: Server) -> dict[str, Any]:
    """An agent of the server's, with its token."""
    return server.agent()


@pytest.fixture(scope="module")
def provisioner(server: Server, made: dict[str, Any]) -> str:
    """A token that creates instances of that agent."""
    return server.provisioner(made["agent"])


@pytest.fixture(params=SHAPES, ids=[shape.name for shape in SHAPES])
def shape(request: pytest.FixtureRequest) -> Shape:
    """In turn, every width and colour scheme in which a page is read."""
    found: Shape = request.param
    return found


@pytest.fixture
def look(shape: Shape, tmp_path: Path) -> Look:
    """Holds a page in that shape to what every page must be, and takes its picture under a name."""
    return looking(shape, tmp_path)
