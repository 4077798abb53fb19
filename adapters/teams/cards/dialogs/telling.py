"""Facts whole: titled values, people's words and histories, as elements that are added while there is room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from adapters.teams.cards.elements import box, bullets, line, lines, moment, run
from bot.cards import Exchange, HistoryLine, Reason, Row

Json = dict[str, Any]
_LONG = 120
"""Characters from which on a value stands in a box of its own."""
_SENTENCE = 400
_PIECE = 2_000
_LINES = 100
_NAME = 200


def row_parts(row: Row) -> Iterator[Json]:
    """A titled value: in a line, or in boxes below its title; proposed and signed where they differ."""
    if row.changed:
        yield from _value(f"{row.title}, proposed", row.before)
        yield from _value(f"{row.title}, signed", row.value)
    else:
        yield from _value(row.title, row.value)


def _value(title: str, value: str | None) -> Iterator[Json]:
    name = f"{title[:_NAME]}:  "
    if value is None or not value:
        yield line([run(name, "bold"), run("not given" if value is None else "empty", "italic")])
    elif len(value) <= _LONG and "\n" not in value:
        yield line([run(name, "bold"), run(value)])
    else:
        yield line([run(name, "bold")])
        yield from text_parts(value, "code")


def text_parts(text: str, *styles: str) -> Iterator[Json]:
    """Somebody's words, or exact text, in boxes."""
    for at in range(0, len(text), _PIECE):
        yield box(lines(text[at : at + _PIECE], *styles, most=_LINES))


def item_parts(text: str) -> Iterator[Json]:
    """One of several texts: a point of a list where it is short, else in boxes."""
    if len(text) <= _SENTENCE and "\n" not in text:
        yield from bullets([[run(text)]])
    else:
        yield from text_parts(text)


def reason_parts(reason: Reason) -> Iterator[Json]:
    """A rule in its words, and what it compared."""
    kind = "" if reason.kind == "hold" else f" ({reason.kind})"
    title = run(f"{reason.title[:_NAME]}{kind}:  ", "bold")
    if len(reason.text) <= _SENTENCE and "\n" not in reason.text:
        yield line([title, run(reason.text)])
    else:
        yield line([title])
        yield from text_parts(reason.text)
    yield from _compared(reason.compared)


def _compared(rows: Sequence[Row]) -> Iterator[Json]:
    """What a rule looked at, with the values that it saw: in a line where that is short."""
    texts = [f"{row.title} {'not given' if row.value is None else row.value or 'empty'}" for row in rows]
    text = f"Compared: {' · '.join(texts)}"
    if rows and len(text) <= _SENTENCE and "\n" not in text:
        yield line([run(text, "italic", "subtle")])
    else:
        for row in rows:
            yield from row_parts(row)


def exchange_parts(asked: Exchange) -> Iterator[Json]:
    """A question to the agent, and its answer."""
    yield line([run(f"{asked.who[:_NAME]} asked the agent, ", "bold"), moment(asked.at)])
    yield from text_parts(asked.question)
    if asked.answer is None:
        yield line([run("No answer yet", "italic")])
        return
    when = [run(", "), moment(asked.answered_at)] if asked.answered_at is not None else []
    yield line([run("The agent answered", "bold"), *when])
    yield from text_parts(asked.answer)


def history_parts(said: HistoryLine) -> Iterator[Json]:
    """One fact of the record."""
    where = f" on {said.where}" if said.where else ""
    yield line([run(said.who[:_NAME], "bold"), run(f" {said.what[:_PIECE]}{where}, "), moment(said.at)], "Small")
    if said.note:
        yield from text_parts(said.note)
