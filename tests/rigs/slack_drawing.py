"""Blocks, modals and the Home tab as HTML that looks as Slack's desktop client does."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.rigs.slack_markup import Reader, markup, mentioned

Json = Mapping[str, Any]
Draw = Callable[[Json, Reader], str]


def blocks(shown: Sequence[Json], reader: Reader) -> str:
    """Every block, in order; an unknown one is an error."""
    return "".join(
        f'<div class="block {block["type"]}">{BLOCKS[block["type"]](block, reader)}</div>' for block in shown
    )


def words(text: Json, reader: Reader) -> str:
    """A text object."""
    if text["type"] == "mrkdwn":
        return markup(text["text"], reader)
    return html.escape(text["text"]).replace("\n", "<br>")


def _section(block: Json, reader: Reader) -> str:
    text = f"<div>{words(block['text'], reader)}</div>" if "text" in block else ""
    cells = "".join(f"<div>{words(each, reader)}</div>" for each in block.get("fields", []))
    beside = f'<div class="accessory">{_element(block["accessory"], reader)}</div>' if "accessory" in block else ""
    fields = f'<div class="fields">{cells}</div>' if cells else ""
    return f'<div class="grow">{text}{fields}</div>{beside}'


def _context(block: Json, reader: Reader) -> str:
    return "".join(
        _picture(each, reader) if each["type"] == "image" else f"<span>{words(each, reader)}</span>"
        for each in block["elements"]
    )


def _picture(block: Json, reader: Reader) -> str:
    file = block.get("slack_file", {})
    key = block.get("image_url") or file.get("id") or file.get("url")
    title = f'<div class="small">{words(block["title"], reader)}</div>' if "title" in block else ""
    source = html.escape(reader.images.get(str(key), ""))
    return f'{title}<img src="{source}" alt="{html.escape(block["alt_text"])}">'


def _input(block: Json, reader: Reader) -> str:
    optional = ' <span class="small">(optional)</span>' if block.get("optional") else ""
    hint = f'<div class="small">{words(block["hint"], reader)}</div>' if "hint" in block else ""
    label = f"<label>{words(block['label'], reader)}{optional}</label>"
    return f"{label}{_element(block['element'], reader)}{hint}"


def _table(block: Json, reader: Reader) -> str:
    def cell(each: Json) -> str:
        return _rich(each, reader) if each["type"] == "rich_text" else html.escape(each["text"])

    rows = "".join(f"<tr>{''.join(f'<td>{cell(each)}</td>' for each in row)}</tr>" for row in block["rows"])
    return f"<table>{rows}</table>"


def _rich(block: Json, reader: Reader) -> str:
    return "".join(_part(part, reader) for part in block["elements"])


def _part(part: Json, reader: Reader) -> str:
    if part["type"] == "rich_text_list":
        tag = "ol" if part["style"] == "ordered" else "ul"
        return f"<{tag}>{''.join(f'<li>{_part(each, reader)}</li>' for each in part['elements'])}</{tag}>"
    runs = "".join(_run(each, reader) for each in part["elements"])
    tag = {"rich_text_section": "div", "rich_text_quote": "blockquote", "rich_text_preformatted": "pre"}[part["type"]]
    return f"<{tag}>{runs}</{tag}>"


def _run(run: Json, reader: Reader) -> str:
    made = _plain_run(run, reader)
    tags = {"bold": "b", "italic": "i", "strike": "s", "code": "code"}
    for style in run.get("style", {}):
        made = f"<{tags[style]}>{made}</{tags[style]}>"
    return made


def _plain_run(run: Json, reader: Reader) -> str:
    if run["type"] in _NAMED:
        sign, key = _NAMED[run["type"]]
        return mentioned(sign, run[key], "", reader)
    if run["type"] == "date":
        return html.escape(reader.moment(run["timestamp"], run["format"]))
    if run["type"] == "link":
        return f'<a href="#">{html.escape(run.get("text", run["url"]))}</a>'
    if run["type"] == "emoji":
        return "".join(chr(int(code, 16)) for code in run.get("unicode", "2753").split("-"))
    return html.escape(run["text"])


_NAMED = {"user": ("@", "user_id"), "usergroup": ("@", "usergroup_id"), "channel": ("#", "channel_id")}


def _element(element: Json, reader: Reader) -> str:
    kind = element["type"]
    if kind == "button":
        return f'<button class="{element.get("style", "")}">{words(element["text"], reader)}</button>'
    if kind == "overflow":
        return '<button class="overflow">&#8943;</button>'
    if kind == "image":
        return _picture(element, reader)
    if kind in {"checkboxes", "radio_buttons"}:
        chosen = [*element.get("initial_options", []), element.get("initial_option")]
        return "".join(_choice(kind, option, reader, on=option in chosen) for option in element["options"])
    return _field(element, reader)


def _choice(kind: str, option: Json, reader: Reader, *, on: bool) -> str:
    mark = ("◉" if on else "○") if kind == "radio_buttons" else ("☑" if on else "☐")
    more = f'<div class="small">{words(option["description"], reader)}</div>' if "description" in option else ""
    return f'<div class="choice"><span>{mark}</span><div>{words(option["text"], reader)}{more}</div></div>'


def _field(element: Json, reader: Reader) -> str:
    """Anything that is typed into or picked from; an element with another shape is an error."""
    found = next((name for name in _INITIAL if name in element), None)
    if found is None:
        hint = words(element["placeholder"], reader) if "placeholder" in element else _EMPTY.get(element["type"], "")
        value = f'<span class="placeholder">{hint or "&nbsp;"}</span>'
    else:
        value = _value(found, element[found], reader)
    if element["type"] not in _TYPED:
        value += '<span class="arrow">▾</span>'
    return f'<div class="field {"tall" if element.get("multiline") else ""}">{value}</div>'


_TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
_EMPTY = {"datepicker": "Select a date", "timepicker": "Select a time", "users_select": "Select a user"}
_INITIAL = (
    "initial_value",
    "initial_option",
    "initial_options",
    "initial_date",
    "initial_time",
    "initial_date_time",
    "initial_user",
    "initial_users",
    "initial_conversation",
    "initial_channel",
)


def _value(name: str, value: Any, reader: Reader) -> str:
    if name == "initial_option":
        return words(value["text"], reader)
    if name == "initial_options":
        return ", ".join(words(each["text"], reader) for each in value)
    if name == "initial_date_time":
        return html.escape(reader.moment(value, "{date_short_pretty} at {time}"))
    if name in {"initial_user", "initial_conversation", "initial_channel"}:
        return html.escape(reader.names.get(value, value))
    if name == "initial_users":
        return ", ".join(html.escape(reader.names.get(each, each)) for each in value)
    return html.escape(str(value)).replace("\n", "<br>")


def _actions(block: Json, reader: Reader) -> str:
    return "".join(_element(each, reader) for each in block["elements"])


BLOCKS: Mapping[str, Draw] = {
    "header": lambda block, reader: words(block["text"], reader),
    "section": _section,
    "context": _context,
    "divider": lambda _block, _reader: "<hr>",
    "actions": _actions,
    "rich_text": _rich,
    "image": _picture,
    "input": _input,
    "table": _table,
}
