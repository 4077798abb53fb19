"""The sections ``people`` and ``groups``: who there is, and the names for several of them."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.domain.people import Person
from bot.policy.document import Group
from bot.policy.yamltree import At, did_you_mean

PERSON_KEYS = frozenset({"email", "name", "limit", "slack", "teams", "manager"})
GROUP_KEYS = frozenset({"members", "slack_usergroup"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ID = re.compile(r"[a-z][a-z0-9_.-]{0,63}")


def read_id(name: str, key: At) -> str | None:
    """A name that things are referred to by: lower case, digits, ``_``, ``.`` and ``-``."""
    if _ID.fullmatch(name):
        return name
    key.wrong(f"{name[:40]!r} is no name", "use lower-case letters, digits, _, . or -, beginning with a letter")
    return None


def read_people(at: At) -> dict[str, Person]:
    """Every person by id; two with the same address are a problem."""
    people: dict[str, Person] = {}
    emails: dict[str, str] = {}
    for name, key, value in at.entries():
        if read_id(name, key) is None:
            continue
        person = _person(name, value)
        if person is None:
            continue
        other = emails.setdefault(person.email.lower(), name)
        if other != name:
            value.wrong(f"has the same email as {other}", "give each person an address of their own")
        people[name] = person
    _check_managers(people, at)
    return people


def _check_managers(people: dict[str, Person], at: At) -> None:
    """Everybody reports to somebody of the file, and nobody to themselves, not by way of others either."""
    for name, _, value in at.entries():
        person, above = people.get(name), list[str]()
        while person is not None and person.manager is not None and person.manager not in above:
            above.append(person.manager)
            if person.manager not in people:
                if person.id == name:
                    value.wrong(f"reports to {person.manager[:40]!r}, who is nobody of this file", "name a person")
                break
            person = people[person.manager]
        if name in above:
            value.wrong("reports to themselves, by way of others perhaps", "let somebody have no manager")


def _person(name: str, at: At) -> Person | None:
    found = at.keys(PERSON_KEYS, required=("email",))
    if "email" not in found:
        return None
    email = found["email"].text(longest=254)
    if email is not None and not _EMAIL.fullmatch(email):
        found["email"].wrong(f"{email[:60]!r} is no email address", "write it as name@example.com")
        return None
    title = found["name"].text(longest=100) if "name" in found else None
    return Person(
        id=name,
        email=email or "",
        name=title or name.replace("_", " ").replace(".", " ").title(),
        limit=found["limit"].decimal(least=Decimal(0)) if "limit" in found else None,
        slack=found["slack"].text(longest=64) if "slack" in found else None,
        teams=found["teams"].text(longest=254) if "teams" in found else None,
        manager=found["manager"].text(longest=64) if "manager" in found else None,
    )


def read_groups(at: At, people: dict[str, Person]) -> dict[str, Group]:
    """Every group by id; it has members, and no person's name."""
    groups: dict[str, Group] = {}
    for name, key, value in at.entries():
        if read_id(name, key) is None:
            continue
        if name in people:
            key.wrong("is the name of a person too", "give the group another name")
            continue
        found = value.keys(GROUP_KEYS)
        if value.is_mapping and not found:
            value.wrong("has no members", "list its `members:`, or name the `slack_usergroup:` that knows them")
        members = read_persons(found["members"], people, {}) if "members" in found else ()
        usergroup = found["slack_usergroup"].text(longest=64) if "slack_usergroup" in found else None
        groups[name] = Group(name, members, usergroup)
    return groups


def read_persons(at: At, people: dict[str, Person], groups: dict[str, Group]) -> tuple[str, ...]:
    """The person ids that a list of people and groups names, each once; none is a problem."""
    found: dict[str, None] = {}
    places = list(at.items()) if at.is_list else [at]
    for place in places:
        name = place.text(longest=64)
        if name is None:
            continue
        if name in people:
            found[name] = None
        elif name in groups:
            found.update(dict.fromkeys(groups[name].members))
        else:
            known = [*people, *groups]
            place.wrong(f"{name[:40]!r} is neither a person nor a group", did_you_mean(name, known))
    if not places:
        at.wrong("names nobody", "name at least one person")
    return tuple(found)


def read_person(at: At, people: dict[str, Person]) -> str | None:
    """The id of one named person."""
    name = at.text(longest=64)
    if name is None or name in people:
        return name
    at.wrong(f"{name[:40]!r} is not a person of this file", did_you_mean(name, list(people)))
    return None
