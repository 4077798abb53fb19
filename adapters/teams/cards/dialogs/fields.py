"""Inputs of dialogs: each with its label, what is wrong with it right below, and a hint in small letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.teams.cards import limits
from adapters.teams.cards.elements import block, line, run
from adapters.teams.cards.markup import escape, literal
from adapters.teams.cards.room import size
from bot.cards.cutting import cut, sentence
from bot.cards.wording import NO_CHOICE, NOT_GIVEN

Json = dict[str, Any]
Problems = Mapping[str, str]
Choice = tuple[str, str]
"""Value and title; the empty value means none."""
_PROBLEM = 600
_HINT = 600


def field(
    name: str,
    label: str,
    element: Json,
    *,
    hint: str | None = None,
    required: bool = True,
    problem: str | None = None,
) -> list[Json]:
    """An input and what is said below it."""
    titled = cut(literal(label or name), limits.LABEL)
    made = element | {"id": name, "label": titled, "spacing": "Medium"}
    if required:
        made |= {"isRequired": True, "errorMessage": made.get("errorMessage", "This is needed.")}
    below = [trouble(problem)] if problem else []
    if hint:
        below.append(line([run(cut(hint, _HINT), "small", "subtle")]))
    return [made, *below]


def trouble(problem: str) -> Json:
    """What is wrong, as Teams shows it under an input."""
    said = block(f"⚠ {cut(escape(sentence(problem)), _PROBLEM)}", "Small")
    return said | {"color": "Attention", "weight": "Bolder"}


def stray(problems: Problems, names: Sequence[str]) -> list[Json]:
    """What is wrong with none of the inputs that stand in the form: at its top, with the name."""
    said = [(name.removeprefix("arg."), problem) for name, problem in problems.items() if name not in names]
    return [trouble(f"{name}: {problem}" if name else problem) for name, problem in said]


def text(*, value: str = "", lines: bool = False, most: int | None = None, placeholder: str | None = None) -> Json:
    """A text input of one line, or of ``lines``."""
    element: Json = {"type": "Input.Text", "isMultiline": lines}
    if value:
        element["value"] = value
    if most is not None and len(value) <= most:
        element["maxLength"] = most
    return element | {"placeholder": placeholder} if placeholder else element


def kept(typed: str) -> str:
    """What was typed, to stand in its input again: all of it, but for thousands of emoji."""
    while len(typed) > limits.INPUT_TEXT or size(typed) > limits.INPUT_BYTES:
        typed = typed[: min(limits.INPUT_TEXT, len(typed) * 9 // 10)]
    return typed


def select(choices: Sequence[Choice], chosen: str | None = None) -> Json:
    """A menu; ``chosen`` is a value. The choices are ``selectable``."""
    options = [
        {"title": cut(literal(title or value or NO_CHOICE), limits.LABEL), "value": value or NOT_GIVEN}
        for value, title in choices[: limits.CHOICES]
    ]
    element: Json = {"type": "Input.ChoiceSet", "style": "compact", "choices": options}
    there = chosen is not None and any(option["value"] == (chosen or NOT_GIVEN) for option in options)
    return element | {"value": chosen or NOT_GIVEN} if there else element


def selectable(choices: Sequence[Choice]) -> bool:
    """Whether a menu can offer these and a reader tell them apart."""
    titles = {cut(literal(title or value or NO_CHOICE), limits.LABEL) for value, title in choices}
    values = {value for value, _ in choices}
    fit = all(len(value) <= limits.CHOICE_VALUE and value != NOT_GIVEN for value in values)
    return fit and 0 < len(choices) <= limits.CHOICES and len(titles) == len(values) == len(choices)
