"""What is paused, for the banner on every page."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.desk.workroom import Workroom
from bot.cards.pauses import Stopped, stopped
from bot.domain.pauses import Pause
from bot.domain.people import Person
from bot.pausing import concerns


async def concerning(room: Workroom, person: Person) -> tuple[Stopped, ...]:
    """What is paused and would come to an owner of this person's; costs nothing while nothing is paused."""
    policy = room.policy()
    pauses = [pause for pause in room.pausing.now() if concerns(pause.scope, person, policy)]
    names = await agent_names(room, pauses)
    return tuple(stopped(pause, policy, names) for pause in pauses)


async def agent_names(room: Workroom, pauses: Sequence[Pause]) -> dict[str, str]:
    """Agents' names by id, where any of these pauses is of an agent."""
    if not any(pause.scope.startswith("agent:") for pause in pauses):
        return {}
    return {agent.id: agent.name for agent in await room.store.agents()}
