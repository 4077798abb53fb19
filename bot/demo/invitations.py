"""Sign-in links for whoever watches the demonstration: each person has one that works, until the demonstration ends."""

from __future__ import annotations

from adapters.desk.links import link_person
from bot.demo.staging import Stage
from bot.domain.people import Person

PEOPLE = ("dana", "june", "rosa", "lee", "amir")
"""Who may decide most, first."""


class Invitations:
    """One good link a person: one that was used or is over is followed by another."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._links: dict[str, str] = {}

    @property
    def first(self) -> str | None:
        """The link of the person who may decide most."""
        return self._links.get(PEOPLE[0])

    async def give(self) -> list[tuple[Person, str]]:
        """New links for those who have none that works."""
        given = []
        for id_ in PEOPLE:
            person = self._stage.policy.people.get(id_)
            if person is not None and not await self._works(self._links.get(id_)):
                link = self._links[id_] = await self._stage.link(person)
                given.append((person, link))
        return given

    async def _works(self, link: str | None) -> bool:
        if link is None:
            return False
        place = self._stage.place
        token = link.rpartition("/")[2]
        return await link_person(place.store.sessions, self._stage.policy, token, place.clock.now()) is not None
