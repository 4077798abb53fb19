"""What a message or view says, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.fakes.slack import Message, View


def named(message: Message) -> str:
    """``request|<id>`` of a card; whatever else its first block is called of any other message."""
    return str(message.blocks[0].get("block_id", "")) if message.blocks else ""


def words(shown: Message | View | Sequence[Mapping[str, Any]]) -> str:
    """Everything that stands on a message or view, as text."""
    blocks = shown.blocks if isinstance(shown, Message | View) else shown
    alone = f"{shown.text}\n" if isinstance(shown, Message) else ""
    return alone + "\n".join(" ".join(_texts(block)) for block in blocks)


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for key, value in part.items():
            if key not in {"confirm", "options"} and not isinstance(value, str):
                yield from _texts(value)
    elif isinstance(part, list):
        for each in part:
            yield from _texts(each)


def lines_of(card: Message) -> list[str]:
    """The thread below a card: each line as text, with its quotation after it."""
    found: list[str] = []
    for reply in card.replies:
        for block in reply.blocks:
            if block.get("block_id") != "lines":
                continue
            for part in block["elements"]:
                text = "".join(_texts_of_line(part))
                if part["type"] == "rich_text_quote" and found:
                    found[-1] += f" > {text}"
                else:
                    found.append(text)
    return found


def _texts_of_line(part: Mapping[str, Any]) -> Iterator[str]:
    for each in part["elements"]:
        yield each.get("text") or each.get("fallback") or f"<{each['type']}>"
