"""Instances over HTTP, the same in both APIs: created, read, changed and deleted with a provisioner token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from adapters.agents.aap_wire import instance_object, provisioned_object
from adapters.agents.answers import answer, require_match, tagged
from adapters.agents.bodies import id_in, idempotency_key, is_uuid, name_of, object_of, read_object, strict, text_of
from adapters.agents.callers import require_provisioner, token_in
from adapters.agents.counter import Counter
from adapters.agents.limits import MAX_NAME, MAX_PAGE, Rates
from bot.errors import BadInput, NotFound
from bot.provisioning import Change, ProposedDelivery, Provisioner, Provisioning

MAX_URL = 2048
_SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")
_DELIVERY_FIELDS = ("type", "url", "registration_id", "signing_secret")
_CHANGE_FIELDS = ("instance_name", "delivery")


class InstanceRoutes:
    """Handlers of both APIs; ``agent`` in the path, where there is one, has to be the token's own agent."""

    def __init__(self, counter: Counter, provisioning: Provisioning, registrations: Rates) -> None:
        self._counter = counter
        self._provisioning = provisioning
        self._registrations = registrations

    def add_to(self, router: web.UrlDispatcher, path: str) -> None:
        """Serve them below ``path``."""
        router.add_post(path, self.create)
        router.add_get(path, self.list, allow_head=False)
        router.add_get(path + "/{id}", self.read, allow_head=False)
        router.add_patch(path + "/{id}", self.change)
        router.add_delete(path + "/{id}", self.delete)

    async def create(self, request: web.Request) -> web.Response:
        """201 with the instance and its credential, 200 when an earlier call with the same key made it."""
        who = await self._provisioner(request)
        key = idempotency_key(request)
        wanted = change_of(await read_object(request, self._counter.limits.max_body_bytes), creating=True)
        self._registrations.take(who.agent.id)
        made = await self._provisioning.create(who, key=key, wanted=wanted)
        return answer(provisioned_object(made), 200 if made.replayed else 201)

    async def list(self, request: web.Request) -> web.Response:
        """The agent's instances, a page at a time."""
        who = await self._provisioner(request)
        after = request.query.get("after")
        if after is not None and not is_uuid(after):
            raise BadInput("is no cursor", field="after", remedy="send the `next` of the page before")
        found, cursor = await self._provisioning.instances(who, after=after, limit=page_size(request))
        page: dict[str, Any] = {"instances": [instance_object(instance) for instance in found]}
        if cursor is not None:
            page["next"] = cursor
        return tagged(request, page)

    async def read(self, request: web.Request) -> web.Response:
        """One instance."""
        who = await self._provisioner(request)
        return tagged(request, instance_object(await self._provisioning.instance(who, id_in(request))))

    async def change(self, request: web.Request) -> web.Response:
        """The instance with another name or webhook; If-Match is honoured."""
        who = await self._provisioner(request)
        key, id_ = idempotency_key(request), id_in(request)
        wanted = change_of(await read_object(request, self._counter.limits.max_body_bytes), creating=False)
        if "If-Match" in request.headers:
            require_match(request, instance_object(await self._provisioning.instance(who, id_)))
        self._registrations.take(who.agent.id)
        return tagged(request, instance_object(await self._provisioning.change(who, id_, key=key, wanted=wanted)))

    async def delete(self, request: web.Request) -> web.Response:
        """204, again and again."""
        who = await self._provisioner(request)
        await self._provisioning.delete(who, id_in(request))
        return web.Response(status=204)

    async def _provisioner(self, request: web.Request) -> Provisioner:
        caller = await self._counter.admit(request)
        require_provisioner(caller)
        named = request.match_info.get("agent")
        if named is not None and named not in {caller.agent.id, caller.agent.name}:
            raise NotFound("there is no such agent for this token")
        return Provisioner(caller.agent, caller.credential, token_in(request.headers.get("Authorization")))


def page_size(request: web.Request) -> int:
    """The ``limit`` parameter, 50 without one.

    Raises:
        BadInput: when it is not from 1 to ``MAX_PAGE``.
    """
    text = request.query.get("limit", "50")
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MAX_PAGE:
        raise BadInput(f"is not a whole number from 1 to {MAX_PAGE}", field="limit", remedy="send limit=50")
    return int(text)


def change_of(body: Mapping[str, Any], *, creating: bool) -> Change:
    """What a ``ProvisionInstanceRequest`` or an ``UpdateInstanceRequest`` asks for.

    Raises:
        BadInput: naming the field that can't be used.
    """
    remove = not creating and "delivery" in body and body["delivery"] is None
    given = {name: value for name, value in body.items() if not (remove and name == "delivery")}
    strict(given, _CHANGE_FIELDS)
    if not creating and not body:
        raise BadInput("asks for nothing", field="body", remedy="send instance_name, delivery or both")
    name = given.get("instance_name")
    delivery = given.get("delivery")
    return Change(
        name=None if name is None else name_of(name, "instance_name", MAX_NAME),
        delivery=None if delivery is None else _delivery(object_of(delivery, "delivery")),
        remove=remove,
    )


def _delivery(value: dict[str, Any]) -> ProposedDelivery:
    kind = value.get("type")
    if isinstance(kind, str) and kind != "webhook":
        raise BadInput(
            "is not supported",
            code="unsupported_delivery_type",
            field="delivery.type",
            remedy="the only one is webhook",
        )
    strict(value, _DELIVERY_FIELDS, _DELIVERY_FIELDS, within="delivery.")
    text_of(kind, "delivery.type", MAX_NAME)
    url = text_of(value["url"], "delivery.url", MAX_URL)
    if not is_uuid(value["registration_id"]):
        raise BadInput("is not a UUID", field="delivery.registration_id", remedy="make one for each configuration")
    secret = value["signing_secret"]
    if not isinstance(secret, str) or not _SECRET.fullmatch(secret):
        raise BadInput(
            "is no signing secret",
            field="delivery.signing_secret",
            remedy="send whsec_ and 32 random bytes as padded base64",
        )
    return ProposedDelivery(url=url, registration_id=value["registration_id"], signing_secret=secret)
