"""Published checkpoints: where the settings say that they go, and what brings them there."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from adapters.checkpoint_file import CheckpointFile
from adapters.webhooks.addresses import check_url
from adapters.webhooks.publishing import CheckpointPost
from bot.errors import BadInput, SettingsInvalid
from bot.ports import Clock, Store
from bot.publishing import Carrying, Publishing, Target
from bot.settings import Settings

PUBLISH_SECONDS = 2.0
"""How often it is looked whether one is due."""


def targets_of(settings: Settings) -> tuple[str, ...]:
    """The names of the targets: ``file``, ``url``, and the chat channel as it was set.

    Raises:
        SettingsInvalid: when one can't be used.
    """
    if settings.checkpoint_url:
        try:
            check_url(settings.checkpoint_url, allow_private=settings.allow_private_callbacks)
        except BadInput as error:
            raise SettingsInvalid(
                error.message, field="SIGNOFF_CHECKPOINT_URL", remedy="give an https:// URL of a public host"
            ) from error
    surface = settings.checkpoint_channel.partition(":")[0]
    connected = {"": True, "slack": settings.slack_mode != "off", "teams": bool(settings.teams_app_id)}
    if not connected[surface]:
        raise SettingsInvalid(
            f"is in {surface.capitalize()}, which is not connected",
            field="SIGNOFF_CHECKPOINT_CHANNEL",
            remedy="connect it as the README says, or name a channel elsewhere",
        )
    wanted = {"file": settings.checkpoint_file, "url": settings.checkpoint_url}
    return (*(name for name, given in wanted.items() if given), *filter(None, (settings.checkpoint_channel,)))


class Published:
    """What notes checkpoints and what carries them; nothing where no target is set."""

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self.targets = targets_of(settings)
        self.noting = Publishing(store, clock, timedelta(minutes=settings.checkpoint_minutes), self.targets)
        self._post: CheckpointPost | None = None
        carried: dict[str, Target] = {}
        if settings.checkpoint_file:
            carried["file"] = CheckpointFile(Path(settings.checkpoint_file))
        if settings.checkpoint_url:
            allow_private = settings.allow_private_callbacks
            carried["url"] = self._post = CheckpointPost(settings.checkpoint_url, allow_private=allow_private)
        self.carrying = Carrying(store, clock, carried)

    async def close(self) -> None:
        """End the connections."""
        if self._post is not None:
            await self._post.close()
