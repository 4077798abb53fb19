"""Inputs of modals: each an input block whose ``block_id`` and ``action_id`` are its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.slack.cards import blocks, limits
from adapters.slack.cards.blocks import plain
from adapters.slack.cards.markup import cut
from bot.cards.wording import NO_CHOICE, NOT_GIVEN

Json = dict[str, Any]

Choice = tuple[str, str]
"""Value and title; the empty value means none."""


def field(name: str, label: str, element: Json, *, hint: str | None = None, required: bool = True) -> Json:
    """An input block around an element."""
    block: Json = {
        "type": "input",
        "block_id": name,
        "label": plain(label or name, limits.INPUT_LABEL),
        "element": {**element, "action_id": name},
        "optional": not required,
    }
    return block | {"hint": plain(hint, limits.INPUT_HINT)} if hint else block


def text(*, initial: str = "", lines: bool = False, most: int | None = None, placeholder: str | None = None) -> Json:
    """A text input of one line, or of ``lines``. ``initial`` has at most ``limits.INPUT_TEXT`` characters."""
    element: Json = {"type": "plain_text_input", "multiline": lines}
    if initial:
        element["initial_value"] = initial
    if most is not None and len(initial) <= most <= limits.INPUT_TEXT:
        element["max_length"] = most
    return element | {"placeholder": plain(placeholder, limits.PLACEHOLDER)} if placeholder else element


def select(choices: Sequence[Choice], chosen: str | None = None, explained: Sequence[str] = ()) -> Json:
    """A menu; ``chosen`` is a value, ``explained`` a line for each choice. The choices are ``selectable``."""
    lines = [*explained, *[None] * (len(choices) - len(explained))]
    options = [
        blocks.option(title or value or NO_CHOICE, value or NOT_GIVEN, description=line)
        for (value, title), line in zip(choices, lines, strict=True)
    ][: limits.SELECT_OPTIONS]
    element: Json = {"type": "static_select", "options": options}
    first = next((each for each in options if chosen is not None and each["value"] == (chosen or NOT_GIVEN)), None)
    return element if first is None else element | {"initial_option": first}


def selectable(choices: Sequence[Choice]) -> bool:
    """Whether a menu can offer these and a reader tell them apart."""
    titles = {cut(title or value or NO_CHOICE, limits.OPTION_TEXT) for value, title in choices}
    values = {value for value, _ in choices}
    fit = all(len(value) <= limits.OPTION_VALUE and value != NOT_GIVEN for value in values)
    return fit and 0 < len(choices) <= limits.SELECT_OPTIONS and len(titles) == len(values) == len(choices)
