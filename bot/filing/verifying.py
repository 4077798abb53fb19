"""Verifying a file as it lies on a disk: JSON, page or paper, and whether what is to be seen is what its data says."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

from bot.errors import BadInput, SignoffError
from bot.filing.checking import Checked, check_file
from bot.filing.page import GENERATOR, data_in, generator, page
from bot.filing.shape import DecisionFile, read_file, write_file
from bot.proving.findings import Finding, Kind
from bot.proving.keys import Keyring

_LONGEST = 80
"""Characters of what says that it made a file."""
_PDF, _PAGE = b"%PDF-", b"<!doctype html>"


def verify_bytes(raw: bytes, keys: Keyring) -> Checked:
    """Check a file offline, whatever its form.

    Raises:
        BadInput: when it is no decision file, or of another version.
    """
    if raw.startswith(_PDF):
        data = _attached(raw)
        file = read_file(data)
        return _seen(file, data, keys, _paper(file, raw))
    if raw.startswith(_PAGE):
        data = data_in(raw)
        file = read_file(data)
        return _seen(file, None, keys, _page(file, raw))
    file = read_file(raw)
    return _seen(file, raw, keys, ([], ()))


def _seen(
    file: DecisionFile, data: bytes | None, keys: Keyring, seen: tuple[list[Finding], tuple[str, ...]]
) -> Checked:
    checked = check_file(file, keys)
    findings, doubts = seen
    if data is not None and data.strip() != write_file(file).strip():
        text = "its text is not the canonical one: the same data, written otherwise than Signoff does"
        findings = [*findings, Finding(Kind.CHANGED, text, "file", expected="canonical JSON", found="other JSON")]
    return replace(checked, findings=(*checked.findings, *findings), doubts=doubts)


def _page(file: DecisionFile, raw: bytes) -> tuple[list[Finding], tuple[str, ...]]:
    again = page(file)
    if again == raw:
        return [], ()
    if (made_by := generator(raw)) != GENERATOR:
        return [], (f"the page was made by {made_by}, and this is {GENERATOR}: what it shows was not compared",)
    line, found, expected = _first_difference(raw.decode("utf-8", "replace"), again.decode())
    text = "what the page shows is not what its data says"
    return [Finding(Kind.PAGE_DIFFERS, text, f"line {line}", expected=expected, found=found)], ()


def _paper(file: DecisionFile, raw: bytes) -> tuple[list[Finding], tuple[str, ...]]:
    from bot.filing.paper import maker, paper  # noqa: PLC0415 - loaded where paper is checked

    try:
        again = paper(file)
        if again == raw:
            return [], ()
        made_by = _maker(raw)
        differing = list(_pages(raw, again if made_by == maker() else paper(file, made_by)))
    except _broken() as error:
        text = "its data can't be set as paper, or its pages can't be read"
        return [Finding(Kind.PAGE_DIFFERS, text, "pdf", expected="pages", found=str(error)[:200])], ()
    if not differing and made_by != maker():
        return [], (f"its pages were made by {made_by}, and this is {maker()}: only their text was compared",)
    if not differing:
        text = "it is not the PDF that its data makes, though its pages read the same"
        differing = [Finding(Kind.PAGE_DIFFERS, text, "pdf", expected="the very bytes", found="other bytes")]
    return differing, ()


def _attached(raw: bytes) -> bytes:
    """The data that a PDF carries.

    Raises:
        BadInput: when it carries none, or more than one.
    """
    from pypdf import PdfReader  # noqa: PLC0415 - only where paper is checked

    from bot.filing.paper import ATTACHED  # noqa: PLC0415 - as above

    try:
        found = PdfReader(io.BytesIO(raw), strict=True).attachments.get(ATTACHED, [])
    except _broken() as error:
        raise BadInput(f"is a PDF that can't be read: {error}", field="file") from error
    if len(found) != 1:
        raise BadInput(f"is a PDF with {len(found)} attachments called {ATTACHED} instead of one", field="file")
    return bytes(found[0])


def _broken() -> tuple[type[Exception], ...]:
    """What reading a broken PDF, or setting broken data, may raise."""
    from pypdf.errors import PyPdfError  # noqa: PLC0415 - only where paper is checked

    return (
        SignoffError,
        PyPdfError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        OSError,
        RuntimeError,
    )


def _maker(raw: bytes) -> str:
    from pypdf import PdfReader  # noqa: PLC0415 - only where paper is checked

    metadata = PdfReader(io.BytesIO(raw)).metadata
    keywords = str(metadata.get("/Keywords", "")) if metadata is not None else ""
    return keywords.partition(", ")[2][:_LONGEST] or "an unknown program"


def _pages(raw: bytes, again: bytes) -> Iterator[Finding]:
    """The first page whose text differs, and how many there are."""
    from pypdf import PdfReader  # noqa: PLC0415 - only where paper is checked

    said, right = (PdfReader(io.BytesIO(one)).pages for one in (raw, again))
    if len(said) != len(right):
        text = "it has another number of pages than its data makes"
        yield Finding(Kind.PAGE_DIFFERS, text, "pdf", expected=str(len(right)), found=str(len(said)))
    for number, (one, other) in enumerate(zip(said, right, strict=False), 1):
        shown, expected = one.extract_text(), other.extract_text()
        if shown != expected:
            line, found, wanted = _first_difference(shown, expected)
            text = "what the page shows is not what its data says"
            yield Finding(Kind.PAGE_DIFFERS, text, f"page {number}, line {line}", expected=wanted, found=found)
            return
        if one.get("/Annots") != other.get("/Annots") and len(one.get("/Annots") or ()) != len(
            other.get("/Annots") or ()
        ):
            text = "something lies over the page that its data does not say"
            yield Finding(Kind.PAGE_DIFFERS, text, f"page {number}", expected="no annotation", found="an annotation")
            return


def _first_difference(said: str, right: str) -> tuple[int, str, str]:
    one, other = said.splitlines(), right.splitlines()
    for index in range(max(len(one), len(other))):
        left, wanted = (side[index] if index < len(side) else "nothing" for side in (one, other))
        if left != wanted:
            return index + 1, left[:200], wanted[:200]
    return len(one), "other line ends", "line feeds"
