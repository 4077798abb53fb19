"""A card held against Microsoft's own JSON schema of version 1.5."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft6Validator

from tests.fakes.teams.cards import check_card, inputs
from tests.fakes.teams.cards.reading import parts

PATH = Path(__file__).with_name("schema") / "adaptive-card-1.5.json"
Json = dict[str, Any]


@cache
def validator() -> Draft6Validator:
    """The schema, with its root said by name: its own alternatives give messages that say nothing."""
    schema = json.loads(PATH.read_text(encoding="utf-8"))
    return Draft6Validator({"definitions": schema["definitions"], "$ref": "#/definitions/AdaptiveCard"})


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
