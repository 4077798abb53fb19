"""Anybody's words stay words: no link, mention, format or date of theirs, and they still look as they were."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.teams.cards import Mention, lines_text
from adapters.teams.cards.elements import lines, run
from adapters.teams.cards.markup import date, escape, literal, mark_of
from adapters.teams.cards.standing import Called
from bot.cards import HistoryLine
from tests.fakes.teams.cards.mentions import notified

AT = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
STARS = "\N{ASTERISK OPERATOR}" * 2
LOOK_ALIKES = "\N{MODIFIER LETTER GRAVE ACCENT}\N{MODIFIER LETTER COLON}"
"""Those that count as letters."""
DATED = "{{DATE(2026-01-01T00:00:00Z,SHORT)}} {{TIME(2026-01-01T00:00:00Z)}}"


@pytest.mark.parametrize(
    "text",
    [
        "cust_42",
        "120.00 USD for cust_42. Approved",
        "amount <= 25 && size(mismatches) == 0",
        "5 * 3".replace("*", "x"),
        "A-1001: paid (by card)",
        "[EU] Refund",
        "snake_case_name",
        "~5 minutes",
        "3 < 4 > 2",
        "O'Neil & Sons",
    ],
)
def test_what_would_not_act_stays_as_it_is(text: str) -> None:
    assert escape(text) == text


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("[a](https://evil.test)", "]("),
        ("![a](https://evil.test/x.png)", "]("),
        ("[a]: https://evil.test", "]:"),
        ("<https://evil.test>", "<"),
        ("https://evil.test", "://"),
        ("www.evil.test", "w.e"),
        ("evil.test", "."),
        ("kim@acme.test", "@"),
        ("**bold** a*b*c", "*"),
        ("__bold__", "__"),
        ("~~gone~~", "~~"),
        ("`code`", "`"),
        ("<at>Lee Park</at>", "<"),
        ("&lt;at&gt;", "&l"),
        ("# Heading", "#"),
        ("> quoted", ">"),
        ("- item", "-"),
        ("1. item", "1."),
        ("2) item", ")"),
        ("---", "-"),
        ("\\*", "\\"),
        (DATED, "{{"),
    ],
)
def test_what_would_act_is_a_look_alike(text: str, acts: str) -> None:
    found = escape(text)
    assert acts not in found
    assert len(found) == len(text)


@given(st.text(max_size=200))
def test_a_text_keeps_every_letter(text: str) -> None:
    def letters(value: str) -> list[str]:
        return [each for each in value if unicodedata.category(each)[0] in "LN" and each not in LOOK_ALIKES]

    without = "".join(each for each in text if each not in "`:")
    assert letters(escape(text)) == letters(without)
    assert literal(text).replace("\u00a0", " ").replace("\N{FULLWIDTH LEFT CURLY BRACKET}", "{") == (
        text.replace("\t", "    ").replace("\u00a0", " ").replace("\N{FULLWIDTH LEFT CURLY BRACKET}", "{")
    )


def test_only_our_own_dates_are_functions() -> None:
    assert date(AT) == "{{DATE(2026-03-02T15:30:00Z,SHORT)}} {{TIME(2026-03-02T15:30:00Z)}}"
    assert "{{" not in run(DATED)["text"]
    assert "{{" not in run("{{{DATE(2026-01-01T00:00:00Z)}}")["text"]


def test_spaces_and_lines_are_not_swallowed() -> None:
    texts = [each["inlines"][0]["text"] for each in lines('{\n  "a":  1\n}\n')]
    assert texts == ["{", '\u00a0 "a": \u00a01', "}", "\u00a0"]
    many = [each["inlines"][0]["text"] for each in lines("\n".join("abcdef"), most=3)]
    assert many == ["a", "b", "c ⏎ d ⏎ e ⏎ f"]


@pytest.mark.parametrize("name", ["</at><at>Vera", "**Lee**", "[x](https://evil.test)", "&lt;", "<", "\\", "a\nb"])
def test_a_name_cannot_break_out_of_its_mention(name: str) -> None:
    called = Called([Mention("29:1lee", name)])
    assert called.text == mark_of(name) == called.entities[0]["text"]
    assert (called.text.count("<"), called.text.count("</at>")) == (2, 1)
    card = {"body": [{"type": "TextBlock", "text": called.text}], "msteams": {"entities": called.entities}}
    assert notified("", [], [card]).people == ["29:1lee"]
    assert notified("", [], [card]).links == []


def test_lines_in_the_thread_are_inert_text_with_times_in_utc() -> None:
    note = f"[x](https://evil.test) <at>Lee</at>\n# Big {DATED}"
    text = lines_text([HistoryLine(AT, "**Dana**", "Slack", "approved it", note)])
    assert text.startswith(f"**{STARS}Dana{STARS}** approved it on Slack, 2026-03-02 15:30 UTC\n\n“")
    assert notified(text, [], []).nothing
    assert not {"<", "{{", "]("} & {text[at : at + 2] for at in range(len(text))}
    assert "3 earlier lines" in lines_text([HistoryLine(AT, "Dana", None, "looked")] * 15)
