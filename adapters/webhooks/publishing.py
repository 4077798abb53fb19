"""An address to which signed checkpoints are posted, by the rules of webhooks: public, over HTTPS, no redirects."""

from __future__ import annotations

from adapters.webhooks.addresses import Lookup, look_up
from adapters.webhooks.courier import Courier, NotDelivered
from bot.errors import Unavailable

_REMEDY = "see whether SIGNOFF_CHECKPOINT_URL is right and its receiver runs"


class CheckpointPost:
    """Conforms to ``bot.publishing.Target``. The receiver gets the note as text, with ``Idempotency-Key``."""

    def __init__(self, url: str, *, allow_private: bool, lookup: Lookup = look_up) -> None:
        self._url = url
        self._courier = Courier(allow_private=allow_private, lookup=lookup)

    async def publish(self, id_: str, note: str) -> None:
        """See ``Target``.

        Raises:
            BadInput: when the address may not be called.
            Unavailable: when it did not answer, or not with 2xx.
        """
        headers = {"Content-Type": "text/plain; charset=utf-8", "Idempotency-Key": id_}
        try:
            answer = await self._courier.post(self._url, headers, note.encode())
        except NotDelivered as error:
            raise Unavailable(f"the address did not take it: {error}", remedy=_REMEDY) from error
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's own word for taken
            raise Unavailable(f"the address answered {answer.status}", remedy=_REMEDY)

    async def close(self) -> None:
        """End the connections; twice is once."""
        await self._courier.close()
