"""Microsoft's renderer in a real browser."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.rigs.browser import browser, chromium, page
from tests.rigs.teams_pictures import renderer

__all__ = ["browser", "chromium", "modules", "page"]


@pytest.fixture(scope="session")
def modules(request: pytest.FixtureRequest) -> Path:
    """The renderer's modules, kept in pytest's cache. Without npm the test is skipped, in CI it fails."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        reason = f"there is no {' and no '.join(missing)} here to fetch Microsoft's renderer with"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    assert request.config.cache is not None
    return renderer(request.config.cache.mkdir("teams-renderer"))
