"""The document put together, and served."""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web

from adapters.agents.openapi.aap_paths import AAP_PATHS
from adapters.agents.openapi.feedback import FEEDBACK_PATHS, FEEDBACK_SCHEMAS
from adapters.agents.openapi.friction import FRICTION_PATHS, FRICTION_SCHEMAS
from adapters.agents.openapi.parts import PARAMETERS, RESPONSES
from adapters.agents.openapi.schemas import SCHEMAS
from adapters.agents.openapi.search import SEARCH_PATHS, SEARCH_SCHEMAS
from adapters.agents.openapi.summaries import SUMMARY_PATHS, SUMMARY_SCHEMAS
from adapters.agents.openapi.v1_paths import V1_PATHS
from adapters.agents.openapi.v1_schemas import V1_SCHEMAS

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Signoff",
        "version": "1",
        "summary": "An agent proposes; a named human signs off; the agent proceeds.",
        "description": (
            "Two APIs on one engine. Below /api/aap the Agent Approval Protocol, version 1, for the clients and "
            "framework adapters that speak it; below /api/v1 our own, which adds levels, signals, edited arguments, "
            "digests, questions and the record. Sizes: body 256 KiB, 64 levels deep, tool 200 characters, reasoning "
            "20,000 characters, context 64 KiB. Each agent has a budget of calls; past it the answer is 429 with "
            "Retry-After."
        ),
    },
    "servers": [{"url": "/"}],
    "tags": [
        {"name": "Requests", "description": "Propose an action, wait for its decision, redeem it once, report."},
        {"name": "Reports", "description": "What happened beside: a customer came back, a build went live."},
        {"name": "Figures", "description": "What came of it, for whoever may read what concerns an owner."},
        {"name": "Instances", "description": "Create and manage instances of an agent with a provisioner token."},
        {"name": "Agent", "description": "Who the token is, and what judges it."},
    ],
    "paths": {**AAP_PATHS, **V1_PATHS, **SUMMARY_PATHS, **FRICTION_PATHS, **FEEDBACK_PATHS, **SEARCH_PATHS},
    "components": {
        "schemas": {
            **SCHEMAS,
            **V1_SCHEMAS,
            **SUMMARY_SCHEMAS,
            **FRICTION_SCHEMAS,
            **FEEDBACK_SCHEMAS,
            **SEARCH_SCHEMAS,
        },
        "parameters": PARAMETERS,
        "responses": RESPONSES,
        "securitySchemes": {
            "InstanceCredential": {
                "type": "http",
                "scheme": "bearer",
                "description": "Made by `signoff agent create`, or with a provisioner token; manages no instances.",
            },
            "ProvisionerToken": {
                "type": "http",
                "scheme": "bearer",
                "description": "Made by `signoff agent provisioner create`; it can't propose anything.",
            },
        },
    },
}


class DocumentRoutes:
    """``GET /openapi.json``, for anybody."""

    def __init__(self) -> None:
        self._body = orjson.dumps(DOCUMENT)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve it."""
        router.add_get("/openapi.json", self.read, allow_head=False)

    async def read(self, _: web.Request) -> web.Response:
        """The document."""
        return web.Response(body=self._body, headers={"Content-Type": "application/json", "Cache-Control": "no-cache"})
