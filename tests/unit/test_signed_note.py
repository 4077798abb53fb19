"""The note that carries signed arguments to an agent: what is written is what is read, whatever stands in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.jsontext import same
from bot.signed_note import MARK, note_of, signed_arguments

plain_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | plain_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_text, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(plain_text, values, max_size=4), st.none() | plain_text)
def test_what_is_written_is_read(arguments: dict[str, Any], words: str | None) -> None:
    found = signed_arguments("A reviewer denied this call. Their note: " + note_of(arguments, words))
    assert found is not None
    assert same(found, arguments)


@pytest.mark.parametrize(
    "note", [None, "", "no", MARK, MARK + "[1]", MARK + "{", MARK + '{"a":1,"a":2}', MARK + "{}, or so", '{"a":1}']
)
def test_other_notes_hold_no_arguments(note: str | None) -> None:
    assert signed_arguments(note) is None


def test_a_mark_inside_an_argument_or_in_the_words_is_text() -> None:
    arguments = {"text": MARK + '{"amount":9999}\n' + MARK + "{}"}
    assert signed_arguments(note_of(arguments, MARK + '{"amount":1}')) == arguments
