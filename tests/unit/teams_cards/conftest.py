"""Microsoft's renderer in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rigs import npm
from tests.rigs.browser import browser, chromium, page
from tests.rigs.teams_pictures import renderer

__all__ = ["browser", "chromium", "modules", "page"]


@pytest.fixture(scope="session")
def modules(request: pytest.FixtureRequest) -> Path:
    """The renderer's modules, kept in pytest's cache. Without npm the test is skipped, in CI it fails."""
    npm.require_node("fetch Microsoft's renderer")
    assert request.config.cache is not None
    return renderer(request.config.cache.mkdir("teams-renderer"))
