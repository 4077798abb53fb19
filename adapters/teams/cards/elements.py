"""Small makers of Adaptive Card elements: https://adaptivecards.io/explorer/ , version 1.5.

Words from anybody go into ``run`` as they are, and into ``block`` through ``markup.escape``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from adapters.teams.cards import limits
from adapters.teams.cards.markup import date, escape, literal
from bot.cards.cutting import cut

Json = dict[str, Any]
_STYLES: dict[str, Json] = {
    "bold": {"weight": "Bolder"},
    "italic": {"italic": True},
    "strike": {"strikethrough": True},
    "code": {"fontType": "Monospace"},
    "subtle": {"isSubtle": True},
    "small": {"size": "Small"},
    "attention": {"color": "Attention"},
}
_BLANK = "\u00a0"
"""A space that is not swallowed at the start of a line."""
_LINES = 12
"""Lines of one text that stand below one another; the rest follow with a sign in the last."""


def run(text: str, *styles: str) -> Json:
    """Literal text: ``bold``, ``italic``, ``strike``, ``code``, ``subtle``, ``small`` or ``attention``."""
    made: Json = {"type": "TextRun", "text": literal(text) or _BLANK}
    for style in styles:
        made |= _STYLES[style]
    return made


def moment(at: datetime, *styles: str) -> Json:
    """An instant in the reader's own zone."""
    return run("", *styles) | {"text": date(at)}


def line(runs: Iterable[Json], spacing: str = "None") -> Json:
    """A paragraph of runs."""
    return {"type": "RichTextBlock", "inlines": [*runs], "spacing": spacing}


def lines(text: str, *styles: str, most: int = _LINES) -> list[Json]:
    """Literal text of several lines, whole; of very many the last stand in one, with ``⏎`` between them."""
    parts = text.split("\n")
    if len(parts) > most:
        parts[most - 1 :] = [" ⏎ ".join(parts[most - 1 :])]
    return [line([run(_BLANK + part[1:] if part.startswith(" ") else part, *styles)]) for part in parts]


def title(text: str) -> Json:
    """One large line, which screen readers announce as a heading."""
    shown = cut(escape(text), limits.TITLE)
    return block(shown) | {"size": "Large", "weight": "Bolder", "style": "heading"}


def block(markdown: str, spacing: str | None = None) -> Json:
    """Markdown of ours."""
    made: Json = {"type": "TextBlock", "text": markdown or _BLANK, "wrap": True}
    return made if spacing is None else made | {"spacing": spacing}


def box(items: Sequence[Json]) -> Json:
    """Elements on a ground of their own."""
    return {"type": "Container", "style": "emphasis", "items": [*items], "spacing": "Small"}


def group(items: Sequence[Json]) -> list[Json]:
    """Elements that stand close together, a little below what is above them."""
    return [{"type": "Container", "items": [*items]}] if items else []


def bullets(items: Iterable[Sequence[Json]]) -> list[Json]:
    """A list, each item of several runs."""
    return [line([run("•  "), *runs]) for runs in items]


def beside(left: Sequence[Json], right: Sequence[Json]) -> Json:
    """Elements, and others at their right."""
    return {
        "type": "ColumnSet",
        "spacing": "Small",
        "columns": [
            {"type": "Column", "width": "stretch", "items": [*left], "verticalContentAlignment": "Center"},
            {"type": "Column", "width": "auto", "items": [*right], "verticalContentAlignment": "Center"},
        ],
    }


def actions(made: Sequence[Json]) -> Json:
    """Buttons inside of the body."""
    return {"type": "ActionSet", "actions": [*made]}


def card(body: Sequence[Json], buttons: Sequence[Json] = (), entities: Sequence[Json] = ()) -> Json:
    """The card; ``entities`` are the mentions of its texts."""
    made: Json = {"type": "AdaptiveCard", "version": "1.5", "body": [*body], "msteams": {"width": "Full"}}
    if buttons:
        made["actions"] = [*buttons]
    if entities:
        made["msteams"]["entities"] = [*entities]
    return made


def execute(label: str, verb: str, data: Json, style: str | None = None) -> Json:
    """A button that does something at once; a client that does not know it sends the same by the older way."""
    titled: Json = {"title": cut(label, limits.LABEL)} | ({"style": style} if style else {})
    fallback = {"type": "Action.Submit", **titled, "data": {**data, "verb": verb}}
    made = {"type": "Action.Execute", **titled, "verb": verb, "data": dict(data), "associatedInputs": "none"}
    return made | {"fallback": fallback | {"associatedInputs": "none"}}


def opens(label: str, verb: str, data: Json, style: str | None = None) -> Json:
    """A button that opens a dialog, which Teams asks for with ``task/fetch``."""
    sent = {**data, "verb": verb, "msteams": {"type": "task/fetch"}}
    made: Json = {"type": "Action.Submit", "title": cut(label, limits.LABEL), "data": sent}
    return made | {"associatedInputs": "none"} | ({"style": style} if style else {})


def submit(label: str, data: Json, style: str | None = None) -> Json:
    """The button that sends a dialog's inputs."""
    made: Json = {"type": "Action.Submit", "title": cut(label, limits.LABEL), "data": dict(data)}
    return made | ({"style": style} if style else {})


def unfolds(label: str, inner: Json, style: str | None = None) -> Json:
    """A button that unfolds a form inside the card."""
    made: Json = {"type": "Action.ShowCard", "title": cut(label, limits.LABEL), "card": inner}
    return made | ({"style": style} if style else {})


def link(label: str, url: str) -> Json:
    """A button that leads to an address of ours."""
    return {"type": "Action.OpenUrl", "title": cut(label, limits.LABEL), "url": url}


def secondary(action: Json) -> Json:
    """The same, in the menu behind three dots."""
    return action | {"mode": "secondary"}
