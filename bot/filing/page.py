"""The file as a web page of its own: no script runs in it, nothing is loaded, and its data is inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources

from markupsafe import Markup, escape

from bot.errors import BadInput
from bot.filing.drawing import LAYOUT, Json, drawn
from bot.filing.shape import DecisionFile, write_file

_BEGINS, _ENDS = '<script type="application/json" id="signoff-file">', "</script>"
GENERATOR = f"Signoff, layout {LAYOUT}"
_CLAIM = '<span class="file-claim">claim, not checked</span>'
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def style() -> str:
    """The style sheet of the page, which the desk serves too."""
    return (resources.files("bot.filing") / "file.css").read_text(encoding="utf-8")


def page(file: DecisionFile) -> bytes:
    """The whole page, always the same for the same file."""
    made = drawn(file)
    data = (
        write_file(file)
        .decode()
        .strip()
        .replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="robots" content="noindex">\n'
        f'<meta name="generator" content="{GENERATOR}">\n'
        f"<title>{escape(made['title'])}: decision file</title>\n<style>\n{style()}</style>\n</head>\n"
        f'<body class="file-alone">\n<main>\n{_body(made)}</main>\n{_BEGINS}{data}{_ENDS}\n</body>\n</html>\n'
    ).encode()


def body(file: DecisionFile) -> Markup:
    """What is to be seen, for a page around it; everything in it is escaped."""
    return Markup(_body(drawn(file)))  # noqa: S704 - made of escaped texts alone, here


def generator(raw: bytes) -> str:
    """What made a page, as it says itself."""
    found = re.search(rb'<meta name="generator" content="([^"]{1,80})">', raw)
    return found[1].decode("utf-8", "replace") if found is not None else "an unknown program"


def data_in(raw: bytes) -> bytes:
    """The file's data that a page holds.

    Raises:
        BadInput: when it holds none, or more than one.
    """
    text = raw.decode("utf-8", "replace")
    if text.count(_BEGINS) != 1:
        raise BadInput("is no page of a decision file: its data is not in it", field="file")
    return text.partition(_BEGINS)[2].partition(_ENDS)[0].encode() + b"\n"


def _body(made: Json) -> str:
    return "".join(
        [
            '<article class="file">\n<header class="file-head">\n',
            f'<p class="file-kind">Decision file</p>\n<h1 dir="auto">{escape(made["title"])}</h1>\n',
            f'<p class="file-sum" dir="auto">{escape(made["summary"])}</p>\n',
            f'<p class="file-id">Request <code>{escape(made["request"])}</code>, as on record ',
            f"{escape(made['made'])}</p>\n",
            f'<p class="file-copy">{escape(made["copy"])}</p>\n</header>\n',
            _texts("read", "How to read this", made["read"]),
            *map(_section, made["sections"]),
            _proof(made),
            _texts("check", "How to check this", made["check"], numbered=True),
            "</article>\n",
        ]
    )


def _texts(id_: str, title: str, texts: list[str], *, numbered: bool = False) -> str:
    outer, inner = ("ol", "li") if numbered else ("div", "p")
    inside = "".join(f"<{inner}>{_coded(text)}</{inner}>\n" for text in texts)
    return f'<section class="file-how" id="{id_}"><h2>{title}</h2>\n<{outer}>{inside}</{outer}></section>\n'


def _coded(text: str) -> str:
    """Our own words, in which back-ticks mark what is typed."""
    parts = text.split("`")
    return "".join(f"<code>{escape(part)}</code>" if index % 2 else escape(part) for index, part in enumerate(parts))


def _section(section: Json) -> str:
    intro = f'<p class="file-intro">{escape(section["intro"])}</p>\n' if section["intro"] else ""
    rows = "".join(_row(entry) for entry in section["entries"])
    table = f'<table class="file-says">\n{rows}</table>\n' if rows else ""
    return f'<section id="{escape(section["id"])}"><h2>{escape(section["title"])}</h2>\n{intro}{table}</section>\n'


def _row(entry: Json) -> str:
    refs = "".join(_refs(entry["events"]))
    at = f'<span class="file-at">{escape(entry["at"])}</span> ' if entry["at"] else ""
    before = ""
    if entry["before"] is not None:
        before = f'<del dir="auto">{escape(entry["before"])}</del> <span aria-hidden="true">→</span> '
    text = f'<span class="file-text" dir="auto">{escape(entry["text"])}</span>'
    if entry["before"] is not None:
        text = f'<ins class="file-text" dir="auto">{escape(entry["text"])}</ins>'
    if entry["claim"]:
        text = f'<q class="file-text" dir="auto">{escape(entry["text"])}</q> {_CLAIM}'
    note = f'<div class="file-note" dir="auto">{escape(entry["note"])}</div>' if entry["note"] else ""
    label = f'<th scope="row" dir="auto">{escape(entry["label"])}</th>'
    return f'<tr>{label}<td>{at}{before}{text}{note}</td><td class="file-refs">{refs}</td></tr>\n'


def _refs(events: list[tuple[str, str]]) -> Iterator[str]:
    for ref, name in events:
        yield f'<a href="#event-{_anchor(ref)}" title="event {escape(name)}">{escape(name)}</a> '


def _anchor(ref: str) -> str:
    return "".join(mark if mark.isascii() and mark.isalnum() else "-" for mark in ref)


def _proof(made: Json) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td><span class="file-text">{escape(text)}</span></td></tr>\n'
        for label, text in made["proof"]
    )
    events = "".join(map(_event, made["events"]))
    return (
        f'<section id="proof"><h2>The proof</h2>\n<table class="file-says file-mono">\n{rows}</table>\n</section>\n'
        f'<section id="events"><h2>The events</h2>\n<ol class="file-events">\n{events}</ol></section>\n'
    )


def _event(event: Json) -> str:
    steps = "".join(f"<li>{escape(step)}</li>" for step in event["path"])
    path = f"<details><summary>the way to the root</summary><ol>{steps}</ol></details>" if steps else ""
    said = (
        f"<b>{escape(event['number'])}</b> {escape(event['what'])} {escape(event['stream'])} "
        f'<span class="file-at">{escape(event["at"])}</span> by <span dir="auto">{escape(event["who"])}</span>; '
        f"content {escape(event['content'])}"
    )
    hashes = f"<dt>digest</dt><dd>{escape(event['digest'])}</dd><dt>hash</dt><dd>{escape(event['hash'])}</dd>"
    place = f"<dt>place</dt><dd>{escape(event['leaf'])} {path}</dd>"
    anchor = _anchor(event["ref"])
    return f'<li id="event-{anchor}"><p>{said}</p>\n<dl class="file-mono">{hashes}{place}</dl></li>\n'
