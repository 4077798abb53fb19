"""The blocks themselves: https://docs.slack.dev/reference/block-kit/blocks , and where each may stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from tests.fakes.slack.blocks import composition as parts
from tests.fakes.slack.blocks import elements
from tests.fakes.slack.blocks.rich_text import rich_text
from tests.fakes.slack.blocks.shapes import (
    Check,
    Problem,
    Rule,
    fields,
    flag,
    kind,
    list_of,
    number,
    one_at_least,
    one_of,
    repeated,
    string,
    typed,
    web_address,
)


class Surface(StrEnum):
    """Where blocks are shown."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


EVERYWHERE = frozenset(Surface)
IN_MESSAGES = frozenset({Surface.MESSAGE})
NEEDS_A_MODAL = frozenset({"file_input"})
NEEDS_A_MESSAGE = frozenset({"workflow_button"})


def block(name: str, required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *rules: Rule) -> Check:
    """A block: its fields, and a `block_id` if it likes."""
    return kind(name, required, {"block_id": parts.identifier, **(optional or {})}, *rules)


def action_ids_differ(value: dict[str, Any], at: str) -> Iterator[Problem]:
    """An `action_id` is unique in its block."""
    found = [each["action_id"] for each in value["elements"] if "action_id" in each]
    for action_id in repeated(found):
        yield Problem(f"`action_id` {action_id} already exists for another block element", at)


def columns_are_few(value: dict[str, Any], at: str) -> Iterator[Problem]:
    """Every row of a table is as long as the first."""
    if any(len(row) != len(value["rows"][0]) for row in value["rows"]):
        yield Problem("rows must have the same number of cells", f"{at}/rows")


def folds_only_if_it_can(value: dict[str, Any], at: str) -> Iterator[Problem]:
    """A container is collapsed at first, or has a divider, only where that has a meaning."""
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        yield Problem("default_collapsed requires is_collapsible", at)
    if value.get("has_header_divider") and value.get("is_collapsible"):
        yield Problem("has_header_divider cannot be set when is_collapsible is true", at)


image_element = typed(elements.IMAGE)
cell = typed(
    {
        "raw_text": kind("raw_text", {"text": string(3000)}),
        "raw_number": kind("raw_number", {"value": number, "text": string(3000)}),
        "rich_text": rich_text,
    }
)
task_card = block(
    "task_card",
    {
        "task_id": parts.identifier,
        "title": string(255),
        "status": one_of("pending", "in_progress", "complete", "error"),
    },
    {
        "details": rich_text,
        "output": rich_text,
        "sources": list_of(kind("url", {"url": web_address(), "text": string(255)}), 100),
    },
)
card = block(
    "card",
    {},
    {
        "hero_image": image_element,
        "icon": image_element,
        "title": parts.mrkdwn(150),
        "subtitle": parts.mrkdwn(150),
        "body": parts.mrkdwn(200),
        "actions": list_of(typed({"button": elements.BUTTONS["button"]}), 25),
    },
    one_at_least("hero_image", "title", "actions", "body"),
)

PLAIN: Mapping[str, Check] = {
    "actions": block("actions", {"elements": list_of(typed(elements.ACTIONS), 25)}, None, action_ids_differ),
    "context": block("context", {"elements": list_of(typed({**parts.words_by_type(), **elements.IMAGE}), 10)}),
    "divider": block("divider", {}),
    "header": block("header", {"text": parts.plain(150)}),
    "image": block(
        "image",
        {"alt_text": string(2000)},
        {**parts.image_source_fields, "title": parts.plain(2000)},
        parts.image_source,
    ),
    "input": block(
        "input",
        {"label": parts.plain(2000), "element": typed(elements.INPUTS)},
        {"hint": parts.plain(2000), "optional": flag, "dispatch_action": flag},
    ),
    "rich_text": rich_text,
    "section": block(
        "section",
        {},
        {
            "text": parts.words(),
            "fields": list_of(parts.words(2000), 10),
            "accessory": typed(elements.ACCESSORIES),
            "expand": flag,
        },
        one_at_least("text", "fields"),
    ),
    "video": block(
        "video",
        {
            "alt_text": string(2000),
            "video_url": web_address(),
            "thumbnail_url": web_address(),
            "title": parts.plain(199),
        },
        {
            "title_url": web_address(),
            "description": parts.plain(),
            "provider_icon_url": web_address(),
            "provider_name": string(255),
            "author_name": string(49),
        },
    ),
}

table = block(
    "table",
    {"rows": list_of(list_of(cell, 20), 100)},
    {"column_settings": list_of(fields({}, {"align": one_of("left", "center", "right"), "is_wrapped": flag}), 20)},
    columns_are_few,
)

NEWER: Mapping[str, Check] = {
    "alert": block(
        "alert", {"text": parts.words()}, {"level": one_of("default", "info", "warning", "error", "success")}
    ),
    "card": card,
    "carousel": block("carousel", {"elements": list_of(typed({"card": card}), 10)}),
    "container": block(
        "container",
        {"child_blocks": list_of(typed({**PLAIN, "table": table}), 10)},
        {
            "title": parts.plain(150),
            "rich_text_title": rich_text,
            "subtitle": parts.words(150),
            "width": one_of("narrow", "standard", "wide", "full"),
            "icon": image_element,
            "is_collapsible": flag,
            "default_collapsed": flag,
            "has_header_divider": flag,
        },
        one_at_least("title", "rich_text_title"),
        folds_only_if_it_can,
    ),
    "context_actions": block(
        "context_actions", {"elements": list_of(typed(elements.FEEDBACK), 5)}, None, action_ids_differ
    ),
    "markdown": block("markdown", {"text": string(12_000)}),
    "plan": block("plan", {"title": string(255)}, {"tasks": list_of(typed({"task_card": task_card}), 50)}),
    "table": table,
    "task_card": task_card,
}

BLOCKS: Mapping[str, Check] = {**PLAIN, **NEWER}
SURFACES: Mapping[str, frozenset[Surface]] = {
    **dict.fromkeys(PLAIN, EVERYWHERE),
    # Which surfaces the newer ones reach differs by block and by client: the fake knows them in messages alone.
    **dict.fromkeys(NEWER, IN_MESSAGES),
}
