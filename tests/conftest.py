"""What every test has: no network, no task left behind, rigs for real servers, profiles for generated tests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("tests.fakes", "tests.rigs")  # what fails in them shows what it compared, as in a test

from tests.rigs import network  # noqa: E402  # imported as rewritten, so after the line above
from tests.rigs.browser import browser, chromium, page  # noqa: E402  # as above
from tests.rigs.postgres import fresh_postgres_url, postgres, postgres_template, postgres_url  # noqa: E402  # as above

# Fixtures that tests ask for by name.
__all__ = ["browser", "chromium", "fresh_postgres_url", "page", "postgres", "postgres_template", "postgres_url"]

# No deadline: a shared machine is slow now and then, and that is no finding. In CI the same examples every time.
settings.register_profile("dev", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "dev")

LONG = frozenset({"test_burst.py"})
"""Files whose tests take a minute or more, most of it waiting."""

network.watch()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the rig that they ask for, so that `-m "not browser"` works by itself; put the long first."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if "postgres" in names:
            item.add_marker("postgres")
        if "chromium" in names:
            item.add_marker("browser")
    items.sort(key=lambda item: item.path.name not in LONG)  # or a worker is left alone with one in the end


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """Fail a test that tried to reach another machine, even if what it tests swallowed the refusal."""
    network.take_attempts()
    yield
    attempts = network.take_attempts()
    assert not attempts, f"the test tried to leave this machine: {attempts}"


@pytest.fixture(autouse=True)
def no_leaked_tasks(request: pytest.FixtureRequest) -> None:
    """Fail an asynchronous test after which a task is still running that was not there before."""
    if request.node.get_closest_marker("asyncio"):
        request.getfixturevalue("watched_tasks")


@pytest.fixture
async def watched_tasks() -> AsyncIterator[None]:
    """Compare the loop's tasks before and after, with a few turns of the loop for what is just ending."""
    before: set[asyncio.Task[Any] | None] = {*asyncio.all_tasks()}
    yield
    before.add(asyncio.current_task())
    turns = 10
    while (left := asyncio.all_tasks() - before) and turns:
        await asyncio.sleep(0)
        turns -= 1
    if not left:
        return
    names = sorted(f"{task.get_name()}: {task.get_coro()!r}" for task in left)
    for task in left:
        task.cancel()
    pytest.fail("the test left tasks running:\n  " + "\n  ".join(names))
