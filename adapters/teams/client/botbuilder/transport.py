"""How the SDK's connector client reaches Teams: its requests over aiohttp, each with the token from our cache.

The SDK's own senders run ``requests`` in threads without a bound, or (msrest's for aiohttp) drop the body.
"""

from __future__ import annotations

from typing import Any

from botframework.connector.bot_framework_sdk_client_async import BotFrameworkConnectorConfiguration
from msrest.pipeline import AsyncHTTPPolicy, AsyncHTTPSender, AsyncPipeline, Response
from msrest.pipeline.universal import RawDeserializer
from msrest.universal_http.async_abc import AsyncClientResponse

from adapters.teams.client.connecting import Session
from adapters.teams.client.credentials import Credentials

_UNAUTHORIZED = 401
MOST_BYTES = 4 << 20
"""Of an answer; a page of five hundred members has a quarter of a megabyte."""


class Answer(AsyncClientResponse):
    """An answer that was read whole."""

    def __init__(self, request: Any, status: int, headers: Any, body: bytes) -> None:  # noqa: ANN401 - msrest's own
        super().__init__(request, None)
        self.internal_response = self  # what a raw answer of the SDK gives out
        self.status_code = status
        self.headers = headers
        self._body = body

    def body(self) -> bytes:
        """The whole body."""
        return self._body

    def raise_for_status(self) -> None:
        """Nothing: the operations look at the status themselves."""


class Sender(AsyncHTTPSender[Any, Any]):
    """Sends with the session that all clients share, whose bound on time holds."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def send(self, request: Any, **_config: Any) -> Any:  # noqa: ANN401 - msrest's own
        """Send a request of the pipeline."""
        http = request.http_request
        headers = {name: value for name, value in http.headers.items() if name.lower() != "content-length"}
        call = self._session.open().request(
            http.method, http.url, data=http.data, headers=headers, allow_redirects=False
        )
        async with call as response:
            body = await response.content.read(MOST_BYTES)
            return Response(request, Answer(http, response.status, response.headers, body))

    async def __aexit__(self, *_: object) -> None:
        """The session is ended by whoever made it."""


class Bearing(AsyncHTTPPolicy[Any, Any]):
    """Puts our token on a request; one that is refused is asked for anew, once."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__()
        self._credentials = credentials

    async def send(self, request: Any, **config: Any) -> Any:  # noqa: ANN401 - msrest's own
        """See ``AsyncHTTPPolicy``."""
        answer = await self._once(request, config)
        return await self._once(request, config) if answer.http_response.status_code == _UNAUTHORIZED else answer

    async def _once(self, request: Any, config: Any) -> Any:  # noqa: ANN401 - msrest's own
        token = await self._credentials.token()
        request.http_request.headers["Authorization"] = f"Bearer {token}"
        following: Any = self.next  # set by the pipeline
        answer = await following.send(request, **config)
        if answer.http_response.status_code == _UNAUTHORIZED:
            self._credentials.forget(token)
        return answer


def configuration(credentials: Credentials, session: Session, service_url: str) -> BotFrameworkConnectorConfiguration:
    """What the SDK's connector client is made with, for one service address."""
    config = BotFrameworkConnectorConfiguration(credentials, base_url=service_url)
    # The client makes its own pipeline as well, over ``requests``, from whatever is a policy among the credentials; a
    # policy in two pipelines sends with the last one made. So ours is no part of the credentials.
    policies = [config.user_agent_policy, Bearing(credentials), RawDeserializer()]
    config.custom_pipeline = AsyncPipeline(policies, Sender(session))
    return config
