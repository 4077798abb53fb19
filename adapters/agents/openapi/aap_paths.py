"""The Agent Approval Protocol's operations below ``/api/aap``."""

from __future__ import annotations

from typing import Any

from adapters.agents.openapi.parts import empty, errors, gives, operation, parameters

_REQUEST = "ApprovalRequest"
_INSTANCES = "ProvisionerToken"


def instance_paths(path: str, api: str, prefix: str, *agent: str) -> dict[str, Any]:
    """The operations on instances, which both APIs have."""
    one = parameters(*agent, "Id")
    return {
        path: {
            "post": operation(
                f"{prefix}CreateInstance",
                "Instances",
                "Create an instance, once its webhook is verified",
                wants=_INSTANCES,
                takes=parameters(*agent, "IdempotencyKey"),
                sends="ProvisionInstanceRequest",
                answers={
                    "201": gives("The instance and its credential, shown here alone.", "ProvisionInstanceResponse"),
                    "200": gives("The same, from an earlier call with this key.", "ProvisionInstanceResponse"),
                    **errors(api, 400, 404, 409, 413, 415, 422),
                },
            ),
            "get": operation(
                f"{prefix}ListInstances",
                "Instances",
                "List the agent's instances",
                wants=_INSTANCES,
                takes=parameters(*agent, "Limit", "After", "IfNoneMatch"),
                answers={
                    "200": gives("A page.", "InstancePage", tagged=True),
                    "304": empty("Not changed."),
                    **errors(api, 400, 404),
                },
            ),
        },
        path + "/{id}": {
            "get": operation(
                f"{prefix}ReadInstance",
                "Instances",
                "Read an instance",
                wants=_INSTANCES,
                takes=[*one, *parameters("IfNoneMatch")],
                answers={
                    "200": gives("The instance.", "Instance", tagged=True),
                    "304": empty("Not changed."),
                    **errors(api, 404),
                },
            ),
            "patch": operation(
                f"{prefix}ChangeInstance",
                "Instances",
                "Rename an instance, or replace or remove its webhook",
                wants=_INSTANCES,
                takes=[*one, *parameters("IdempotencyKey", "IfMatch")],
                sends="UpdateInstanceRequest",
                answers={
                    "200": gives("The instance as it was changed.", "Instance", tagged=True),
                    **errors(api, 400, 404, 409, 412, 413, 415, 422),
                },
            ),
            "delete": operation(
                f"{prefix}DeleteInstance",
                "Instances",
                "End an instance, its credentials, its webhook and what it waits for",
                wants=_INSTANCES,
                takes=one,
                answers={"204": empty("It is deleted, also when it was before."), **errors(api, 404)},
            ),
        },
    }


AAP_PATHS: dict[str, Any] = {
    "/api/aap/v1/requests": {
        "post": operation(
            "createApprovalRequest",
            "Requests",
            "Propose a tool call",
            takes=parameters("IdempotencyKey"),
            sends="CreateApprovalRequest",
            answers={
                "201": gives("The new request, perhaps decided already.", _REQUEST),
                "200": gives("The request that an earlier call with this key opened.", _REQUEST),
                **errors("Aap", 400, 409, 413, 415),
            },
        )
    },
    "/api/aap/v1/requests/{id}": {
        "get": operation(
            "getApprovalRequest",
            "Requests",
            "Read a request, waiting for its decision if asked to",
            takes=parameters("Id", "Wait"),
            answers={"200": gives("The request as it is.", _REQUEST), **errors("Aap", 400, 404)},
        ),
        "delete": operation(
            "cancelApprovalRequest",
            "Requests",
            "Withdraw a pending request",
            takes=parameters("Id"),
            answers={"200": gives("The cancelled request.", _REQUEST), **errors("Aap", 404, 409)},
        ),
    },
    "/api/aap/v1/requests/{id}/consume": {
        "post": operation(
            "consumeApprovalRequest",
            "Requests",
            "Spend the approval: the call runs now",
            takes=parameters("Id", "IdempotencyKey"),
            answers={"200": gives("The request, consumed.", _REQUEST), **errors("Aap", 400, 404, 409, 413, 415)},
        )
    },
    "/api/aap/v1/requests/{id}/outcome": {
        "post": operation(
            "reportOutcome",
            "Requests",
            "Say what happened",
            takes=parameters("Id"),
            sends="OutcomeReport",
            answers={
                "200": gives("The request with its outcome.", _REQUEST),
                **errors("Aap", 400, 404, 409, 413, 415),
            },
        )
    },
    **instance_paths("/api/aap/v1/instances", "Aap", "aap"),
}
