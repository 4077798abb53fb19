"""A client of Teams that sends whatever it is told to."""

from __future__ import annotations

from typing import Any

from tests.fakes.teams import Message, User
from tests.fakes.teams.calling import activities
from tests.fakes.teams.calling.delivery import Delivery
from tests.rigs.teams_office import Office

Json = dict[str, Any]


def action(verb: str, **data: Any) -> Json:
    """What a button of a card sends."""
    return {"action": {"type": "Action.Execute", "verb": verb, "data": data}, "trigger": "manual"}


async def invoked(office: Office, user: User, message: Message, name: str, value: Json, **more: Any) -> Delivery:
    """An invoke on a message, with whatever in it."""
    activity = activities.invoke(office.teams.world, user, message.place, name, value, message)
    return await office.teams.send({**activity, **more})


async def alone(office: Office, user: User, name: str, value: Json) -> Delivery:
    """An invoke in somebody's own chat, on no message."""
    return await office.teams.invoke(user, office.contoso.chat(user), name, value)
