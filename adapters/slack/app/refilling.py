"""A form again, with what was typed in it and what is wrong above: for an answer too late to stand below an input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.slack.cards import limits
from adapters.slack.cards.blocks import plain, section

Json = dict[str, Any]
_KEPT = ("type", "callback_id", "title", "submit", "close", "private_metadata")
_INITIAL = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "static_select": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
}
"""By element: where its state has what was chosen, and where a view has what stands in it at first."""


def refilled(view: Mapping[str, Any], problems: Mapping[str, str]) -> Json:
    """The submitted view, to be shown again with these problems (by ``block_id``) above it."""
    labels = {str(block.get("block_id")): _label(block) for block in view["blocks"]}
    told = [section(plain(f"⚠️ {labels.get(name, '')}: {text}")) for name, text in problems.items()]
    state = view.get("state", {}).get("values", {})
    blocks = [*told, *(_filled(block, state) for block in view["blocks"])]
    made = {name: view[name] for name in _KEPT if view.get(name) is not None}
    return made | {"blocks": _fitting(blocks, len(told))}


def _label(block: Mapping[str, Any]) -> str:
    return str(block.get("label", {}).get("text", ""))


def _filled(block: Mapping[str, Any], state: Mapping[str, Any]) -> Json:
    if block.get("type") != "input":
        return dict(block)
    element = dict(block["element"])
    given = state.get(block["block_id"], {}).get(element["action_id"], {})
    known = _INITIAL.get(element["type"])
    if known is not None:
        element.pop(known[1], None)
        if given.get(known[0]):
            element[known[1]] = given[known[0]]
    return {**block, "element": element}


def _fitting(blocks: Sequence[Json], told: int) -> list[Json]:
    """Within the limit: what is only shown gives way to what is typed into."""
    made = list(blocks)
    while len(made) > limits.VIEW_BLOCKS:
        spare = next((n for n in range(told, len(made)) if made[n].get("type") != "input"), len(made) - 1)
        del made[spare]
    return made
