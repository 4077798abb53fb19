"""Instances over HTTP: created with a proved webhook, changed, deleted, told of decisions."""

from __future__ import annotations

import asyncio
import base64
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from agentapprovalprotocol.receiver import Receiver, new_secret
from aiohttp import web

from bot.deciding import Approve
from bot.enrolling import Enrolling, secret_name
from tests.rigs.agents_api import CALL, CONTEXT, Answer, Api, api

INSTANCES = "/api/aap/v1/instances"


class Hook:
    """A receiver of the protocol's own package behind a web server, with a switch for each thing that can go wrong."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.woken: list[str] = []
        self.seen: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.statuses: list[int] = []
        self.receiver = Receiver(resumers={}, secret=new_secret(), registration_id=str(uuid.uuid4()))

    def delivery(self, **changes: Any) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": "webhook",
            "url": self.url,
            "registration_id": self.receiver.registration_id,
            "signing_secret": self.receiver.secret,
        }
        return {**found, **changes}

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.seen.append(dict(request.headers))
        self.bodies.append(body)
        if self.statuses:
            return web.Response(status=self.statuses.pop(0), headers={"Location": self.url})
        self.receiver.tolerance = 10**9  # the house's clock stands still
        status, answer = await self.receiver.handle(dict(request.headers), body)
        if status == 204:
            self.woken.append(json.loads(body)["request_id"])
        return web.Response(status=status, body=answer)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    app = web.Application()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    found = Hook("")
    app.router.add_post("/hook", found.take)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield found
    await runner.cleanup()


@pytest.fixture(params=["memory", "sqlite"])
async def served(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Api]:
    async with api(request.param, tmp_path) as found:
        yield found


async def make(served: Api, body: Any = None, **more: Any) -> Answer:
    return await served.call("POST", INSTANCES, {} if body is None else body, token=served.provisioner, **more)


async def test_an_instance_with_its_credential(served: Api) -> None:
    made = await make(served, {"instance_name": "laptop"})
    assert made.status == 201
    id_ = made.body["instance"]["id"]
    assert made.body["instance"] == {"id": id_, "name": "laptop"}
    uuid.UUID(id_)
    assert set(made.body["credential"]) == {"token"}  # this agent never expires
    answer = await served.call("POST", "/api/aap/v1/requests", CALL, token=made.body["credential"]["token"])
    assert answer.status == 201
    read = await served.call("GET", f"{INSTANCES}/{id_}", token=served.provisioner)
    assert read.body == made.body["instance"]
    listed = await served.call("GET", INSTANCES, token=served.provisioner)
    assert [one["name"] for one in listed.body["instances"] if one["id"] == id_] == ["laptop"]


async def test_a_repeated_creation_gives_the_same_credential(served: Api) -> None:
    first = await make(served, {"instance_name": "laptop"}, key="p-1")
    again = await make(served, {"instance_name": "laptop"}, key="p-1")
    assert (first.status, again.status) == (201, 200)
    assert first.body == again.body
    other = await make(served, {"instance_name": "desktop"}, key="p-1")
    assert (other.status, other.error["code"]) == (409, "idempotency_conflict")


async def test_creations_at_once_with_one_key_make_one(served: Api, hook: Hook) -> None:
    answers = await asyncio.gather(*(make(served, {"delivery": hook.delivery()}, key="p-1") for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 200, 201]
    assert len({json.dumps(answer.body) for answer in answers}) == 1
    assert len(hook.seen) == 1


async def test_a_webhook_is_proved_before_anything_is_created(served: Api, hook: Hook) -> None:
    made = await make(served, {"delivery": hook.delivery()})
    assert made.status == 201, made.body
    instance = made.body["instance"]
    assert set(instance["delivery"]) == {"type", "url", "registration_id"}
    assert hook.receiver.secret is not None
    assert hook.receiver.secret not in json.dumps(made.body)
    asked = json.loads(hook.bodies[0])
    assert (asked["type"], asked["instance_id"]) == ("webhook.verification", instance["id"])
    name = secret_name(instance["id"], instance["delivery"]["registration_id"])
    assert await served.house.store.vault.get(name) == hook.receiver.secret


@pytest.mark.parametrize("status", [204, 201, 301, 307, 403, 500])
async def test_a_receiver_that_does_not_echo_creates_nothing(served: Api, hook: Hook, status: int) -> None:
    hook.statuses = [status]
    answer = await make(served, {"delivery": hook.delivery()}, key="p-1")
    assert (answer.status, answer.error["code"]) == (422, "webhook_verification_failed")
    assert len(hook.seen) == 1, "one attempt, and no redirect is followed"
    assert len((await served.call("GET", INSTANCES, token=served.provisioner)).body["instances"]) == 1
    assert (await make(served, {"delivery": hook.delivery()}, key="p-1")).status == 201


async def test_a_receiver_that_expects_another_registration(served: Api, hook: Hook) -> None:
    wrong = [
        hook.delivery(registration_id=str(uuid.uuid4())),
        hook.delivery(signing_secret=new_secret()),
        hook.delivery(url="http://127.0.0.1:1/none"),
    ]
    for delivery in wrong:
        answer = await make(served, {"delivery": delivery})
        assert (answer.status, answer.error["code"]) == (422, "webhook_verification_failed")


SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"type": "socket"}, "delivery.type", "unsupported_delivery_type"),
        ({"type": 1}, "delivery.type", "invalid_request"),
        ({"url": "ftp://127.0.0.1/"}, "delivery.url", "invalid_webhook_url"),
        ({"url": "http://a:b@127.0.0.1/"}, "delivery.url", "invalid_webhook_url"),
        ({"url": "http://127.0.0.1/#x"}, "delivery.url", "invalid_webhook_url"),
        ({"url": ""}, "delivery.url", "invalid_request"),
        ({"url": 5}, "delivery.url", "invalid_request"),
        ({"registration_id": "x"}, "delivery.registration_id", "invalid_request"),
        ({"signing_secret": "whsec_AAAA"}, "delivery.signing_secret", "invalid_request"),
        ({"signing_secret": None}, "delivery.signing_secret", "invalid_request"),
        ({"more": 1}, "delivery.more", "invalid_request"),
    ],
)
async def test_a_delivery_that_can_not_be_used(
    served: Api, hook: Hook, change: dict[str, Any], field: str, code: str
) -> None:
    answer = await make(served, {"delivery": hook.delivery(**change)})
    assert (answer.status, answer.field, answer.error["code"]) == (400, field, code)
    assert not hook.seen


@pytest.mark.parametrize("body", [{"instance_name": ""}, {"instance_name": None}, {"x": 1}, {"delivery": []}, []])
async def test_a_creation_that_can_not_be_read(served: Api, body: Any) -> None:
    answer = await make(served, body)
    assert answer.status == 400
    assert answer.field


async def test_a_change_of_name_and_webhook(served: Api, hook: Hook) -> None:
    made = (await make(served, {"delivery": hook.delivery()})).body["instance"]
    path = f"{INSTANCES}/{made['id']}"

    async def patch(body: Any, key: str) -> Answer:
        return await served.call("PATCH", path, body, token=served.provisioner, key=key)

    renamed = await patch({"instance_name": "desktop"}, "u-1")
    assert renamed.body == {**made, "name": "desktop"}
    same = await patch({"delivery": hook.delivery()}, "u-2")
    assert (same.status, same.field) == (400, "delivery.registration_id")
    hook.receiver.registration_id = str(uuid.uuid4())
    hook.statuses = [500]
    failed = await patch({"delivery": hook.delivery(), "instance_name": "other"}, "u-3")
    assert failed.error["code"] == "webhook_verification_failed"
    assert (await served.call("GET", path, token=served.provisioner)).body == renamed.body
    moved = await patch({"delivery": hook.delivery(), "instance_name": "other"}, "u-3")
    assert moved.body["delivery"]["registration_id"] == hook.receiver.registration_id
    assert moved.body["name"] == "other"
    assert await served.house.store.vault.get(secret_name(made["id"], made["delivery"]["registration_id"])) is None
    gone = await patch({"delivery": None}, "u-4")
    assert gone.body == {"id": made["id"], "name": "other"}
    challenges = len(hook.seen)
    assert (await patch({"instance_name": "desktop"}, "u-1")).body == renamed.body, "a replay gives what it gave"
    replayed = await patch({"delivery": hook.delivery(), "instance_name": "other"}, "u-3")
    assert replayed.body == moved.body
    assert len(hook.seen) == challenges
    assert (await served.call("GET", path, token=served.provisioner)).body == gone.body
    assert (await patch({"instance_name": "x"}, "u-1")).error["code"] == "idempotency_conflict"
    assert (await patch({}, "u-5")).status == 400


async def test_if_match_guards_a_change(served: Api) -> None:
    made = (await make(served)).body["instance"]
    path = f"{INSTANCES}/{made['id']}"
    tag = (await served.call("GET", path, token=served.provisioner)).headers["ETag"]
    fresh = {"If-Match": tag}
    first = await served.call("PATCH", path, {"instance_name": "a"}, token=served.provisioner, headers=fresh)
    assert first.status == 200
    late = await served.call("PATCH", path, {"instance_name": "b"}, token=served.provisioner, headers=fresh)
    assert (late.status, late.error["code"]) == (412, "precondition_failed")
    kept = await served.call("GET", path, token=served.provisioner, headers={"If-None-Match": first.headers["ETag"]})
    assert kept.status == 304


async def test_a_deletion_ends_everything(served: Api, hook: Hook) -> None:
    made = (await make(served, {"delivery": hook.delivery()}, key="p-1")).body
    token, path = made["credential"]["token"], f"{INSTANCES}/{made['instance']['id']}"
    pending = [(await served.call("POST", "/api/aap/v1/requests", CALL, token=token)).body["id"] for _ in range(3)]
    first = await served.call("DELETE", path, token=served.provisioner)
    again = await served.call("DELETE", path, token=served.provisioner)
    assert (first.status, again.status) == (204, 204)
    uuid.UUID(first.headers["X-Request-ID"])
    for id_ in pending:
        request = await served.house.store.request(id_)
        assert request is not None
        assert request.status == "cancelled"
    assert (await served.call("POST", "/api/aap/v1/requests", CALL, token=token)).status == 401
    assert (await served.call("GET", path, token=served.provisioner)).status == 404
    assert (await served.call("PATCH", path, {"instance_name": "x"}, token=served.provisioner)).status == 404
    replay = await make(served, {"delivery": hook.delivery()}, key="p-1")
    assert (replay.status, replay.error["code"]) == (409, "instance_deleted")
    assert await served.sender.send_due() == 0
    assert len(hook.seen) == 1
    unknown = f"{INSTANCES}/{uuid.uuid4()}"
    assert (await served.call("DELETE", unknown, token=served.provisioner)).status == 404


async def test_a_revoked_provisioner_token(served: Api) -> None:
    house = served.house
    enrolling = Enrolling(house.store, house.clock)
    agent = await enrolling.find("support")
    await enrolling.revoke_provisioner(agent, served.provisioner[:14], by=house.operator)
    answer = await make(served)
    assert (answer.status, answer.error["type"]) == (401, "authentication")


async def test_a_decision_reaches_the_receiver_with_the_same_id_and_body(served: Api, hook: Hook) -> None:
    made = (await make(served, {"delivery": hook.delivery()})).body
    opened = await served.call("POST", "/api/aap/v1/requests", CALL, token=made["credential"]["token"])
    request = await served.house.store.request(opened.body["id"])
    assert request is not None
    await served.house.say(request, Approve())
    hook.statuses = [500, 302]
    tries = []
    for _ in range(5):
        tries.append(await served.sender.send_due())
        served.house.clock.move(minutes=5)
    assert tries == [1, 1, 1, 0, 0]
    assert hook.woken == [request.id]
    tried = hook.bodies[1:]
    assert len(set(tried)) == 1
    assert len({headers["webhook-id"] for headers in hook.seen[1:]}) == 1
    stamps = [int(headers["webhook-timestamp"]) for headers in hook.seen[1:]]
    assert stamps == sorted(set(stamps))
    told = json.loads(tried[0])
    assert told["id"] == hook.seen[1]["webhook-id"]
    assert (told["type"], told["request_id"]) == ("request.resolved", request.id)
    assert told["instance_id"] == made["instance"]["id"]
    path = f"/api/aap/v1/requests/{request.id}"
    read = await served.call("GET", path, token=made["credential"]["token"])
    assert told["created_at"] == read.body["decision"]["decided_at"]
    assert await served.sender.send_due() == 0


async def test_a_moved_webhook_takes_what_was_queued(served: Api, hook: Hook) -> None:
    made = (await make(served, {"delivery": hook.delivery()})).body
    small = {**CALL, "arguments": {"amount": 20}, "context": CONTEXT}
    opened = await served.call("POST", "/api/aap/v1/requests", small, token=made["credential"]["token"])
    assert opened.body["status"] == "approved"
    hook.receiver.secret, hook.receiver.registration_id = new_secret(), str(uuid.uuid4())
    path = f"{INSTANCES}/{made['instance']['id']}"
    moved = await served.call("PATCH", path, {"delivery": hook.delivery()}, token=served.provisioner)
    assert moved.status == 200
    assert await served.sender.send_due() == 1
    assert len(hook.woken) == 1
