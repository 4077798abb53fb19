"""Adaptive Cards as the fake Teams takes them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.teams import check_card
from tests.unit.fakes.teams_bot import asking, button

Json = dict[str, Any]
TEXT = {"type": "TextBlock", "text": "x"}
NAME = {"type": "Input.Text", "id": "name"}
LEE = {"type": "mention", "text": "<at>Lee</at>", "mentioned": {"id": "29:1", "name": "Lee"}}


def body(*elements: Json, **more: Any) -> Json:
    return asking(body=[*elements], **more)


GOOD: dict[str, Json] = {
    "words of any case": body({**TEXT, "size": "Large", "weight": "bolder", "color": None}),
    "columns": body({"type": "ColumnSet", "columns": [{"width": "auto", "items": [TEXT]}]}),
    "facts": body({"type": "FactSet", "facts": [{"title": "Amount", "value": "$20"}]}),
    "nothing to read": body({**TEXT, "text": ""}, {"type": "FactSet", "facts": [{"title": "", "value": ""}]}),
    "a table": body({"type": "Table", "columns": [{"width": 1}], "rows": [{"cells": [{"items": [TEXT]}]}]}),
    "rich text": body({"type": "RichTextBlock", "inlines": ["a", {"type": "TextRun", "text": "b", "italic": True}]}),
    "inputs": body(
        NAME,
        {"type": "Input.ChoiceSet", "id": "why", "choices": [{"title": "A", "value": "a"}]},
        {"type": "Input.Date", "id": "day"},
        {"type": "Input.Toggle", "id": "sure", "title": "Sure"},
    ),
    "a form behind a button": asking({"type": "Action.ShowCard", "card": asking(button("reject"), body=[NAME])}),
    "a picture": body({"type": "Image", "url": "https://x.test/a.png", "selectAction": {"type": "Action.Submit"}}),
    "refreshed": asking(refresh={"action": {"type": "Action.Execute", "verb": "r"}, "userIds": ["29:1"] * 60}),
    "full width": asking(msteams={"width": "Full"}),
    "a mention": body({**TEXT, "text": "<at>Lee</at>!"}, msteams={"entities": [LEE]}),
    "many buttons": asking(*[button(f"b{n}") for n in range(6)], button("more", mode="secondary")),
    "an id in a fallback": asking(
        button("approve", id="a") | {"fallback": {"type": "Action.Submit", "id": "a"}}, body=[TEXT]
    ),
}


@pytest.mark.parametrize("card", GOOD.values(), ids=GOOD)
def test_good_cards(card: Json) -> None:
    assert [str(problem) for problem in check_card(card)] == []


BAD: dict[str, tuple[Any, str]] = {
    "no object": ([], "/ must be an object"),
    "no type": ({"version": "1.5"}, "/type is required"),
    "no version": ({"type": "AdaptiveCard"}, "/version must be one of"),
    "a version too new": (asking(version="1.6"), "/version must be one of"),
    "a version too old": (asking(button("approve"), version="1.3"), "/version Action.Execute needs 1.4"),
    "an unknown element": (body({"type": "Marquee"}), "/body/0/type 'Marquee' is no element here"),
    "an action as element": (body({"type": "Action.Submit"}), "/body/0/type 'Action.Submit' is no element"),
    "an element as action": (asking(TEXT), "/actions/0/type 'TextBlock' is no action"),
    "an unknown property": (body({**TEXT, "colour": "good"}), "/body/0/colour is no property of TextBlock"),
    "an unknown word": (body({**TEXT, "color": "green"}), "/body/0/color must be one of default, dark"),
    "a number for a text": (body({**TEXT, "text": 1}), "/body/0/text must be text, not 1"),
    "a text for a flag": (body({**TEXT, "wrap": "true"}), "/body/0/wrap must be true or false"),
    "true for a number": (body({**TEXT, "maxLines": True}), "/body/0/maxLines must be a number"),
    "no list": (asking(body={}), "/body must be a list"),  # type: ignore[arg-type] # as a bot may send it
    "no text": (body({"type": "TextBlock"}), "/body/0/text is required"),
    "an input without id": (body({"type": "Input.Text"}), "/body/0/id is required"),
    "an empty id": (body({"type": "Input.Text", "id": ""}), "/body/0/id is required"),
    "an id twice": (body(NAME, NAME), "/body/1/id 'name' is also the id of /body/0"),
    "an id twice, deep": (
        asking({"type": "Action.ShowCard", "card": asking(body=[NAME])}, body=[NAME]),
        "/actions/0/card/body/0/id 'name' is also",
    ),
    "required without words": (body({**NAME, "isRequired": True}), "/body/0/label is required where the input is"),
    "a comma among several": (
        body(
            {"type": "Input.ChoiceSet", "id": "c", "isMultiSelect": True, "choices": [{"title": "A", "value": "a,b"}]}
        ),
        "/body/0/choices/0/value can't have a comma",
    ),
    "no verb": (asking({"type": "Action.Execute", "fallback": "drop"}), "/actions/0/verb is required"),
    "no fallback": (asking({"type": "Action.Execute", "verb": "a"}), "/actions/0/fallback is required"),
    "a script": (asking({"type": "Action.OpenUrl", "url": "javascript:alert(1)"}), "/actions/0/url must be an address"),
    "a form on a tap": (
        body({"type": "Container", "items": [], "selectAction": {"type": "Action.ShowCard"}}),
        "select",
    ),
    "seven buttons": (asking(*[button(f"b{n}") for n in range(7)]), "/actions has 7 primary actions"),
    "61 refreshed": (
        asking(refresh={"action": {"type": "Action.Execute", "verb": "r"}, "userIds": ["29:1"] * 61}),
        "/refresh/userIds has 61 ids; 60 are allowed",
    ),
    "refreshed by another id": (
        asking(refresh={"action": {"type": "Action.Execute", "verb": "r"}, "userIds": ["dana"]}),
        "/refresh/userIds/0 must be a Teams user id",
    ),
    "refreshed by Submit": (asking(refresh={"action": {"type": "Action.Submit"}}), "must be Action.Execute"),
    "odd data": (
        asking({"type": "Action.Submit", "data": {"msteams": {"type": "dance"}}}),
        "/actions/0/data/msteams its type must be",
    ),
    "a mark without mention": (body({**TEXT, "text": "<at>Lee</at>"}), "has no mention for the text '<at>Lee</at>'"),
    "a mention without mark": (body(TEXT, msteams={"entities": [LEE]}), "mentions '<at>Lee</at>', which no text"),
    "a mention of nobody": (asking(msteams={"entities": [{"type": "mention", "text": "x"}]}), "mentioned is required"),
    "too big": (body({**TEXT, "text": "é" * 15_000}), "bytes of JSON; 28672 are allowed"),
}


@pytest.mark.parametrize(("card", "problem"), BAD.values(), ids=BAD)
def test_bad_cards(card: Any, problem: str) -> None:
    found = [str(each) for each in check_card(card)]
    assert any(problem in each for each in found), found
