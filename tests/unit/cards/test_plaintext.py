from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.amounts import amount_text
from bot.cards.masking import masked
from bot.cards.plaintext import plain, words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, with\ttabs\nand lines", "plain, with\ttabs\nand lines"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("pay \u202e000,1 DSU", "pay ⟨U+202E⟩000,1 DSU"),
        ("acct_1\u200b2", "acct_1⟨U+200B⟩2"),
        ("null\x00byte\x1b[31m", "null⟨U+0000⟩byte⟨U+001B⟩[31m"),
        ("soft\u00adhyphen", "soft⟨U+00AD⟩hyphen"),
        ("\u2066isolate\u2069", "⟨U+2066⟩isolate⟨U+2069⟩"),
        ("tag \U000e0041", "tag ⟨U+E0041⟩"),
        ("line\u2028separator", "line⟨U+2028⟩separator"),
        ("a\u200cb", "a⟨U+200C⟩b"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # noqa: RUF001 - Persian: its joiner stays
        ("👩\u200d🚒 naïve Ωmega", "👩\u200d🚒 naïve Ωmega"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("e" + "\u0301" * 3, "e" + "\u0301" * 3),
        ("z" + "\u0337" * 50 + "!", "z" + "\u0337" * 4 + "⟨46 more marks⟩!"),
        ("<b>&amp; *bold* `x`", "<b>&amp; *bold* `x`"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    for character in plain(text):
        assert character in "\n\t\u200c\u200d" or unicodedata.category(character) not in {
            "Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp",
        }  # fmt: skip


@given(st.text())
def test_plain_text_stays_plain(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("120", "USD", "120.00 USD"),
        ("1234567.5", "EUR", "1,234,567.50 EUR"),
        ("120.005", "USD", "120.005 USD"),
        ("0.1", "JPY", "0.1 JPY"),
        ("1500", "JPY", "1,500 JPY"),
        ("1.5", "KWD", "1.500 KWD"),
        ("-5", "USD", "-5.00 USD"),
        ("12.50", None, "12.50"),
        ("12.50", "<b>", "12.50"),
    ],
)
def test_amounts_keep_every_digit(amount: str, currency: str | None, text: str) -> None:
    assert amount_text(Decimal(amount), currency) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "••••"),
        ("12345", "••••"),
        ("123456", "••••56"),
        ("1234567890", "••••7890"),
        ("4111111111111234", "••••1234"),
    ],
)
def test_a_mask_shows_little_and_no_length(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_names_become_words() -> None:
    assert words("sudden_rise") == "Sudden rise"
    assert words("known-fraud.list") == "Known fraud list"
