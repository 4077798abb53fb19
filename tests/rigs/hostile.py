"""Texts that would like to be more than text, and a request that has one in every place that an agent fills."""

from __future__ import annotations

from typing import Any

from bot.deciding import Ask
from bot.domain.requests import Request
from tests.rigs.desk import Desk

HOSTILE = {
    "script": "<script>window.pwned = 1</script>",
    "image": '<img src=x onerror="window.pwned = 1">',
    "breakout": "\"'></textarea></blockquote></title></script><svg onload=window.pwned=1><form action=/desk/out>",
    "template": "{{ 7 * 7 }}{% raw %}${alert(1)}<%= 1 %>",
    "markdown": "[Approve](https://evil.test) **bold** <!channel> <https://evil.test|safe> ![x](https://evil.test/x.png)",
    "address": "javascript:alert(1) https://evil.test/approve?id=1 //evil.test",
    "bidi": "\u202eDSU 00.0001\u202c \u2066hidden\u2069 zero\u200bwidth \u200e\u200f\ufeff",
    "control": "nul\x00 esc\x1b[2J bell\x07 back\x08 del\x7f nel\x85",
    "marks": "Z" + "\u0337\u0315" * 60 + "algo",
    "long": "W" * 3000,
    "long_words": " ".join(["unbreakable" * 30] * 5),
    "lines": "line\n" * 200,
    "rtl": "שלום עולם مرحبا بالعالم " * 5,
    "emoji": "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿" * 10,
    "entities": "&lt;b&gt; &#x202e; &amp;amp; &nbsp;",
}


async def hostile_request(desk: Desk, text: str) -> Request:
    """A held refund in which everything that can be such a text is one, with a question and its answer."""
    context: dict[str, Any] = dict.fromkeys(
        ("customer", "customer_name", "session", "model", "build", "segment", "region", "language"), text
    )
    context |= {name: [text, text] for name in ("evidence", "citations", "transcript", "mismatches")}
    context |= {"signals": {text: text, "nested": {text: [text]}}, "on_behalf_of": text}
    arguments = {"order_id": text, "amount": 120, "reason": text, "method": text, text: text, "more": {text: [text]}}
    request = await desk.propose("issue_refund", arguments, reasoning=text, **context)
    if request.pending:
        asked = await desk.house.say(request, Ask(f"? {text[:3000]}"), "dana")
        await desk.house.redeeming.answer(request.id, asked.questions[0].id, f"! {text[:3000]}", **desk.house.agent)
    return request
