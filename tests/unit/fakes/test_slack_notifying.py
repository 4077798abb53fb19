"""What Slack makes of markup."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.slack.notifying import Notified, notified
from tests.unit.fakes.blocks_by_hand import actions, button, mrkdwn, plain, section

ALL: dict[str, tuple[str, Notified]] = {
    "a user": ("<@U1> and <@U2|dana>", Notified(users=frozenset({"U1", "U2"}))),
    "a group": ("<!subteam^S1|@supervisors>", Notified(groups=frozenset({"S1"}))),
    "everybody": ("<!here> <!channel>", Notified(broadcasts=frozenset({"here", "channel"}))),
    "a channel": ("<#C1|refunds>", Notified(channels=frozenset({"C1"}))),
    "a link": ("<https://evil.test/|click>", Notified(links=frozenset({"https://evil.test/"}))),
    "a bare address": ("see https://evil.test/x.", Notified(links=frozenset({"https://evil.test/x."}))),
    "mail": ("write to eve@evil.test now", Notified(links=frozenset({"eve@evil.test"}))),
    "a date": ("<!date^1392734382^{date_short}|then>", Notified()),
    "what is escaped": ("&lt;@U1&gt; &lt;!channel&gt; @here", Notified()),
}


@pytest.mark.parametrize(("text", "expected"), ALL.values(), ids=ALL)
def test_markup(text: str, expected: Notified) -> None:
    assert notified(text, []) == expected
    assert notified("", [section(text=mrkdwn(text))]) == expected
    assert notified("", [section(text=plain(text))]).nothing


def test_verbatim_text_makes_no_links() -> None:
    words: dict[str, Any] = {**mrkdwn("see https://evil.test/ and <@U1>"), "verbatim": True}
    assert notified("", [section(text=words)]) == Notified(users=frozenset({"U1"}))


def test_rich_text_and_buttons() -> None:
    runs = [
        {"type": "user", "user_id": "U1"},
        {"type": "broadcast", "range": "here"},
        {"type": "link", "url": "https://x/"},
    ]
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": runs}]}
    assert notified("", [rich, actions(button(url="https://y/"))]) == Notified(
        users=frozenset({"U1"}), broadcasts=frozenset({"here"}), links=frozenset({"https://x/", "https://y/"})
    )
