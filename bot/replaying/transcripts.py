"""Transcripts: chat-completions conversations, one JSON object a line, and the tool calls in them.

A line is an object with ``messages`` (role, content, ``tool_calls`` with ``function.name`` and ``function.arguments``),
and may have ``id``, ``model`` and ``customer`` (or ``user``, or the same under ``metadata``). The lines of a
fine-tuning file are of this shape. What can't be read is told with its line's number and left out; the rest goes on.

Reading holds one line in memory, never the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from bot.domain.jsontext import read
from bot.errors import BadInput

MAX_LINE = 8 * 1024 * 1024
"""Bytes of one conversation; a longer line is skipped without being held in memory."""
LAST_WORDS = 10
"""How many of the customer's messages before a call go along with it."""
MAX_TEXT = 4_000
"""Characters of one message that go along with a call."""
MAX_NAME = 200
"""Characters of an id, a model or a tool's name."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that could not be used; ``line`` counts from 1."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call, with what the agent knew: the customer's last words and its own, oldest first."""

    index: int
    """Counts from 0 within its conversation."""
    tool: str
    arguments: dict[str, Any]
    transcript: tuple[str, ...]
    reasoning: str | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One line: whose conversation, with which model, its calls in order, and those that can't be used."""

    line: int
    id: str
    customer: str | None
    model: str | None
    calls: tuple[Call, ...]
    skipped: tuple[Skipped, ...] = ()

    def only(self, tools: frozenset[str]) -> Conversation:
        """The same with the calls of these tools only; each keeps its number."""
        return replace(self, calls=tuple(call for call in self.calls if call.tool in tools))


def read_conversations(stream: BinaryIO) -> Iterator[Conversation | Skipped]:
    """Every line of a file that is not empty, as a conversation or as what was wrong with it."""
    for number, line in _lines(stream):
        if line is None:
            yield Skipped(number, f"is longer than {MAX_LINE // (1024 * 1024)} MiB")
            continue
        if not line.strip():
            continue
        try:
            yield read_conversation(number, read(line, what="the line", most_marks=None))
        except BadInput as error:
            yield Skipped(number, f"{error.field} {error.message}" if error.field else error.message)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) <= MAX_LINE:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE)
        yield number, None


def read_conversation(number: int, value: object) -> Conversation:
    """The conversation in an object of line ``number``; calls in it that can't be used are told in ``skipped``.

    Raises:
        BadInput: when it is no conversation.
    """
    if not isinstance(value, dict):
        raise BadInput("is not an object", field="the line")
    messages = value.get("messages")
    if not isinstance(messages, list):
        raise BadInput("is missing" if messages is None else "is not a list", field="messages")
    raw_metadata = value.get("metadata")
    metadata = raw_metadata if isinstance(raw_metadata, dict) else {}
    calls, skipped = _calls(number, messages)
    return Conversation(
        line=number,
        id=_name(value.get("id")) or f"line-{number}",
        customer=_first(value, metadata, "customer", "customer_id", "user"),
        model=_first(value, metadata, "model"),
        calls=calls,
        skipped=skipped,
    )


def _first(value: dict[str, Any], metadata: dict[str, Any], *names: str) -> str | None:
    for source in (value, metadata):
        for name in names:
            if found := _name(source.get(name)):
                return found
    return None


def _name(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value[:MAX_NAME] if isinstance(value, str) and value.strip() else None


def _calls(number: int, messages: list[Any]) -> tuple[tuple[Call, ...], tuple[Skipped, ...]]:
    calls: list[Call] = []
    skipped: list[Skipped] = []
    said: list[str] = []
    thought: str | None = None
    for place, message in enumerate(messages):
        if not isinstance(message, dict):
            skipped.append(Skipped(number, f"messages[{place}] is not an object"))
            continue
        role, text = message.get("role"), _text(message.get("content"))
        if role == "user":
            thought = None
            said = [*said, text[:MAX_TEXT]][-LAST_WORDS:] if text else said
        if role != "assistant":
            continue
        thought = text[:MAX_TEXT] or thought
        for name, made in _made(message):
            where = f"messages[{place}].{name}"
            try:
                tool, arguments = _function(where, made)
            except BadInput as error:
                skipped.append(Skipped(number, f"{error.field} {error.message}"))
            else:
                calls.append(Call(len(calls), tool, arguments, tuple(said), thought))
    return tuple(calls), tuple(skipped)


def _text(content: object) -> str:
    """A message's words, whether it is a text or a list of parts."""
    if isinstance(content, str):
        return content.strip()
    if not isinstance(content, list):
        return ""
    texts = (part.get("text") for part in content if isinstance(part, dict))
    return "\n".join(text for text in texts if isinstance(text, str)).strip()


def _made(message: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The calls of an assistant's message, with their places; a single ``function_call`` is their older form."""
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        for place, call in enumerate(calls):
            yield f"tool_calls[{place}].function", call.get("function") if isinstance(call, dict) else None
    elif calls is not None:
        yield "tool_calls", None
    if message.get("function_call") is not None:
        yield "function_call", message["function_call"]


def _function(where: str, made: object) -> tuple[str, dict[str, Any]]:
    if not isinstance(made, dict):
        raise BadInput("is not an object", field=where)
    tool, arguments = made.get("name"), made.get("arguments")
    if not isinstance(tool, str) or not 0 < len(tool.strip()) <= MAX_NAME:
        raise BadInput(f"is not a name of 1 to {MAX_NAME} characters", field=f"{where}.name")
    if isinstance(arguments, str):
        arguments = read(arguments, what=f"{where}.arguments") if arguments.strip() else {}
    elif arguments is None:
        arguments = {}
    if not isinstance(arguments, dict):
        raise BadInput("is not an object", field=f"{where}.arguments")
    return tool, arguments
