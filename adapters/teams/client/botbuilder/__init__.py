"""The port on botbuilder-core and botframework-connector: nothing outside this folder imports either.

What the SDK does not do safely is done here: calls over aiohttp instead of ``requests`` in threads, the token from a
cache instead of a blocking call in every turn, bounded tries, and errors in our words.
"""

from __future__ import annotations

from adapters.teams.client.botbuilder.bot import BotbuilderPort

__all__ = ["BotbuilderPort"]
