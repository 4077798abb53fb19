"""Text, options and confirmation dialogs: what blocks and elements are made of.

Limits: https://docs.slack.dev/reference/block-kit/composition-objects
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakes.slack.blocks.shapes import (
    Check,
    Problem,
    fields,
    flag,
    kind,
    list_of,
    one_exactly,
    one_of,
    repeated,
    string,
    typed,
    web_address,
)

TEXT = 3000
ID = 255
OPTION_TEXT = 75
OPTION_VALUE = 150
BUTTON_TEXT = 75

identifier = string(ID)


def plain(most: int = TEXT) -> Check:
    """A plain_text object."""
    return typed({"plain_text": kind("plain_text", {"text": string(most)}, {"emoji": flag})})


def mrkdwn(most: int = TEXT) -> Check:
    """A mrkdwn object."""
    return typed({"mrkdwn": kind("mrkdwn", {"text": string(most)}, {"verbatim": flag})})


def words(most: int = TEXT) -> Check:
    """A plain_text or mrkdwn object."""
    return typed(words_by_type(most))


def words_by_type(most: int = TEXT) -> dict[str, Check]:
    """The two text objects by type."""
    return {"plain_text": plain(most), "mrkdwn": mrkdwn(most)}


confirm = fields(
    {"title": plain(100), "text": words(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)

plain_option = fields({"text": plain(OPTION_TEXT), "value": string(OPTION_VALUE)}, {"description": plain(OPTION_TEXT)})
rich_option = fields({"text": words(OPTION_TEXT), "value": string(OPTION_VALUE)}, {"description": words(OPTION_TEXT)})
overflow_option = fields(
    {"text": plain(OPTION_TEXT), "value": string(OPTION_VALUE)},
    {"description": plain(OPTION_TEXT), "url": web_address()},
)
option_group = fields({"label": plain(75), "options": list_of(plain_option, 100)})

slack_file = fields({}, {"id": identifier, "url": web_address()}, one_exactly("id", "url"))
image_source = one_exactly("image_url", "slack_file")
image_source_fields: Mapping[str, Check] = {"image_url": web_address(), "slack_file": slack_file}


def offered(element: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every option of an element, those of its groups too."""
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(option for group in groups for option in group["options"])]


def initial_is_offered(element: dict[str, Any], at: str) -> Iterator[Problem]:
    """What is selected at first must equal an option, and no option occur twice."""
    options = offered(element)
    for value in repeated(option["value"] for option in options):
        yield Problem(f"option values must be unique: {value}", f"{at}/options")
    selected = [*element.get("initial_options", [])]
    if "initial_option" in element:
        selected.append(element["initial_option"])
    if any(each not in options for each in selected):
        yield Problem("initial option must match one of the options", at)
