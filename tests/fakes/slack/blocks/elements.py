"""Interactive elements: https://docs.slack.dev/reference/block-kit/block-elements ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.fakes.slack.blocks import composition as parts
from tests.fakes.slack.blocks.rich_text import rich_text
from tests.fakes.slack.blocks.shapes import (
    Check,
    Problem,
    Rule,
    fields,
    flag,
    kind,
    list_of,
    one_exactly,
    one_of,
    parsed_by,
    string,
    web_address,
    whole,
)

style = one_of("primary", "danger")
actionable: Mapping[str, Check] = {"action_id": parts.identifier}
confirmable: Mapping[str, Check] = {**actionable, "confirm": parts.confirm}
focusable: Mapping[str, Check] = {"focus_on_load": flag}
placeholdable: Mapping[str, Check] = {"placeholder": parts.plain(150)}
dispatchable: Mapping[str, Check] = {
    "dispatch_action_config": fields(
        {"trigger_actions_on": list_of(one_of("on_enter_pressed", "on_character_entered"), 2)}
    )
}
menu: Mapping[str, Check] = {**confirmable, **focusable, **placeholdable}
several: Mapping[str, Check] = {"max_selected_items": whole(1, 10_000)}
typing: Mapping[str, Check] = {**actionable, **focusable, **placeholdable, **dispatchable}

conversation_filter = fields(
    {},
    {
        "include": list_of(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)


def _day(value: str) -> date:
    if len(value) != len("2026-01-31"):
        raise ValueError(value)
    return date.fromisoformat(value)


def _minute(value: str) -> time:
    if len(value) != len("23:59"):
        raise ValueError(value)
    return time.fromisoformat(value)


def _decimal(value: str) -> Decimal:
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise ValueError(value) from None
    if not found.is_finite():
        raise ValueError(value)
    return found


day = parsed_by(_day, "date")
minute = parsed_by(_minute, "time")
decimal = parsed_by(_decimal, "number")


def bounds(low: str, high: str) -> Rule:
    """The lower bound isn't above the upper one."""

    def rule(element: dict[str, Any], at: str) -> Iterator[Problem]:
        if low in element and high in element and Decimal(element[low]) > Decimal(element[high]):
            yield Problem(f"{low} must not be greater than {high}", at)

    return rule


def whole_unless_decimal(element: dict[str, Any], at: str) -> Iterator[Problem]:
    """A field for whole numbers has none but whole bounds and values."""
    for name in ("initial_value", "min_value", "max_value"):
        if name in element and not element["is_decimal_allowed"] and Decimal(element[name]) % 1:
            yield Problem("must be a valid integer", f"{at}/{name}")


def _static(name: str, first: str, initial: Check, extra: Mapping[str, Check]) -> Check:
    options = {"options": list_of(parts.plain_option, 100), "option_groups": list_of(parts.option_group, 100)}
    rules = (one_exactly("options", "option_groups"), parts.initial_is_offered)
    return kind(name, {}, {**menu, **extra, **options, first: initial}, *rules)


def _chosen(name: str, first: str, extra: Mapping[str, Check] | None = None) -> dict[str, Check]:
    """The single and the multi form of a menu that Slack fills."""
    ids = list_of(parts.identifier, 100)
    return {
        name: kind(name, {}, {**menu, **(extra or {}), first: parts.identifier}),
        f"multi_{name}": kind(f"multi_{name}", {}, {**menu, **several, **(extra or {}), f"{first}s": ids}),
    }


SELECTS: Mapping[str, Check] = {
    "static_select": _static("static_select", "initial_option", parts.plain_option, {}),
    "external_select": kind(
        "external_select", {}, {**menu, "initial_option": parts.plain_option, "min_query_length": whole(0, 100)}
    ),
    "multi_static_select": _static("multi_static_select", "initial_options", list_of(parts.plain_option, 100), several),
    "multi_external_select": kind(
        "multi_external_select",
        {},
        {
            **menu,
            **several,
            "initial_options": list_of(parts.plain_option, 100),
            "min_query_length": whole(0, 100),
        },
    ),
    **_chosen("users_select", "initial_user"),
    **_chosen("channels_select", "initial_channel", {"response_url_enabled": flag}),
    **_chosen(
        "conversations_select",
        "initial_conversation",
        {"response_url_enabled": flag, "default_to_current_conversation": flag, "filter": conversation_filter},
    ),
}

BUTTONS: Mapping[str, Check] = {
    "button": kind(
        "button",
        {"text": parts.plain(parts.BUTTON_TEXT)},
        {
            **confirmable,
            "value": string(2000),
            "url": web_address(),
            "style": style,
            "accessibility_label": string(75),
        },
    ),
    "workflow_button": kind(
        "workflow_button",
        {
            "text": parts.plain(parts.BUTTON_TEXT),
            "workflow": fields(
                {
                    "trigger": fields(
                        {"url": web_address()},
                        {
                            "customizable_input_parameters": list_of(
                                fields({"name": string(255), "value": string(3000, 0)}), 100
                            )
                        },
                    )
                }
            ),
        },
        {**actionable, "style": style, "accessibility_label": string(75)},
    ),
    "overflow": kind(
        "overflow",
        {"options": list_of(parts.overflow_option, 5)},
        confirmable,
        parts.initial_is_offered,
    ),
}

CHOICES: Mapping[str, Check] = {
    "checkboxes": kind(
        "checkboxes",
        {"options": list_of(parts.rich_option, 10)},
        {**confirmable, **focusable, "initial_options": list_of(parts.rich_option, 10)},
        parts.initial_is_offered,
    ),
    "radio_buttons": kind(
        "radio_buttons",
        {"options": list_of(parts.rich_option, 10)},
        {**confirmable, **focusable, "initial_option": parts.rich_option},
        parts.initial_is_offered,
    ),
    "datepicker": kind("datepicker", {}, {**menu, "initial_date": day}),
    "timepicker": kind("timepicker", {}, {**menu, "initial_time": minute, "timezone": string(255)}),
}

MOMENTS: Mapping[str, Check] = {
    "datetimepicker": kind(
        "datetimepicker", {}, {**confirmable, **focusable, "initial_date_time": whole(0, 9_999_999_999)}
    ),
}

RICH_TEXT_INPUT: Mapping[str, Check] = {
    "rich_text_input": kind(
        "rich_text_input",
        {},
        {**typing, "initial_value": rich_text, "min_lines": whole(1, 100), "max_lines": whole(1, 100)},
        bounds("min_lines", "max_lines"),
    ),
}

FIELDS: Mapping[str, Check] = {
    "plain_text_input": kind(
        "plain_text_input",
        {},
        {
            **typing,
            "initial_value": string(3000, 0),
            "multiline": flag,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        },
        bounds("min_length", "max_length"),
    ),
    "email_text_input": kind("email_text_input", {}, {**typing, "initial_value": string(3000)}),
    "url_text_input": kind("url_text_input", {}, {**typing, "initial_value": string(3000)}),
    "number_input": kind(
        "number_input",
        {"is_decimal_allowed": flag},
        {**typing, "initial_value": decimal, "min_value": decimal, "max_value": decimal},
        bounds("min_value", "max_value"),
        whole_unless_decimal,
    ),
}

FILE_INPUT: Mapping[str, Check] = {
    "file_input": kind(
        "file_input", {}, {**actionable, "filetypes": list_of(string(20), 100), "max_files": whole(1, 10)}
    ),
}

IMAGE: Mapping[str, Check] = {
    "image": kind("image", {"alt_text": string(2000)}, parts.image_source_fields, parts.image_source),
}

_feedback = fields({"text": parts.plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
FEEDBACK: Mapping[str, Check] = {
    "feedback_buttons": kind(
        "feedback_buttons", {"positive_button": _feedback, "negative_button": _feedback}, actionable
    ),
    "icon_button": kind(
        "icon_button",
        {"icon": one_of("trash"), "text": parts.plain(75)},
        {
            **confirmable,
            "value": string(2000),
            "accessibility_label": string(75),
            "visible_to_user_ids": list_of(parts.identifier, 100),
        },
    ),
}

ACTIONS: Mapping[str, Check] = {**BUTTONS, **CHOICES, **MOMENTS, **SELECTS, **RICH_TEXT_INPUT}
ACCESSORIES: Mapping[str, Check] = {**BUTTONS, **CHOICES, **SELECTS, **IMAGE}
INPUTS: Mapping[str, Check] = {**CHOICES, **MOMENTS, **SELECTS, **FIELDS, **RICH_TEXT_INPUT, **FILE_INPUT}
