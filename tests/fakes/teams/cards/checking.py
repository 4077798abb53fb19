"""A card held against the shapes, and against what Teams and its renderer ask besides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.teams.cards.mentions import mention_problems
from tests.fakes.teams.cards.problems import Problem
from tests.fakes.teams.cards.shapes import FAMILIES, SHAPES, TYPED, WORDS

Json = dict[str, Any]
VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4", "1.5")
MOST_BYTES = 28 * 1024
MOST_REFRESHED = 60
MOST_PRIMARY = 6
"""Actions of one row that Teams shows; more must be `secondary`."""
SCHEMES = ("https", "http", "mailto", "tel", "msteams", "data")
NEVER_EMPTY = ("id", "type", "url", "verb")
DATA_TYPES = ("messageBack", "imBack", "invoke", "signin", "task/fetch", "task/submit")


def size_of(value: Any) -> int:
    """Bytes of its shortest JSON in UTF-8."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def check_card(card: Any, *, most_bytes: int = MOST_BYTES) -> list[Problem]:
    """Everything that is wrong with a card, in the order in which it stands there; empty for a good one."""
    if not isinstance(card, dict):
        return [Problem("", "must be an object")]
    check = _Check()
    check.shape("", card, "AdaptiveCard")
    problems = check.problems
    if card.get("version") not in VERSIONS:
        problems.append(Problem("/version", f"must be one of {', '.join(VERSIONS)}"))
    elif check.executes and card["version"] < "1.4":
        problems.append(Problem("/version", "Action.Execute needs 1.4"))
    problems += mention_problems(card)
    if (size := size_of(card)) > most_bytes:
        problems.append(Problem("", f"has {size} bytes of JSON; {most_bytes} are allowed"))
    return problems


class _Check:
    """One walk through a card."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.ids: dict[str, str] = {}
        self.executes = False

    def shape(self, at: str, value: Any, name: str, *, fallback: bool = False) -> None:
        """An object of a known type."""
        if not isinstance(value, dict):
            self._wrong(at, f"must be an object ({name})")
            return
        shape = SHAPES[name]
        said = value.get("type")
        if said is not None and said != name and "type" not in shape:
            self._wrong(f"{at}/type", f"must be {name}")
        for key, kind in shape.items():
            if kind.endswith("!") and (value.get(key) is None or (key in NEVER_EMPTY and value[key] == "")):
                self._wrong(f"{at}/{key}", "is required")
        for key, found in value.items():
            if key in shape:
                self._kind(f"{at}/{key}", found, shape[key], fallback=fallback or key == "fallback")
            elif key != "type":
                self._wrong(f"{at}/{key}", f"is no property of {name}")
        self._more(at, value, name, fallback=fallback)

    def _kind(self, at: str, value: Any, kind: str, *, fallback: bool) -> None:
        kind = kind.rstrip("!")
        if kind.endswith("?"):
            if value is None:
                return
            kind = kind[:-1]
        if kind.startswith("["):
            if not isinstance(value, list):
                self._wrong(at, "must be a list")
                return
            for number, each in enumerate(value):
                self._one(f"{at}/{number}", each, kind[1:-1], fallback=fallback)
        else:
            self._one(at, value, kind, fallback=fallback)

    def _one(self, at: str, value: Any, kind: str, *, fallback: bool) -> None:
        choices = kind.split("|")
        chosen = next((each for each in choices if _fits(value, each)), None)
        if chosen is None:
            self._wrong(at, f"must be {' or '.join(_told(each) for each in choices)}, not {value!r:.60}")
        elif chosen == "url":
            if urlsplit(value).scheme.lower() not in SCHEMES:
                self._wrong(at, f"must be an address with one of {', '.join(SCHEMES)}")
        elif chosen in FAMILIES:
            self._family(at, value, chosen, fallback=fallback)
        elif chosen in SHAPES:
            self.shape(at, value, chosen, fallback=fallback)

    def _family(self, at: str, value: Any, family: str, *, fallback: bool) -> None:
        if isinstance(value, str):
            return
        name = value.get("type")
        if name not in FAMILIES[family]:
            self._wrong(f"{at}/type", f"{name!r} is no {family} here")
            return
        self.shape(at, value, name, fallback=fallback)

    def _more(self, at: str, value: Json, name: str, *, fallback: bool) -> None:
        """What the shapes can't say."""
        if isinstance(id_ := value.get("id"), str) and name != "Mentioned" and not fallback:
            if id_ in self.ids:
                self._wrong(f"{at}/id", f"{id_!r} is also the id of {self.ids[id_]}")
            self.ids.setdefault(id_, at or "/")
        if name in TYPED and value.get("type") in (None, ""):
            self._wrong(f"{at}/type", "is required")
        self.problems += _asked_besides(at, value, name)
        if name == "Action.Execute":
            self.executes = True
            if "fallback" not in value and not at.endswith("/refresh/action"):
                self._wrong(f"{at}/fallback", "is required: clients that don't know Action.Execute drop the button")

    def _wrong(self, at: str, words: str) -> None:
        self.problems.append(Problem(at, words))


def _asked_besides(at: str, value: Json, name: str) -> Iterator[Problem]:
    if name.startswith("Input."):
        yield from _of_an_input(at, value, name)
    elif name == "Refresh":
        yield from _of_refresh(at, value)
    elif name in {"Action.Execute", "Action.Submit"}:
        yield from _of_data(at, value.get("data"))
    elif name == "Mention" and value.get("type") != "mention":
        yield Problem(f"{at}/type", "must be mention")
    elif isinstance(actions := value.get("actions"), list):
        primary = [each for each in actions if isinstance(each, dict) and each.get("mode") != "secondary"]
        if len(primary) > MOST_PRIMARY:
            yield Problem(f"{at}/actions", f"has {len(primary)} primary actions; {MOST_PRIMARY} are shown")


def _of_an_input(at: str, value: Json, name: str) -> Iterator[Problem]:
    if value.get("isRequired") is True:
        for key in ("label", "errorMessage"):
            if not value.get(key):
                yield Problem(f"{at}/{key}", "is required where the input is")
    if name == "Input.ChoiceSet" and value.get("isMultiSelect") and isinstance(value.get("choices"), list):
        for number, choice in enumerate(value["choices"]):
            if isinstance(choice, dict) and "," in str(choice.get("value")):
                yield Problem(f"{at}/choices/{number}/value", "can't have a comma where several are chosen")


def _of_refresh(at: str, value: Json) -> Iterator[Problem]:
    ids = value.get("userIds")
    if not isinstance(ids, list):
        return
    if len(ids) > MOST_REFRESHED:
        yield Problem(f"{at}/userIds", f"has {len(ids)} ids; {MOST_REFRESHED} are allowed")
    for number, id_ in enumerate(ids):
        if not str(id_).startswith(("29:", "8:orgid:")):
            yield Problem(f"{at}/userIds/{number}", "must be a Teams user id (29:...)")


def _of_data(at: str, data: Any) -> Iterator[Problem]:
    teams = data.get("msteams") if isinstance(data, dict) else None
    if teams is not None and (not isinstance(teams, dict) or teams.get("type", "invoke") not in DATA_TYPES):
        yield Problem(f"{at}/data/msteams", f"its type must be one of {', '.join(DATA_TYPES)}")


def _fits(value: Any, kind: str) -> bool:
    if kind in {"text", "url"}:
        return isinstance(value, str)
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind in WORDS:
        return isinstance(value, str) and value.lower() in {word.lower() for word in WORDS[kind]}
    return isinstance(value, dict) or (kind == "inline" and isinstance(value, str))


def _told(kind: str) -> str:
    if kind in WORDS:
        return f"one of {', '.join(WORDS[kind])}"
    return {"text": "text", "url": "text", "flag": "true or false", "number": "a number"}.get(kind, "an object")
