"""What comes back from a modal, and what can be answered to its submission.

The shapes are those of https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload .
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.slack.cards.markup import cut
from bot.cards.wording import NOT_GIVEN
from bot.domain import jsontext
from bot.errors import BadInput

ERROR = 2000
"""Characters of what is said below an input."""
MAX_VALUE = 20_000
_KEYS = {
    "plain_text_input": "value",
    "number_input": "value",
    "datepicker": "selected_date",
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
}


def values(view: Mapping[str, Any]) -> dict[str, str]:
    """What stands in each input, by ``block_id``; what was left empty or cleared is the empty text.

    Raises:
        BadInput: when it is no state of a view of ours.
    """
    blocks = _mapping(_mapping(view.get("state"), "state").get("values"), "state.values")
    found: dict[str, str] = {}
    for name, actions in blocks.items():
        for state in _mapping(actions, name).values():
            found[str(name)] = _value(_mapping(state, name), str(name))
    return found


def metadata(view: Mapping[str, Any]) -> dict[str, str]:
    """The texts that were sent along when it was opened.

    Raises:
        BadInput: when they are not ours.
    """
    text = view.get("private_metadata")
    read = jsontext.read(text, what="private_metadata") if isinstance(text, str) and text else {}
    found = _mapping(read, "private_metadata")
    if not all(isinstance(value, str) for value in found.values()):
        raise BadInput("is not a mapping of texts", field="private_metadata")
    return dict(found)


def errors(problems: Mapping[str, str], view: Mapping[str, Any]) -> dict[str, Any]:
    """The answer that keeps a modal open and shows each sentence below its input.

    What names no input of this view stands, with its name, below the first; a view without inputs can't show any, and
    gets none (answer it with ``update``).
    """
    inputs = [str(block.get("block_id")) for block in view.get("blocks", ()) if block.get("type") == "input"]
    shown: dict[str, str] = {}
    for name, problem in problems.items():
        place = name if name in inputs else next(iter(inputs), None)
        if place is None:
            continue
        sentence = problem if place == name else f"{name.removeprefix('arg.')}: {problem}"
        shown[place] = cut(f"{shown[place]} {sentence}" if place in shown else sentence, ERROR)
    return {"response_action": "errors", "errors": shown}


def update(view: Mapping[str, Any]) -> dict[str, Any]:
    """The answer that puts another modal in the place of the one submitted."""
    return {"response_action": "update", "view": dict(view)}


def push(view: Mapping[str, Any]) -> dict[str, Any]:
    """The answer that lays another modal over the one submitted, which stands as it was once that is closed.

    At most three lie on one another: https://docs.slack.dev/surfaces/modals .
    """
    return {"response_action": "push", "view": dict(view)}


def clear() -> dict[str, Any]:
    """The answer that closes every modal."""
    return {"response_action": "clear"}


def _value(state: Mapping[str, Any], name: str) -> str:
    key = _KEYS.get(str(state.get("type")))
    if key is None:
        raise BadInput("is no input that was offered", field=name)
    value = state.get(key)
    if value is None:
        return ""
    if key == "selected_option":
        value = _mapping(value, name).get("value")
        value = "" if value == NOT_GIVEN else value
    if key == "selected_options":
        value = _several(value, name)
    if not isinstance(value, str) or len(value) > MAX_VALUE:
        raise BadInput("is no text", field=name)
    return value


def _several(value: object, name: str) -> str:
    """The values of boxes, with a space between them: none of ours has one in it."""
    if not isinstance(value, list):
        raise BadInput("is not a list", field=name)
    values = [_mapping(each, name).get("value") for each in value]
    if not all(isinstance(each, str) for each in values):
        raise BadInput("is no text", field=name)
    return " ".join(map(str, values))


def _mapping(value: Any, name: str) -> Mapping[str, Any]:  # noqa: ANN401 - whatever Slack, or somebody else, sent
    if not isinstance(value, Mapping):
        raise BadInput("is not an object", field=name)
    return value
