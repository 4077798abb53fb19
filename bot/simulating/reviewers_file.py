"""The file of reviewers: what is assumed of people, by person id, in YAML with the policy file's own words.

lee:  {median: 90s}
dana: {works: when_told, hours: {days: mon-fri, open: "09:00", close: "17:00"}}
vera: {works: never}
"""

from __future__ import annotations

from bot.policy.document import Policy
from bot.policy.hours_section import read_hours
from bot.policy.yamltree import At, did_you_mean, parse
from bot.simulating.staff import Reviewer, Works

KEYS = frozenset({"works", "hours", "median"})


def read_reviewers(text: str, name: str, policy: Policy) -> dict[str, Reviewer]:
    """What the file says of each person; ``name`` is what problems call it.

    Raises:
        PolicyInvalid: listing every problem with its line, column, field and remedy.
    """
    root = parse(text, name)
    found: dict[str, Reviewer] = {}
    for person, key, value in root.entries():
        if person not in policy.people:
            key.wrong("is nobody of the policy", did_you_mean(person, policy.people))
        else:
            found[person] = _reviewer(value, policy)
    root.problems.raise_if_any()
    return found


def _reviewer(at: At, policy: Policy) -> Reviewer:
    told = at.keys(KEYS)
    works = told["works"].choice(Works) if "works" in told else None
    hours = read_hours(told["hours"], policy.timezone) if "hours" in told else None
    median = told["median"].duration() if "median" in told else None
    return Reviewer(works or Works.ALWAYS, hours, None if median is None else float(median))
