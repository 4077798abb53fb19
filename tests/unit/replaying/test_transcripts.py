"""Reading transcripts: every shape that is promised, and everything else named by its line."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replaying import transcripts
from bot.replaying.transcripts import Conversation, Skipped, read_conversations


def call(name: str = "issue_refund", arguments: Any = '{"amount": 5}') -> dict[str, Any]:
    return {"id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}}


def conversation(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"messages": list(messages), **more}


def assistant(*calls: Any, content: Any = None) -> dict[str, Any]:
    return {"role": "assistant", "content": content, "tool_calls": list(calls)}


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def lines(*values: Any) -> list[Conversation | Skipped]:
    texts = [value if isinstance(value, bytes) else json.dumps(value).encode() for value in values]
    return list(read_conversations(io.BytesIO(b"\n".join(texts))))


def only(*values: Any) -> Conversation:
    (found,) = lines(*values)
    assert isinstance(found, Conversation), found
    return found


def test_a_call_comes_with_the_customers_words_before_it_and_the_agents_own() -> None:
    found = only(
        conversation(
            {"role": "system", "content": "Be kind."},
            user("It broke."),
            assistant(content="Let me look."),
            assistant(call()),
            {"role": "tool", "content": "ok", "tool_call_id": "c1"},
            user("Thanks."),
            assistant(call("close")),
            id="run-1",
            model="m",
            customer="c-7",
        )
    )
    assert (found.id, found.model, found.customer) == ("run-1", "m", "c-7")
    first, second = found.calls
    assert (first.tool, first.arguments, first.index) == ("issue_refund", {"amount": 5}, 0)
    assert (first.transcript, first.reasoning) == (("It broke.",), "Let me look.")
    assert (second.transcript, second.reasoning, second.index) == (("It broke.", "Thanks."), None, 1)


def test_a_bare_line_and_a_fine_tuning_line_are_read() -> None:
    bare, tuned = lines(
        conversation(user("Hi"), assistant(call())),
        conversation(user("Hi"), assistant(call()), tools=[{"type": "function"}], parallel_tool_calls=False),
    )
    assert isinstance(bare, Conversation)
    assert isinstance(tuned, Conversation)
    assert (bare.id, tuned.id) == ("line-1", "line-2")
    assert len(bare.calls) == len(tuned.calls) == 1


def test_odd_but_known_shapes_are_read() -> None:
    parts = [{"type": "text", "text": "It"}, {"type": "image_url"}, {"type": "text", "text": "broke"}]
    found = only(
        conversation(
            user(parts),
            assistant(call(arguments={"amount": 5}), call(arguments=""), call(arguments=None)),
            {"role": "assistant", "function_call": {"name": "old", "arguments": "{}"}},
            id=17,
            metadata={"customer": "c-7", "model": "m"},
        )
    )
    assert (found.id, found.customer, found.model) == ("17", "c-7", "m")
    assert [one.arguments for one in found.calls] == [{"amount": 5}, {}, {}, {}]
    assert [one.tool for one in found.calls] == ["issue_refund"] * 3 + ["old"]
    assert found.calls[0].transcript == ("It\nbroke",)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", "not valid JSON"),
        (b"[1]", "the line is not an object"),
        (b'{"id": 1}', "messages is missing"),
        (b'{"messages": {}}', "messages is not a list"),
        (b'{"messages": [], "messages": []}', "appears twice"),
        (b'{"messages": [NaN]}', "NaN"),
        (b'{"messages": ["\xff"]}', "UTF-8"),
        (b'{"messages": [], "x": "\\ud800"}', "surrogate"),
        (b'{"messages": ' + b"[" * 100 + b"]" * 100 + b"}", "deeper"),
    ],
)
def test_a_line_that_can_not_be_read_is_named_and_the_next_one_goes_on(line: bytes, problem: str) -> None:
    good, bad, after = lines(conversation(), line, conversation(user("Hi"), assistant(call())))
    assert isinstance(good, Conversation)
    assert isinstance(bad, Skipped)
    assert bad.line == 2
    assert problem in bad.problem
    assert isinstance(after, Conversation)
    assert (after.line, len(after.calls)) == (3, 1)


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        ({"tool_calls": [call(arguments="{")]}, "messages[0].tool_calls[0].function.arguments is not valid JSON"),
        ({"tool_calls": [call(arguments="[1]")]}, "messages[0].tool_calls[0].function.arguments is not an object"),
        ({"tool_calls": [call(arguments=7)]}, "messages[0].tool_calls[0].function.arguments is not an object"),
        ({"tool_calls": [call(name="")]}, "messages[0].tool_calls[0].function.name is not a name"),
        ({"tool_calls": [call(name="x" * 999)]}, "messages[0].tool_calls[0].function.name is not a name"),
        ({"tool_calls": ["x"]}, "messages[0].tool_calls[0].function is not an object"),
        ({"tool_calls": "x"}, "messages[0].tool_calls is not an object"),
        ({"function_call": []}, "messages[0].function_call is not an object"),
    ],
)
def test_a_call_that_can_not_be_read_is_named_and_the_others_stay(made: dict[str, Any], problem: str) -> None:
    found = only(conversation({"role": "assistant", **made}, assistant(call("good"))))
    assert [one.tool for one in found.calls] == ["good"]
    (skipped,) = found.skipped
    assert skipped.line == 1
    assert skipped.problem.startswith(problem)


def test_messages_that_are_no_objects_are_named() -> None:
    found = only({"messages": [None, 7, user("Hi"), assistant(call())]})
    assert [one.problem for one in found.skipped] == ["messages[0] is not an object", "messages[1] is not an object"]
    assert len(found.calls) == 1


def test_empty_lines_line_ends_and_a_byte_order_mark_are_nothing() -> None:
    text = json.dumps(conversation(user("Hi"), assistant(call()))).encode()
    found = list(read_conversations(io.BytesIO(b"\xef\xbb\xbf" + text + b"\r\n\r\n  \n" + text)))
    assert [type(one) for one in found] == [Conversation, Conversation]
    assert [one.line for one in found] == [1, 4]


def test_a_line_that_is_too_long_is_skipped_without_being_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcripts, "MAX_LINE", 1000)
    longest = 0

    class Watched(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            nonlocal longest
            line = super().readline(size)
            longest = max(longest, len(line))
            return line

    good = json.dumps(conversation(user("Hi"), assistant(call()))).encode()
    stream = Watched(b"\n".join([good, b"x" * 50_000, good, b"y" * 3000]))
    first, too_long, third, last = read_conversations(stream)
    assert isinstance(first, Conversation)
    assert isinstance(third, Conversation)
    assert isinstance(too_long, Skipped)
    assert isinstance(last, Skipped)
    assert (too_long.line, third.line, last.line) == (2, 3, 4)
    assert longest <= 1001


def test_only_the_last_words_go_along_and_no_more_of_them_than_fit() -> None:
    found = only(conversation(*(user(f"{number} " + "x" * 9000) for number in range(30)), assistant(call())))
    said = found.calls[0].transcript
    assert [words.split()[0] for words in said] == [str(number) for number in range(20, 30)]
    assert all(len(words) == transcripts.MAX_TEXT for words in said)


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10) | st.text(max_size=8) | st.floats(allow_nan=False, width=16),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["messages", "role", "content", "tool_calls", "function", "name", "arguments", "id", "function_call"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.lists(st.fixed_dictionaries({"messages": st.lists(junk, max_size=4)}) | junk, max_size=4))
def test_no_json_at_all_breaks_it(values: list[Any]) -> None:
    for one in lines(*values):
        assert one.line >= 1


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_no_bytes_at_all_break_it(values: list[bytes]) -> None:
    for one in lines(*values):
        assert one.line >= 1
