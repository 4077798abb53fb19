"""What Teams calls us with: buttons, dialogs, messages, what happens around the bot. ``Deciding`` decides."""

from adapters.teams.app.teams import Teams

__all__ = ["Teams"]
