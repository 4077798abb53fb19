"""What stands in a card: its parts, texts, inputs, and what can be pressed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
CHILDREN = ("body", "items", "columns", "rows", "cells", "images", "facts", "inlines", "actions")
NESTED = ("selectAction", "inlineAction", "card")
MARKED = re.compile(r"<at>(.*?)</at>", re.DOTALL)


@dataclass
class Offer:
    """An action that the client draws, with the inputs whose values it sends."""

    action: Json
    inputs: list[Json] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """By what a test may call it: verb, id, title, or a `verb` among its data."""
        data = self.action.get("data")
        found = [self.action.get("verb"), self.action.get("id"), self.action.get("title")]
        found += [data.get("verb")] if isinstance(data, dict) else []
        return {each for each in found if isinstance(each, str)}


def parts(card: Json) -> Iterator[Json]:
    """Every element, action and cell that is drawn, forms behind buttons too; fallbacks are not."""
    yield card
    for key in CHILDREN:
        for each in card.get(key) or []:
            if isinstance(each, dict):
                yield from parts(each)
            elif key == "inlines":
                yield {"type": "TextRun", "text": each}
    for key in NESTED:
        if isinstance(card.get(key), dict):
            yield from parts(card[key])


def inputs(card: Json) -> list[Json]:
    """Every input, forms behind buttons too."""
    return [each for each in parts(card) if str(each.get("type", "")).startswith("Input.")]


def mentioning(card: Json) -> Iterator[str]:
    """The texts in which Teams draws mentions: text blocks and facts."""
    for each in parts(card):
        if each.get("type") == "TextBlock":
            yield str(each.get("text", ""))
        elif each.get("type") == "FactSet":
            for fact in each.get("facts") or []:
                yield from (str(fact.get("title", "")), str(fact.get("value", "")))


def texts(card: Json) -> list[str]:
    """Everything that can be read in the card, in its order."""
    found: list[str] = []
    for each in parts(card):
        found += [str(each[key]) for key in ("label", "title", "text", "value", "altText") if each.get(key) is not None]
        found += [str(choice.get("title")) for choice in each.get("choices") or []]
    return found


def offers(card: Json, *, old_client: bool = False) -> list[Offer]:
    """All that can be pressed. An old client draws each `Action.Execute` as its fallback, or not at all."""
    found: list[Offer] = []
    _collect(card, [], found)
    drawn = [Offer(_drawn(each.action), each.inputs) for each in found] if old_client else found
    return [each for each in drawn if each.action.get("type") and each.action.get("isEnabled") is not False]


def _drawn(action: Json) -> Json:
    if action.get("type") != "Action.Execute":
        return action
    fallback = action.get("fallback")
    return {"title": action.get("title"), **fallback} if isinstance(fallback, dict) else {}


def _collect(card: Json, above: list[Json], found: list[Offer]) -> None:
    """The actions of a card, with its own inputs and those of the cards around it, but not of forms beside it."""
    here = [*above]
    forms: list[Json] = []
    actions: list[Json] = []
    for each in _own_parts(card, forms):
        kind = str(each.get("type", ""))
        if kind.startswith("Input."):
            here.append(each)
        elif kind.startswith("Action."):
            actions.append(each)
    for action in actions:
        sent = [] if str(action.get("associatedInputs", "auto")).lower() == "none" else here
        found.append(Offer(action, sent))
    for form in forms:
        _collect(form, here, found)


def _own_parts(part: Json, forms: list[Json]) -> Iterator[Json]:
    for key in CHILDREN:
        for each in part.get(key) or []:
            if isinstance(each, dict):
                yield each
                yield from _own_parts(each, forms)
    for key in ("selectAction", "inlineAction"):
        if isinstance(part.get(key), dict):
            yield part[key]
    if part.get("type") == "Action.ShowCard" and isinstance(part.get("card"), dict):
        forms.append(part["card"])
