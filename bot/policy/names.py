"""What the parts of a policy file may refer to by name."""

from __future__ import annotations

import msgspec

from bot.domain.people import Person
from bot.domain.routing import ASSIGNEE, MANAGER, ON_CALL
from bot.policy.document import Group
from bot.policy.people_section import read_persons
from bot.policy.yamltree import At, did_you_mean

ROLES = (MANAGER, ASSIGNEE)


class Names(msgspec.Struct, frozen=True):
    """The people, groups, rotations and owners of a file; ``timezone`` is the policy's."""

    people: dict[str, Person]
    groups: dict[str, Group]
    rotations: frozenset[str]
    owners: frozenset[str]
    timezone: str

    def persons(self, at: At) -> tuple[str, ...]:
        """The person ids that a list of people and groups names."""
        return read_persons(at, self.people, self.groups)

    def unlisted(self, at: At) -> tuple[str, ...]:
        """The groups in a list whose members are not in the file."""
        places = list(at.items()) if at.is_list else [at]
        names = [place.text(longest=64) for place in places]
        return tuple(name for name in names if name in self.groups and not self.groups[name].members)

    def called(self, at: At) -> tuple[str, ...]:
        """Whom a step names: person ids, ``on_call:<rotation>``, ``manager`` and ``assignee``, each once."""
        found: dict[str, None] = {}
        places = list(at.items()) if at.is_list else [at]
        if not places:
            at.wrong("names nobody", "name at least one person, group or rotation")
        for place in places:
            name = place.text(longest=64)
            if name is None:
                continue
            if name in ROLES:
                found[name] = None
            elif name in self.rotations:
                found[ON_CALL + name] = None
            elif name in self.groups and not self.groups[name].members:
                place.wrong(f"names {name}, whose members are not in this file", "list its members, or people")
            elif name in self.groups or name in self.people:
                found |= dict.fromkeys(read_persons(place, self.people, self.groups))
            else:
                known = [*self.people, *self.groups, *self.rotations, *ROLES]
                place.wrong(f"{name[:40]!r} is neither a person, a group nor a rotation", did_you_mean(name, known))
        return tuple(found)
