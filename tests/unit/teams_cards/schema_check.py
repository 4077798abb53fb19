"""A card held against Microsoft's own JSON schema of version 1.5."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft6Validator, ValidationError, validators

from tests.fakes.teams.cards import check_card, inputs
from tests.fakes.teams.cards.reading import parts

PATH = Path(__file__).with_name("schema") / "adaptive-card-1.5.json"
Json = dict[str, Any]


def _likely_first(validator: Any, branches: list[Json], instance: object, schema: Json) -> Iterator[ValidationError]:
    """``anyOf`` that tries the branch first which is of the type that the element names, not each of twenty in turn."""
    named = instance.get("type") if isinstance(instance, dict) else None
    likely = [{"$ref": f"#/definitions/{named}"}]
    for each in branches:
        if each.get("allOf") == likely and next(validator.descend(instance, each), None) is None:
            return
    yield from Draft6Validator.VALIDATORS["anyOf"](validator, branches, instance, schema)


Validator = validators.extend(Draft6Validator, {"anyOf": _likely_first})  # type: ignore[no-untyped-call]  # its stubs leave this untyped


@cache
def validator() -> Any:
    """The schema, with its root said by name: its own alternatives give messages that say nothing."""
    schema = json.loads(PATH.read_text(encoding="utf-8"))
    return Validator({"definitions": schema["definitions"], "$ref": "#/definitions/AdaptiveCard"})


def without_teams(card: Json) -> Json:
    """The card without what only Teams knows."""
    found = copy.deepcopy(card)
    for part in parts(found):
        part.pop("msteams", None)
    return found


def problems(card: Json) -> list[str]:
    """Whatever is wrong with a card by Microsoft's schema, by the fake's rules, or with its inputs' names."""
    found = [
        f"{'/'.join(map(str, each.absolute_path))}: {each.message:.200}"
        for each in validator().iter_errors(without_teams(card))
    ]
    found += [str(each) for each in check_card(card)]
    names = [each["id"] for each in inputs(card)]
    return found + (["two inputs of one name"] if len(names) != len(set(names)) else [])
