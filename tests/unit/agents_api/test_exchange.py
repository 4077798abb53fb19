from __future__ import annotations

import logging
import uuid
from typing import Any

import pytest

from bot.errors import SettingsInvalid, Unavailable
from tests.rigs.agents_api import Api, api

PATHS = [("/api/aap/v1/requests", "dependency", "internal"), ("/api/v1/requests", None, None)]


def broken(error: Exception) -> Any:
    async def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


async def failing(served: Api, error: Exception, path: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(served.house.store, "request", broken(error))
    return await served.call("GET", f"{path}/{uuid.uuid4()}")


@pytest.mark.parametrize(("path", "type_", "_"), PATHS)
async def test_a_database_out_of_reach_is_a_503(
    path: str, type_: str | None, _: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with api() as served:
        answer = await failing(served, Unavailable("the database is full"), path, monkeypatch)
    assert (answer.status, answer.error["code"], answer.headers["Retry-After"]) == (503, "unavailable", "2")
    assert type_ is None or answer.error["type"] == type_
    assert answer.error["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize(("path", "_", "type_"), PATHS)
@pytest.mark.parametrize("error", [RuntimeError("cust_1 said sgn_i_x"), SettingsInvalid("cust_1"), KeyError("cust_1")])
async def test_what_nobody_expected_is_a_500_with_an_id_and_a_line_without_contents(
    path: str,
    _: str | None,
    type_: str | None,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with api() as served:
        answer = await failing(served, error, path, monkeypatch)
    assert (answer.status, answer.error["code"]) == (500, "internal")
    assert type_ is None or answer.error["type"] == type_
    assert "cust_1" not in str(answer.body)
    (line,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert answer.headers["X-Request-ID"] in line
    assert type(error).__name__ in line
    assert "cust_1" not in line
    assert "sgn_i_x" not in line
