"""Contacts and releases over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.friction import RELEASES, releases_of
from bot.ports import ContactQuery
from bot.recording import timestamp
from tests.e2e.test_v1_http import fits, refused
from tests.rigs.agents_api import Api, api

CONTACTS, NOTED = "/api/v1/contacts", "/api/v1/releases"


@pytest.fixture(params=["memory", "sqlite"])
async def served(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Api]:
    async with api(request.param, tmp_path) as found:
        yield found


def when(served: Api, **ago: float) -> str:
    return timestamp(served.house.clock.now() - timedelta(**ago))


async def test_one_contact_and_many(served: Api) -> None:
    body = {"customer": "cust_1", "at": when(served, hours=2), "channel": "chat", "topic": "Where is my refund?"}
    made = await served.call("POST", CONTACTS, body, key="k-1")
    assert made.status == 201, made.body
    fits("ContactList", made.body)
    (one,) = made.body["contacts"]
    assert {name: one[name] for name in body} == body
    again = await served.call("POST", CONTACTS, body, key="k-1")
    assert (again.status, again.body) == (200, made.body)
    refused(
        await served.call("POST", CONTACTS, {**body, "customer": "other"}, key="k-1"),
        409,
        "idempotency_conflict",
        "Idempotency-Key",
    )
    many = {"contacts": [{"customer": n, "at": when(served, minutes=n)} for n in range(500)]}
    listed = await served.call("POST", CONTACTS, many)
    assert listed.status == 201, listed.body
    fits("ContactList", listed.body)
    assert [one["customer"] for one in listed.body["contacts"][:2]] == ["0", "1"]
    found = await served.house.store.contacts(ContactQuery(limit=1000))
    assert len(found.items) == 501
    assert {one.reported_by for one in found.items} == {served.house.issued.instance.id}  # type: ignore[union-attr]  # a new agent has one


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "customer"),
        ({"customer": "c"}, "at"),
        ({"customer": "", "at": "2026-03-02T12:00:00Z"}, "customer"),
        ({"customer": "a\nb", "at": "2026-03-02T12:00:00Z"}, "customer"),
        ({"customer": "c", "at": "soon"}, "at"),
        ({"customer": "c", "at": 17}, "at"),
        ({"customer": "c", "at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"customer": "c", "at": "2199-01-01T00:00:00Z"}, "contacts/0/at"),
        ({"customer": "c", "at": "2026-03-02T12:00:00Z", "topic": None}, "topic"),
        ({"customer": "c", "at": "2026-03-02T12:00:00Z", "who": "x"}, "who"),
        ({"contacts": []}, "contacts"),
        ({"contacts": {}}, "contacts"),
        ({"contacts": [1]}, "contacts/0"),
        ({"contacts": [{"customer": "c"}]}, "contacts/0/at"),
        ({"contacts": [], "customer": "c"}, "customer"),
    ],
)
async def test_what_can_t_be_used_is_named(served: Api, body: dict[str, Any], field: str) -> None:
    refused(await served.call("POST", CONTACTS, body), 400, "invalid_request", field)


async def test_too_many_contacts_are_refused_whole(served: Api) -> None:
    many = {"contacts": [{"customer": "c", "at": when(served, minutes=n)} for n in range(501)]}
    refused(await served.call("POST", CONTACTS, many), 400, "invalid_request", "contacts")
    assert not (await served.house.store.contacts(ContactQuery())).items


async def test_who_may_not_report(served: Api) -> None:
    body = {"customer": "c", "at": when(served, hours=1)}
    refused(await served.call("POST", CONTACTS, body, token=None), 401, "credential_refused")
    refused(await served.call("POST", CONTACTS, body, token=served.provisioner), 403, "not_allowed")
    refused(await served.call("POST", CONTACTS, body, key=None), 400, "missing_idempotency_key", "Idempotency-Key")
    release = {"build": "b-2", "released_at": when(served, hours=1)}
    refused(await served.call("POST", NOTED, release, token=served.provisioner), 403, "not_allowed")


async def test_a_release_of_the_caller_s_agent(served: Api) -> None:
    body = {"build": "b-2", "released_at": when(served, hours=1), "note": "Reads the policy first"}
    made = await served.call("POST", NOTED, body)
    assert (made.status, made.body) == (201, body)
    fits("Release", made.body)
    again = await served.call("POST", NOTED, body)
    assert (again.status, again.body) == (200, body)
    refused(await served.call("POST", NOTED, {**body, "note": "Other"}), 409, "release_conflict", "note")
    refused(
        await served.call("POST", NOTED, {**body, "released_at": when(served, hours=-1)}),
        400,
        "invalid_request",
        "released_at",
    )
    refused(await served.call("POST", NOTED, {**body, "agent": "x"}), 400, "invalid_request", "agent")
    (known,) = releases_of(await served.house.store.events(RELEASES))
    assert (known.agent_id, known.build) == (served.house.issued.agent.id, "b-2")
