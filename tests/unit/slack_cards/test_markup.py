"""Markup: what stays text, what notifies, and where texts are cut."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.slack.cards.markup import cut, date, escape, mention, mention_group, utc
from tests.fakes.slack.notifying import notified
from tests.rigs.hostile import HOSTILE
from tests.rigs.slack_markup import Reader, markup

ACTIVE = st.text(st.sampled_from("*_~`:@#<>&!|.^ \nab1c/\u0301🇩🇪👩‍👧"), max_size=60)
ANY = st.text() | ACTIVE | st.sampled_from(sorted(HOSTILE.values()))


@pytest.mark.parametrize(
    "text",
    [
        "<!channel> <@U1> <#C1> <!subteam^S1> <!here|here>",
        "<https://evil.test|the bank> https://evil.test mailto:a@evil.test ftp://evil.test www.evil.test",
        "@channel @here @everyone @dana #general a.b@evil.test",
        "*bold* _italic_ ~struck~ `code` ```more code```",
        "> quoted\n >> and more\n&gt; again",
        ":smile: :+1: :white_check_mark::skin-tone-2:",
        "<!date^0^{date}^https://evil.test|then>",
        "a *b* c_d_e _f g_ (*h*) *i*, '*j*'",
    ],
)
def test_nothing_in_a_text_acts(text: str) -> None:
    made = escape(text)
    assert notified(made, [{"type": "section", "text": {"type": "mrkdwn", "text": made}}]).nothing
    assert not re.search(r"<|>", re.sub("</?div>", "", markup(made, Reader())))
    assert not re.search(r"[@#]\w|:[\w+'-]+:|(^|\W)[*_~]\S|\S[*_~](\W|$)|`|://|^\s*&gt;", made, re.MULTILINE)


def test_ordinary_text_stays_as_it_is() -> None:
    for text in ("cust_42", "10:30, 2*3", "a_b_c", "Order A-1001: 120.00 USD", "50 % off # 3 @ 5", "Ünïcødé ✓ 日本"):
        assert escape(text) == text
    assert escape("a < b && c > d") == "a &lt; b &amp;&amp; c &gt; d"


@given(ANY)
@example("&amp;lt;!channel&amp;gt;")
def test_no_text_whatever_acts(text: str) -> None:
    made = escape(text)
    assert notified(made, []).nothing
    assert "<" not in made
    assert not re.search("</?(b|i|s|a|code|blockquote|span)[ >]", markup(made, Reader()))


@given(ANY, st.integers(0, 80))
def test_a_cut_text_is_within_its_limit_and_ends_between_letters(text: str, limit: int) -> None:
    for whole in (text, escape(text)):
        made = cut(whole, limit)
        assert len(made) <= limit
        if len(whole) <= limit:
            assert made == whole
        elif limit:
            kept = made.removesuffix("…")
            assert made.endswith("…")
            assert whole.startswith(kept)
            assert not kept or unicodedata.category(whole[len(kept)])[0] != "M"
    assert not re.search("&(a|am|amp|l|lt|g|gt)?…", escape(text.replace("…", ""), limit))


def test_cutting_spares_entities_tokens_and_letters_of_several_characters() -> None:
    assert cut("ab&amp;cd", 5) == "ab…"
    assert escape("00<&\u200c0", 12) == "00&lt;…"
    assert cut("ab <@U0LEE> cd", 8) == "ab…"
    assert cut(f"x {date(datetime(2026, 3, 2, tzinfo=UTC))}", 30) == "x…"
    assert cut("a" + "e\u0301" * 4, 5) == "ae\u0301…"
    assert cut("a👩‍👧 b", 4) == "a…"
    assert cut("a🇩🇪🇫🇷", 3) == "a…"
    assert cut("a < b and many more words", 10) == "a < b and…"


def test_instants_are_written_in_the_readers_zone_and_otherwise_in_utc() -> None:
    at = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
    assert date(at) == "<!date^1772465400^{date_short_pretty} at {time}|2026-03-02 15:30 UTC>"
    assert utc(at) == "2026-03-02 15:30 UTC"
    assert markup(date(at), Reader(zone="Europe/Berlin")) == "<div>today at 4:30 PM</div>"


def test_mentions_name_slacks_own_ids_alone() -> None:
    assert (mention("U0LEE"), mention_group("S0SUPER")) == ("<@U0LEE>", "<!subteam^S0SUPER>")
    for made in (mention("U1> <!channel"), mention_group("here|x")):
        assert notified(made, []).nothing
