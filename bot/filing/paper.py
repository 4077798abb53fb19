"""The file on paper: a PDF that carries the file's JSON, the same bytes each time for the same file and programs.

Texts are handed to the typesetter as data and set as they are, so nothing in them can be a command to it. A character
that none of the fonts has is written out as its number, ``⟨U+1F4E6⟩``, and never becomes a box.

Typesetting is done without the interpreter's lock; call ``paper`` from another thread than the event loop's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from bot.errors import BadInput
from bot.filing.drawing import LAYOUT, drawn
from bot.filing.shape import DecisionFile, write_file

ATTACHED = "decision.json"
FAMILIES = (
    "Noto Sans",
    "Noto Sans Arabic",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Noto Sans CJK JP",
    "DejaVu Sans",  # Hebrew, Armenian, Georgian and many signs
)
"""The first that has a character sets it."""
_LONG = re.compile(r"\S{25,}")
_PIECE = 20
_BREAK = "\u200b"
"""Where a word without an end may be broken. Nobody's text holds one: ``plain`` writes it out."""


def event_time(text: str) -> datetime:
    """A time as files write it.

    Raises:
        BadInput: when it is none.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput("is no time", field="made_at") from error


def maker() -> str:
    """What makes the bytes what they are: our layout and the typesetter's version."""
    from importlib.metadata import version  # noqa: PLC0415 - only where paper is made

    return f"layout {LAYOUT}, typst {version('typst')}"


def paper(file: DecisionFile, made_by: str | None = None) -> bytes:
    """The PDF of a file; ``made_by`` is what it says that made it, where another is compared with."""
    import typst  # noqa: PLC0415 - takes long to load, and few want paper

    at = event_time(file.made_at)
    made = {
        **_printable(drawn(file)),
        "maker": made_by or maker(),
        "families": list(FAMILIES),
        "attached": ATTACHED,
        "moment": {name: getattr(at, name) for name in ("year", "month", "day", "hour", "minute", "second")},
    }
    template = (resources.files("bot.filing") / "file.typ").read_bytes()
    inputs = {"drawn": orjson.dumps(made).decode(), "file": write_file(file).decode()}
    paths = sorted({str(path.parent) for path in _font_files()})
    compiler = typst.Compiler(font_paths=paths, ignore_system_fonts=True, sys_inputs=inputs)
    made_of = compiler.compile(template, pdf_standards="a-3b")
    if not isinstance(made_of, bytes):
        raise TypeError("the typesetter gave no PDF")
    return made_of


def _printable(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: _printable(item) for name, item in value.items()}
    return [_printable(item) for item in value] if isinstance(value, list | tuple) else value


def printable(text: str) -> str:
    """A text of characters that the fonts have, with places to break where a word is too long for a line."""
    if not text.isascii():
        known = _characters()
        text = "".join(mark if ord(mark) in known or mark == "\n" else f"⟨U+{ord(mark):04X}⟩" for mark in text)
    text = text.replace("\t", "    ")
    return _LONG.sub(lambda found: _BREAK.join(_pieces(found.group())), text)


def _pieces(word: str) -> Sequence[str]:
    return [word[start : start + _PIECE] for start in range(0, len(word), _PIECE)]


@lru_cache(maxsize=1)
def _characters() -> frozenset[int]:
    """Every character that one of the fonts has."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - only where paper is made

    found: set[int] = set()
    for path in _font_files():
        with TTFont(path, lazy=True) as font:
            found |= set(font.getBestCmap())
    return frozenset(found)


@lru_cache(maxsize=1)
def _font_files() -> tuple[Path, ...]:
    import fontpkg_noto_sans  # noqa: PLC0415 - packages of files alone: imported to be found
    import fontpkg_noto_sans_arabic  # noqa: PLC0415 - as above
    import fontpkg_noto_sans_devanagari  # noqa: PLC0415 - as above
    import fontpkg_noto_sans_thai  # noqa: PLC0415 - as above
    import noto_cjk_sans_jp_regular  # noqa: PLC0415 - as above

    brought = (fontpkg_noto_sans, fontpkg_noto_sans_arabic, fontpkg_noto_sans_devanagari, fontpkg_noto_sans_thai)
    upright = [path for one in brought for path in Path(one.ROOT).glob("files/*.ttf") if "Italic" not in path.name]
    cjk = Path(str(noto_cjk_sans_jp_regular.FONT_PATH))
    return (*sorted(upright), cjk, *_dejavu())


def _dejavu() -> list[Path]:
    """DejaVu Sans, which matplotlib brings; that is not imported, as it takes long to load."""
    spec = find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        return []
    folder = Path(next(iter(spec.submodule_search_locations))) / "mpl-data" / "fonts" / "ttf"
    return [path for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf") if (path := folder / name).is_file()]
