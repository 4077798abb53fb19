"""Rich text: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block ."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fakes.slack.blocks.composition import identifier
from tests.fakes.slack.blocks.shapes import Check, fields, flag, kind, list_of, one_of, string, typed, whole

# Slack names no limit on the length of a run of text or of a list; the message's own limits apply.
MANY = 1000
RUN = 12_000

_style = fields(
    {},
    dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), flag),
)
_styled: Mapping[str, Check] = {"style": _style}

RUNS: Mapping[str, Check] = {
    "broadcast": kind("broadcast", {"range": one_of("here", "channel", "everyone")}, _styled),
    "channel": kind("channel", {"channel_id": identifier}, _styled),
    "color": kind("color", {"value": string(20)}, _styled),
    "date": kind(
        "date",
        {"timestamp": whole(0, 99_999_999_999), "format": string(255)},
        {**_styled, "url": string(3000), "fallback": string(255)},
    ),
    "emoji": kind("emoji", {"name": string(100)}, {**_styled, "unicode": string(100), "url": string(3000)}),
    "link": kind("link", {"url": string(3000)}, {**_styled, "text": string(RUN, 0), "unsafe": flag}),
    "team": kind("team", {"team_id": identifier}, _styled),
    "text": kind("text", {"text": string(RUN)}, _styled),
    "user": kind("user", {"user_id": identifier}, _styled),
    "usergroup": kind("usergroup", {"usergroup_id": identifier}, _styled),
}

_border: Mapping[str, Check] = {"border": one_of(0, 1)}
_section = kind("rich_text_section", {"elements": list_of(typed(RUNS), MANY, 0)})
_plain_runs = list_of(typed({name: RUNS[name] for name in ("text", "link")}), MANY, 0)

PARTS: Mapping[str, Check] = {
    "rich_text_section": _section,
    "rich_text_list": kind(
        "rich_text_list",
        {"style": one_of("bullet", "ordered"), "elements": list_of(typed({"rich_text_section": _section}), MANY, 0)},
        {**_border, "indent": whole(0, 8), "offset": whole(0, MANY)},
    ),
    "rich_text_quote": kind("rich_text_quote", {"elements": list_of(typed(RUNS), MANY, 0)}, _border),
    "rich_text_preformatted": kind(
        "rich_text_preformatted", {"elements": _plain_runs}, {**_border, "language": string(50)}
    ),
}

rich_text = typed(
    {"rich_text": kind("rich_text", {"elements": list_of(typed(PARTS), MANY)}, {"block_id": string(255)})}
)
