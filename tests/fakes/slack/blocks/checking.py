"""What Slack says of a whole message's blocks or of a view."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.fakes.slack.blocks import composition as parts
from tests.fakes.slack.blocks.layout import BLOCKS, NEEDS_A_MESSAGE, NEEDS_A_MODAL, SURFACES, Surface
from tests.fakes.slack.blocks.shapes import Check, Problem, fields, flag, list_of, one_of, repeated, string, typed

BLOCKS_IN_MESSAGE = 50
BLOCKS_IN_VIEW = 100
BLOCKS_IN_TOTAL = 13_200
"""Characters of a message's blocks as compact JSON. Undocumented: it was met at 13,297 characters of text in a markdown
block, and messages with less text but more structure were refused too, so structure counts."""
VIEW_BYTES = 250_000
MARKDOWN_IN_MESSAGE = 12_000


def check_blocks(blocks: Sequence[Any], surface: Surface = Surface.MESSAGE) -> list[Problem]:
    """Everything that Slack refuses in these blocks on this surface; empty when they are fine."""
    most = BLOCKS_IN_MESSAGE if surface is Surface.MESSAGE else BLOCKS_IN_VIEW
    least = 0 if surface is Surface.MESSAGE else 1
    problems = [*list_of(_on(surface), most, least)([*blocks], "/blocks")]
    return problems or [*_together(blocks, surface)]


def too_long(blocks: Sequence[Any]) -> bool:
    """Whether a message with these blocks gets `msg_blocks_too_long`."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) > BLOCKS_IN_TOTAL


def check_view(view: Any) -> list[Problem]:
    """Everything that Slack refuses in this modal or Home tab, but its size (see `view_too_large`)."""
    problems = [*typed(VIEWS)(view, "/view")]
    if problems:
        return problems
    surface = Surface(view["type"])
    problems = [Problem(each.message, f"/view{each.pointer}") for each in check_blocks(view["blocks"], surface)]
    if not problems and surface is Surface.MODAL and "submit" not in view and inputs(view["blocks"]):
        problems.append(Problem("missing required field: submit (the view has input blocks)", "/view"))
    return problems


def view_too_large(view: Any) -> bool:
    """Whether Slack answers `view_too_large`: its JSON is over 250 KB."""
    return len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode()) > VIEW_BYTES


def inputs(blocks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The input blocks, those in containers too."""
    return [block for block in _flat(blocks) if block["type"] == "input"]


def interactive(block: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The elements of one block that a user can act on."""
    found: list[dict[str, Any]] = []
    match block["type"]:
        case "actions" | "context_actions":
            found = block["elements"]
        case "section":
            found = [block["accessory"]] if "accessory" in block else []
        case "input":
            found = [block["element"]]
        case "card":
            found = block.get("actions", [])
        case "carousel":
            found = [each for card in block["elements"] for each in card.get("actions", [])]
        case "container":
            found = [each for child in block["child_blocks"] for each in interactive(child)]
    return [each for each in found if each["type"] != "image"]


def _on(surface: Surface) -> Check:
    known = typed(BLOCKS)

    def check(block: Any, at: str) -> Iterator[Problem]:
        problems = [*known(block, at)]
        yield from problems
        if problems:
            return
        if surface not in SURFACES[block["type"]]:
            yield Problem(f"unsupported type: {block['type']}", f"{at}/type")
        for element in interactive(block):
            wrong = (element["type"] in NEEDS_A_MODAL and surface is not Surface.MODAL) or (
                element["type"] in NEEDS_A_MESSAGE and surface is not Surface.MESSAGE
            )
            if wrong:
                yield Problem(f"unsupported type: {element['type']}", f"{at}/element/type")

    return check


def _together(blocks: Sequence[Any], surface: Surface) -> Iterator[Problem]:
    flat = _flat(blocks)
    for block_id in repeated(block["block_id"] for block in flat if "block_id" in block):
        yield Problem(f"`block_id` {block_id} already exists for another block", "/blocks")
    focused = [each for block in flat for each in interactive(block) if each.get("focus_on_load")]
    if len(focused) > 1:
        yield Problem("only one element can have focus_on_load", "/blocks")
    if sum(block["type"] == "table" for block in flat) > 1:
        yield Problem("only one table is allowed", "/blocks")
    if surface is Surface.MESSAGE:
        markdown = sum(len(block["text"]) for block in flat if block["type"] == "markdown")
        if markdown > MARKDOWN_IN_MESSAGE:
            yield Problem(f"markdown must be less than {MARKDOWN_IN_MESSAGE + 1} characters in total", "/blocks")


def _flat(blocks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    nested = [child for block in blocks for child in block.get("child_blocks", [])]
    return [*blocks, *nested]


_anything = list_of(lambda _value, _at: iter(()), 10_000, 0)
_in_view: Mapping[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(parts.ID, 0),
    "external_id": string(parts.ID, 0),
}
VIEWS: Mapping[str, Check] = {
    "modal": fields(
        {"type": one_of("modal"), "title": parts.plain(24), "blocks": _anything},
        {
            **_in_view,
            "submit": parts.plain(24),
            "close": parts.plain(24),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
    ),
    "home": fields({"type": one_of("home"), "blocks": _anything}, _in_view),
}
