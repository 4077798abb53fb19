"""Generated calls, valid and not, from the OpenAPI document against a real server: answers are as it promises."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from adapters.agents.openapi.document import DOCUMENT
from tests.rigs.server import Server

# A stream of events does not end.
schema = schemathesis.openapi.from_dict(DOCUMENT).exclude(path="/api/v1/events")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def tokens(server: Server) -> dict[str, str]:
    made = server.agent("agent")
    return {"InstanceCredential": made["token"], "ProvisionerToken": server.provisioner("agent")}


@pytest.fixture(scope="module")
def ids(server: Server, tokens: dict[str, str]) -> dict[str, Iterator[str | None]]:
    """Ids of things that are there, and now and then none: then the generated one stays."""

    def post(path: str, token: str, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {tokens[token]}", "Idempotency-Key": str(uuid.uuid4())}
        answer = httpx.post(server.url + path, json=body, headers=headers, trust_env=False)
        return answer.raise_for_status().json()

    requests = []
    for amount in (20, 20, 120, 120, 5000):
        body = {"tool": "issue_refund", "arguments": {"amount": amount}, "customer": "c", "session": str(uuid.uuid4())}
        requests.append(post("/api/v1/requests", "InstanceCredential", body)["id"])
    instances = [post("/api/aap/v1/instances", "ProvisionerToken", {})["instance"]["id"] for _ in range(5)]
    return {"requests": cycle([*requests, None]), "instances": cycle([*instances, None])}


@schema.parametrize()
@settings(
    max_examples=12,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
    derandomize=True,
    database=None,
)
def test_an_operation_answers_as_the_document_promises(
    case: Any, server: Server, tokens: dict[str, str], ids: dict[str, Iterator[str | None]]
) -> None:
    wanted = DOCUMENT["paths"][case.path][case.method.lower()]["security"]
    headers = {"Authorization": f"Bearer {tokens[next(iter(wanted[0]))]}"} if wanted else {}
    if case.path_parameters and "agent" in case.path_parameters:
        case.path_parameters["agent"] = "agent"
    if "{id}" in case.path and (known := next(ids["instances" if "instances" in case.path else "requests"])):
        case.path_parameters["id"] = known
    if case.query and "wait" in case.query:
        case.query["wait"] = "1s" if str(case.query["wait"])[:1].isdigit() else "-1s"
    response = case.call(base_url=server.url, headers=headers)
    case.validate_response(response, checks=CHECKS)
