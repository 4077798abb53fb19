"""Blocks as Slack takes them, and the same with one thing wrong."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
Found = st.SearchStrategy[Json]

LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))


def text(most: int) -> st.SearchStrategy[str]:
    """Of 1 to `most` characters, the edges included."""
    short = st.text(LETTERS, min_size=1, max_size=min(most, 12))
    return short | st.sampled_from(["é" * most, "x" * most, "é" * (most - 1)])


def plain(most: int) -> Found:
    return st.fixed_dictionaries({"type": st.just("plain_text"), "text": text(most)}, optional={"emoji": st.booleans()})


def mrkdwn(most: int) -> Found:
    return st.fixed_dictionaries({"type": st.just("mrkdwn"), "text": text(most)}, optional={"verbatim": st.booleans()})


def words(most: int) -> Found:
    return plain(most) | mrkdwn(most)


def kind(name: str, required: dict[str, Any] | None = None, **optional: Any) -> Found:
    return st.fixed_dictionaries({"type": st.just(name), **(required or {})}, optional=optional)


def some(item: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[list[Any]]:
    """A short list, or (of copies) as long a one as is allowed."""
    return st.lists(item, min_size=1, max_size=3) | item.map(lambda each: [copy.deepcopy(each) for _ in range(most)])


ADDRESS = st.sampled_from(["https://acme.test/a.png", "http://acme.test/", "https://acme.test/" + "x" * 2982])
ID = st.text(LETTERS, min_size=1, max_size=12) | st.just("i" * 255)
CONFIRM = st.fixed_dictionaries(
    {"title": plain(100), "text": words(300), "confirm": plain(30), "deny": plain(30)},
    optional={"style": st.sampled_from(["primary", "danger"])},
)
ACTION: Json = {"action_id": ID, "confirm": CONFIRM}
FOCUS: Json = {"focus_on_load": st.just(False)}
HINT: Json = {"placeholder": plain(150)}


def options(label: Found, most: int) -> st.SearchStrategy[list[Json]]:
    one = st.fixed_dictionaries({"text": label, "value": text(150)}, optional={"description": plain(75)})
    return st.lists(one, min_size=1, max_size=most, unique_by=lambda each: each["value"])


def menu(name: str, **more: Any) -> Found:
    return kind(name, None, **ACTION, **FOCUS, **HINT, **more)


def values_differ(groups: list[Json]) -> bool:
    """Whether every option of every group has a value of its own."""
    values = [option["value"] for group in groups for option in group["options"]]
    return len({*values}) == len(values)


GROUP: Found = st.fixed_dictionaries({"label": plain(75), "options": options(plain(75), 3)})
GROUPS = st.lists(GROUP, min_size=1, max_size=3).filter(values_differ)

BUTTON = kind(
    "button",
    {"text": plain(75)},
    **ACTION,
    value=text(2000),
    url=ADDRESS,
    style=st.sampled_from(["primary", "danger"]),
    accessibility_label=text(75),
)
OVERFLOW = kind("overflow", {"options": options(plain(75), 5)}, **ACTION)
SELECTS = st.one_of(
    kind("static_select", {"options": options(plain(75), 6)}, **ACTION, **FOCUS, **HINT),
    kind("static_select", {"option_groups": GROUPS}, **ACTION, **FOCUS, **HINT),
    kind("multi_static_select", {"options": options(plain(75), 6)}, **ACTION, **FOCUS, **HINT),
    menu("external_select", min_query_length=st.integers(0, 5)),
    menu("users_select", initial_user=st.just("U1")),
    menu("multi_users_select", initial_users=st.just(["U1"]), max_selected_items=st.integers(1, 5)),
    menu("channels_select", initial_channel=st.just("C1")),
    menu("conversations_select", default_to_current_conversation=st.booleans()),
)
CHOICES = st.one_of(
    kind("checkboxes", {"options": options(words(75), 10)}, **ACTION, **FOCUS),
    kind("radio_buttons", {"options": options(words(75), 10)}, **ACTION, **FOCUS),
    menu("datepicker", initial_date=st.dates().map(lambda day: day.isoformat())),
    menu("timepicker", initial_time=st.times().map(lambda at: at.strftime("%H:%M"))),
)
FIELDS = st.one_of(
    kind(
        "plain_text_input",
        None,
        action_id=ID,
        **FOCUS,
        **HINT,
        initial_value=text(3000),
        multiline=st.booleans(),
        max_length=st.integers(1, 3000),
        dispatch_action_config=st.just({"trigger_actions_on": ["on_enter_pressed"]}),
    ),
    kind(
        "number_input",
        {"is_decimal_allowed": st.just(True)},
        action_id=ID,
        **FOCUS,
        **HINT,
        initial_value=st.decimals(0, 99, places=2).map(str),
        min_value=st.just("0.01"),
        max_value=st.just("500"),
    ),
    kind("email_text_input", None, action_id=ID, **FOCUS, **HINT),
    kind("url_text_input", None, action_id=ID, **FOCUS, **HINT),
)
IMAGE = kind("image", {"alt_text": text(2000), "image_url": ADDRESS})
BLOCK: Json = {"block_id": ID}


def numbered(elements: list[Json]) -> list[Json]:
    """With an `action_id` of its own for each."""
    return [{**each, "action_id": f"a{number}"} for number, each in enumerate(elements)]


BLOCKS: dict[str, Found] = {
    "actions": kind(
        "actions", {"elements": some(st.one_of(BUTTON, OVERFLOW, SELECTS, CHOICES), 25).map(numbered)}, **BLOCK
    ),
    "context": kind("context", {"elements": some(words(3000) | IMAGE, 10)}, **BLOCK),
    "divider": kind("divider", None, **BLOCK),
    "header": kind("header", {"text": plain(150)}, **BLOCK),
    "image": kind("image", {"alt_text": text(2000), "image_url": ADDRESS}, **BLOCK, title=plain(2000)),
    "input": kind(
        "input",
        {"label": plain(2000), "element": st.one_of(FIELDS, SELECTS, CHOICES)},
        **BLOCK,
        hint=plain(2000),
        optional=st.booleans(),
        dispatch_action=st.booleans(),
    ),
    "section": kind(
        "section",
        {"text": words(3000)},
        **BLOCK,
        fields=some(words(2000), 10),
        accessory=st.one_of(BUTTON, OVERFLOW, SELECTS, CHOICES, IMAGE),
        expand=st.booleans(),
    ),
    "markdown": kind("markdown", {"text": text(12_000)}, **BLOCK),
}
ANY_BLOCK = st.one_of(*BLOCKS.values())


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The place of everything inside a block, the block itself first."""
    found = [here]
    if isinstance(value, dict):
        found += [place for key, each in value.items() for place in paths(each, (*here, key))]
    elif isinstance(value, list):
        found += [place for index, each in enumerate(value[:3]) for place in paths(each, (*here, index))]
    return found


def at(value: Any, path: tuple[Any, ...]) -> Any:
    """What stands at a place."""
    for step in path:
        value = value[step]
    return value


@st.composite
def misshapen(draw: st.DrawFn) -> tuple[str, Json]:
    """A block with one thing wrong in its shape, and the name of what."""
    block = copy.deepcopy(draw(ANY_BLOCK))
    objects = [path for path in paths(block) if isinstance(at(block, path), dict)]
    target = at(block, draw(st.sampled_from(objects)))
    wrong = draw(st.sampled_from(["unknown key", "missing key", "unknown type", "wrong kind"]))
    if wrong == "unknown key":
        target["colour"] = "red"
    elif wrong == "unknown type":
        target["type"] = "marquee"
    else:
        key = draw(st.sampled_from(sorted(target)))
        if wrong == "missing key":
            del target[key]
        else:
            target[key] = 7 if isinstance(target[key], str | list | dict) else "seven"
    return wrong, block


@st.composite
def oversized(draw: st.DrawFn) -> Json:
    """A block in which one text or list is made longer, often beyond its limit."""
    block = copy.deepcopy(draw(ANY_BLOCK))
    long = [path for path in paths(block) if path and path[-1] != "type" and isinstance(at(block, path), str | list)]
    path = draw(st.sampled_from(long or [("type",)]))
    holder, key = at(block, path[:-1]), path[-1]
    more = draw(st.sampled_from([10, 76, 151, 256, 301, 2001, 3001]))
    if isinstance(holder[key], str):
        holder[key] += "x" * more
    else:
        holder[key] = [copy.deepcopy(holder[key][0]) for _ in range(min(more, 101))]
    return dict(block)
