"""What users fill in: the state of inputs, as Slack reports it, and what its client does not let them submit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.fakes.possible import NotPossible
from tests.fakes.slack.blocks import inputs, interactive
from tests.fakes.slack.blocks.composition import offered

Json = dict[str, Any]

KEYS: Mapping[str, str] = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "file_input": "files",
}
"""For each element that holds something, the key under which its state says what."""

TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}


def first_values(blocks: Sequence[Mapping[str, Any]]) -> Json:
    """The state of a surface that nobody has touched, by block and action."""
    values: Json = {}
    for block in blocks:
        for element in interactive(block):
            if element["type"] in KEYS:
                values.setdefault(block["block_id"], {})[element["action_id"]] = _first(element)
    return values


def filled(element: Mapping[str, Any], wanted: Any) -> Json:
    """The state of an element after the user put `wanted` in: text, an option's value or label, a list, an id, a date.

    Raises:
        NotPossible: The element does not offer it.
    """
    key = KEYS[element["type"]]
    if wanted is None or wanted == "":
        return {"type": element["type"], key: [] if key.endswith("s") else None}
    if key == "selected_option":
        return {"type": element["type"], key: option(element, wanted)}
    if key == "selected_options":
        return {"type": element["type"], key: [option(element, each) for each in wanted]}
    if element["type"] in TYPED:
        wanted = _without_line_breaks(element, str(wanted))
    elif element["type"] == "datepicker":
        wanted = date.fromisoformat(str(wanted)).isoformat()
    elif element["type"] == "timepicker":
        wanted = time.fromisoformat(str(wanted)).strftime("%H:%M")
    return {"type": element["type"], key: wanted}


def option(element: Mapping[str, Any], wanted: Any) -> Json:
    """The option with this value or this label, as a payload carries it.

    Raises:
        NotPossible: There is none.
    """
    if isinstance(wanted, dict):
        return wanted
    for each in offered(element):
        if wanted in {each["value"], each["text"]["text"]}:
            return each
    labels = [f"{each['value']} ({each['text']['text']})" for each in offered(element)]
    raise NotPossible(f"{element['type']} {element['action_id']} offers {labels}, not {wanted!r}")


def refusals(blocks: Sequence[Mapping[str, Any]], values: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """By block, what the client says instead of submitting; empty when it submits."""
    found = {}
    for block in inputs(blocks):
        element = block["element"]
        state = values.get(block["block_id"], {}).get(element["action_id"], _first(element))
        value = state[KEYS[element["type"]]]
        if value in (None, "", []):
            if not block.get("optional", False):
                found[block["block_id"]] = "Please complete this required field."
        elif (wrong := _wrong(element, value)) is not None:
            found[block["block_id"]] = wrong
    return found


def _first(element: Mapping[str, Any]) -> Json:
    kind, key = element["type"], KEYS[element["type"]]
    start = {"value": "initial_value", "rich_text_value": "initial_value"}
    value = element.get(start.get(key, key.replace("selected", "initial")))
    return {"type": kind, key: [] if value is None and key.endswith("s") else value}


def _without_line_breaks(element: Mapping[str, Any], text: str) -> str:
    if "\n" in text and not element.get("multiline"):
        raise NotPossible(f"{element['type']} {element['action_id']} takes one line")
    return text


def _wrong(element: Mapping[str, Any], value: Any) -> str | None:
    match element["type"]:
        case "plain_text_input":
            return _wrong_length(element, value)
        case "number_input":
            return _wrong_number(element, value)
        case "email_text_input":
            return None if "@" in value[1:-1] else "Enter a valid email."
        case "url_text_input":
            return None if "://" in value else "Enter a valid URL."
        case "checkboxes" | "multi_static_select" | "multi_users_select":
            most = element.get("max_selected_items", len(value))
            return None if len(value) <= most else f"Choose up to {most} items."
    return None


def _wrong_length(element: Mapping[str, Any], value: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"This field requires at least {least} characters."
    return f"This field has a limit of {most} characters." if len(value) > most else None


def _wrong_number(element: Mapping[str, Any], value: str) -> str | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "Enter a valid number."
    if not number.is_finite() or (number % 1 and not element["is_decimal_allowed"]):
        return "Enter a whole number."
    if "min_value" in element and number < Decimal(element["min_value"]):
        return f"Enter a number of at least {element['min_value']}."
    if "max_value" in element and number > Decimal(element["max_value"]):
        return f"Enter a number of at most {element['max_value']}."
    return None
