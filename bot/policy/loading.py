"""From the text of a policy file to the policy, or to everything that is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from zoneinfo import ZoneInfo

from bot.errors import BadInput
from bot.policy.actions_section import Surroundings, read_actions, read_currency, read_owner
from bot.policy.document import Action, Defaults, Owner, Policy
from bot.policy.durations import parse_timeout
from bot.policy.feedback_section import check_reasons
from bot.policy.names import Names
from bot.policy.owners_section import read_owners
from bot.policy.people_section import read_groups, read_people
from bot.policy.retention import Retention
from bot.policy.retention_section import read_retention
from bot.policy.rotations_section import check_owners, read_rotations
from bot.policy.triggers_section import default_triggers, read_triggers
from bot.policy.yamltree import At, parse
from bot.policy.zones import read_zone

POLICY_KEYS = frozenset(
    {
        "version",
        "timezone",
        "currency",
        "people",
        "groups",
        "owners",
        "actions",
        "triggers",
        "defaults",
        "rotations",
        "retention",
    }
)
DEFAULTS_KEYS = frozenset({"owner", "unknown_tool", "grant_expires_after", "timeout"})
FORMAT = 1
"""The version of the file's format that this program reads."""


def version_of(text: str) -> str:
    """``p-`` and the first 12 hex digits of the SHA-256 of the file's text."""
    return "p-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def load(text: str, name: str) -> Policy:
    """The policy that a YAML text says; ``name`` is what problems call the file.

    Raises:
        PolicyInvalid: listing every problem with its place, field and remedy.
    """
    root = parse(text, name)
    found = root.keys(POLICY_KEYS, required=("version", "currency", "people", "owners", "actions"))
    if "version" in found:
        found["version"].integer(least=FORMAT, most=FORMAT)
    currency = (read_currency(found["currency"]) if "currency" in found else None) or "XXX"
    zone = (read_zone(found["timezone"]) if "timezone" in found else None) or "UTC"
    people = read_people(found["people"]) if "people" in found else {}
    groups = read_groups(found["groups"], people) if "groups" in found else {}
    rotations = read_rotations(found["rotations"], people, groups, zone) if "rotations" in found else {}
    ids = frozenset(found["owners"].names()) if "owners" in found and found["owners"].is_mapping else frozenset[str]()
    names = Names(people, groups, frozenset(rotations), ids, zone)
    owners = read_owners(found["owners"], names) if "owners" in found else {}
    if "rotations" in found:
        check_owners(found["rotations"], rotations, owners)
    if not owners and "owners" in found:
        found["owners"].wrong("names no owner", "define at least one team")
    defaults = _defaults(found.get("defaults"), owners)
    triggers = read_triggers(found["triggers"], default_triggers()) if "triggers" in found else default_triggers()
    around = Surroundings(currency, owners, triggers, defaults, names)
    actions = read_actions(found["actions"], around) if "actions" in found else {}
    if "owners" in found and found["owners"].is_mapping:
        check_reasons(found["owners"], _reasons(owners, actions))
    retention = read_retention(found["retention"], owners, actions) if "retention" in found else Retention()
    root.problems.raise_if_any()
    return Policy(
        version=version_of(text),
        text=text,
        currency=currency,
        timezone=zone,
        zone=ZoneInfo(zone),
        people=people,
        groups=groups,
        owners=owners,
        actions=actions,
        defaults=defaults,
        triggers=triggers,
        tools={tool: action for action in actions.values() for tool in action.tools},
        emails={person.email.lower(): person for person in people.values()},
        rotations=rotations,
        retention=retention,
    )


def _reasons(owners: dict[str, Owner], actions: dict[str, Action]) -> dict[str, Collection[str]]:
    """For each owner the codes that a rejection of one of its requests may give."""
    codes: dict[str, Collection[str]] = {}
    for id_, owner in owners.items():
        own = [action for action in actions.values() if id_ in {action.owner, *(rule.owner for rule in action.routes)}]
        codes[id_] = dict.fromkeys((*owner.reasons, *(code for action in own for code in action.reject_reasons)))
    return codes


def _defaults(at: At | None, owners: dict[str, Owner]) -> Defaults:
    first = next(iter(owners), "")
    if at is None:
        return Defaults(first)
    found = at.keys(DEFAULTS_KEYS)
    unknown = found["unknown_tool"].text(longest=20) if "unknown_tool" in found else "hold"
    if unknown not in {"hold", "block", None}:
        found["unknown_tool"].wrong(f"{unknown!r} is neither hold nor block", "write hold or block")
    return Defaults(
        owner=(read_owner(found["owner"], owners) if "owner" in found else None) or first,
        unknown_tool_blocks=unknown == "block",
        grant_seconds=(found["grant_expires_after"].duration() if "grant_expires_after" in found else None) or 600,
        timeout=_timeout(found["timeout"]) if "timeout" in found else None,
    )


def _timeout(at: At) -> str | None:
    text = at.text(longest=20)
    if text is None:
        return None
    try:
        parse_timeout(text)
    except BadInput as error:
        at.wrong(error.message, "write an integer and a unit, such as 30s, 30m or 24h")
        return None
    return text
