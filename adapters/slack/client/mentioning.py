"""Whom a message notifies: a user group in place of its members, where nobody else is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from adapters.slack.cards.drawn import Mentions


def mentions_of(users: Iterable[str], groups: Mapping[str, frozenset[str]]) -> Mentions:
    """Mentions of exactly these users (ids), each notified once; ``groups`` has the members of groups that may be used.

    A group of two or more stands for its members when all of them are to be notified; the largest is taken first, and
    of two alike the first by id. Pure.
    """
    left = dict.fromkeys(users)
    chosen = []
    for group, members in sorted(groups.items(), key=lambda each: (-len(each[1]), each[0])):
        if len(members) > 1 and members <= left.keys():
            chosen.append(group)
            left = {user: None for user in left if user not in members}
    return Mentions(users=tuple(left), groups=tuple(chosen))
