"""Small makers of blocks and elements, each cutting to its limit.

Words from anybody go into ``plain`` as they are and into ``mrkdwn`` through ``markup.escape``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.slack.cards import limits
from adapters.slack.cards.markup import cut

Json = dict[str, Any]


def plain(text: str, limit: int = limits.SECTION_TEXT) -> Json:
    """Text that Slack takes literally; ``:smile:`` stays as it is."""
    return {"type": "plain_text", "text": cut(text, limit) or " ", "emoji": False}


def mrkdwn(text: str, limit: int = limits.SECTION_TEXT) -> Json:
    """Markup of ours; addresses and names in it are not made into links."""
    return {"type": "mrkdwn", "text": cut(text, limit) or " ", "verbatim": True}


def header(text: str, *, block_id: str | None = None) -> Json:
    """One large line."""
    return _block("header", block_id, text=plain(text, limits.HEADER_TEXT))


def section(
    text: Json | None = None,
    *,
    fields: Sequence[Json] = (),
    accessory: Json | None = None,
    block_id: str | None = None,
) -> Json:
    """A text object, fields of text objects in two columns, or both; ``accessory`` stands at their right."""
    made = _block("section", block_id)
    if text is not None:
        made["text"] = text
    if fields:
        made["fields"] = [each | {"text": cut(each["text"], limits.FIELD_TEXT)} for each in fields][
            : limits.SECTION_FIELDS
        ]
    if accessory is not None:
        made["accessory"] = accessory
    return made


def context(texts: Sequence[Json], *, block_id: str | None = None) -> Json:
    """Small grey text objects."""
    return _block("context", block_id, elements=[*texts][: limits.CONTEXT_ELEMENTS])


def divider() -> Json:
    """A line."""
    return {"type": "divider"}


def actions(elements: Sequence[Json], *, block_id: str | None = None) -> Json:
    """Buttons and menus in a row."""
    return _block("actions", block_id, elements=[*elements][: limits.ACTIONS_ELEMENTS])


def button(
    label: str,
    action_id: str,
    *,
    value: str | None = None,
    style: str | None = None,
    url: str | None = None,
    asks: Json | None = None,
) -> Json:
    """A button; ``style`` is ``primary`` or ``danger``, ``asks`` a ``confirm``. A value is never cut: see ``fits``."""
    made: Json = {"type": "button", "text": plain(label, limits.BUTTON_TEXT), "action_id": action_id}
    more = {"value": value, "style": style, "url": url, "confirm": asks}
    return made | {name: each for name, each in more.items() if each is not None}


def fits(value: str, limit: int = limits.BUTTON_VALUE) -> bool:
    """Whether a value can be carried whole; a cut one would mean another thing."""
    return 0 < len(value) <= limit


def option(label: str, value: str, *, description: str | None = None) -> Json:
    """One entry of a menu."""
    made: Json = {"text": plain(label, limits.OPTION_TEXT), "value": value}
    return made if description is None else made | {"description": plain(description, limits.OPTION_TEXT)}


def overflow(action_id: str, options: Sequence[Json], *, asks: Json | None = None) -> Json:
    """The menu behind three dots."""
    made: Json = {"type": "overflow", "action_id": action_id, "options": [*options][: limits.OVERFLOW_OPTIONS]}
    return made if asks is None else made | {"confirm": asks}


def confirm(title: str, text: str, yes: str, no: str, *, style: str | None = None) -> Json:
    """The dialog before something grave; all its words are plain."""
    made: Json = {
        "title": plain(title, limits.CONFIRM_TITLE),
        "text": plain(text, limits.CONFIRM_TEXT),
        "confirm": plain(yes, limits.CONFIRM_BUTTON),
        "deny": plain(no, limits.CONFIRM_BUTTON),
    }
    return made if style is None else made | {"style": style}


def _block(kind: str, block_id: str | None, **more: Any) -> Json:  # noqa: ANN401 - JSON
    named = {} if block_id is None else {"block_id": cut(block_id, limits.ID)}
    return {"type": kind, **named, **more}
