"""The list ``digests`` of an owner: summaries that come by themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.people import Person
from bot.policy.cron import REMEDY, Cron, parse_cron
from bot.policy.digests import FRICTION, KINDS, SUMMARY, Digest
from bot.policy.yamltree import At, did_you_mean

DIGEST_KEYS = frozenset({"name", "kind", "cron", "period", "to", "post_to", "on"})
CHANNEL, RISK_OWNER, ACCOUNTABLE = "channel", "risk_owner", "accountable"
SURFACES = ("slack", "teams")
PERSON = "person:"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_PERIOD = re.compile(r"today|yesterday|week|month|(?:[1-9][0-9]{0,2})[hdw]")
_LONGEST = {"h": 366 * 24, "d": 366, "w": 52}
_LONGEST_FRICTION = {"h": 31 * 24, "d": 31, "w": 4}
_MOST = 10
_MOST_PLACES = 20


class Around:
    """What a digest may name of its owner."""

    def __init__(
        self, people: Mapping[str, Person], channels: Mapping[str, str], risk_owner: str, accountable: str
    ) -> None:
        self.people = people
        self.channels = channels
        self.roles = {RISK_OWNER: risk_owner, ACCOUNTABLE: accountable}


def read_digests(at: At, around: Around) -> tuple[Digest, ...]:
    """Every digest of an owner, each with a name of its own."""
    digests: dict[str, Digest] = {}
    for place in at.items():
        digest = _digest(place, around)
        if digest is None:
            continue
        if digest.name in digests:
            place.wrong(f"is another digest with the name {digest.name}", "give each a name of its own")
        digests[digest.name] = digest
    if len(digests) > _MOST:
        at.wrong(f"lists more than {_MOST} digests", "keep those that are read")
    return tuple(digests.values())


def _digest(at: At, around: Around) -> Digest | None:
    found = at.keys(DIGEST_KEYS, required=("name", "cron"))
    name = found["name"].text(longest=64) if "name" in found else None
    if name is not None and not _NAME.fullmatch(name):
        found["name"].wrong(f"{name[:40]!r} is no name of a digest", "use lower-case letters, digits and _")
    cron = _cron(found["cron"]) if "cron" in found else None
    kind = _kind(found["kind"]) if "kind" in found else SUMMARY
    period = _period(found["period"], kind) if "period" in found else "week"
    surfaces = _surfaces(found["on"]) if "on" in found else SURFACES
    places = _places(at, found, around, surfaces)
    if name is None or cron is None or period is None or kind is None:
        return None
    return Digest(name, cron, period, places, kind)


def _kind(at: At) -> str | None:
    kind = at.text(longest=20)
    if kind is not None and kind not in KINDS:
        at.wrong(f"{kind!r} is no kind of digest", did_you_mean(kind, KINDS))
        return None
    return kind


def _cron(at: At) -> Cron | None:
    text = at.text(longest=100)
    if text is None:
        return None
    try:
        return parse_cron(text)
    except ValueError as error:
        at.wrong(str(error), REMEDY)
        return None


def _period(at: At, kind: str | None) -> str | None:
    text = at.text(longest=20)
    if text is None:
        return None
    remedy = "write today, yesterday, week, month, or a span such as 24h, 7d or 4w"
    if not _PERIOD.fullmatch(text):
        at.wrong(f"{text!r} is no period that comes again", remedy)
        return None
    longest, said = (_LONGEST_FRICTION, "month") if kind == FRICTION else (_LONGEST, "year")
    if text[-1] in longest and text[0].isdigit() and int(text[:-1]) > longest[text[-1]]:
        at.wrong(f"{text!r} is longer than a {said}", remedy)
        return None
    return text


def _surfaces(at: At) -> tuple[str, ...]:
    found = []
    for place in list(at.items()) if at.is_list else [at]:
        name = place.text(longest=20)
        if name is not None and name not in SURFACES:
            place.wrong(f"{name!r} is no chat surface", did_you_mean(name, SURFACES))
        elif name is not None:
            found.append(name)
    return tuple(dict.fromkeys(found))


def _places(at: At, found: Mapping[str, At], around: Around, surfaces: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Where it comes, by surface; the owner's channel where nothing is said."""
    whom = _whom(found["to"], around) if "to" in found else (() if "post_to" in found else (CHANNEL,))
    posted = _posted(found["post_to"], surfaces) if "post_to" in found else {}
    places: dict[str, tuple[str, ...]] = {}
    for surface in surfaces:
        here = [posted[surface]] if surface in posted else []
        for who in whom:
            place = around.channels.get(surface) if who == CHANNEL else who
            here += [place] if place is not None else []
        if here:
            places[surface] = tuple(dict.fromkeys(here))
        elif "on" in found:
            remedy = f"give the owner `channels: {{{surface}: ...}}`, or say to whom it comes"
            found["on"].wrong(f"has nowhere to go on {surface}", remedy)
    if not places and "on" not in found and (whom or "to" not in found):
        at.wrong("has nowhere to go", "give the owner `channels:`, or say `to:` whom it comes, such as [risk_owner]")
    return places


def _whom(at: At, around: Around) -> tuple[str, ...]:
    whom = []
    places = list(at.items()) if at.is_list else [at]
    for place in places:
        name = place.text(longest=64)
        if name is None:
            continue
        if name == CHANNEL:
            whom.append(CHANNEL)
        elif name in around.roles or name in around.people:
            whom.append(PERSON + around.roles.get(name, name))
        else:
            known = [CHANNEL, *around.roles, *around.people]
            place.wrong(f"{name[:40]!r} is neither a person nor channel nor risk_owner", did_you_mean(name, known))
    if not places or len(places) > _MOST_PLACES:
        at.wrong(f"names nobody, or more than {_MOST_PLACES}", "write [channel], [risk_owner] or people")
    return tuple(whom)


def _posted(at: At, surfaces: Sequence[str]) -> dict[str, str]:
    found = at.keys(surfaces)
    return {surface: name for surface, place in found.items() if (name := place.text(longest=200)) is not None}


def digest_schema() -> dict[str, Any]:
    """The JSON Schema of one digest."""
    names = {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": _MOST_PLACES}
    text = {"type": "string", "minLength": 1}
    chat = {"enum": list(SURFACES)}
    properties: dict[str, Any] = {
        "name": {"type": "string", "pattern": f"^{_NAME.pattern}$"},
        "kind": {"description": "What comes: `summary` without it.", "enum": list(KINDS)},
        "cron": {"description": "When it comes, on the clocks of the owner's hours: five fields.", **text},
        "period": {"description": "Of which time it tells; `week` without it.", "pattern": f"^(?:{_PERIOD.pattern})$"},
        "to": {
            "description": "`channel` (without it), `risk_owner`, `accountable` or people.",
            "oneOf": [text, names],
        },
        "post_to": {
            "description": "Another channel, by surface.",
            "type": "object",
            "properties": dict.fromkeys(SURFACES, text),
            "additionalProperties": False,
        },
        "on": {
            "description": "On which surfaces; without it, on every one that is connected.",
            "oneOf": [chat, {"type": "array", "items": chat, "minItems": 1}],
        },
    }
    required = ["name", "cron"]
    return {"type": "object", "properties": properties, "additionalProperties": False, "required": required}
