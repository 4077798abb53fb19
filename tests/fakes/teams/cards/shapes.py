"""Every type of Adaptive Cards 1.5 with its properties: https://adaptivecards.io/explorer/ .

A property's kind is one word: `text`, `flag`, `number`, `object`, `url`, a name in `WORDS`, a type's name, or one of
`element`, `action`, `select` (an action that a tap may do), `inline`; in brackets, a list of it; `a|b`, either.
`!` after it: required; `?`: may be null.
"""

from __future__ import annotations

WORDS: dict[str, tuple[str, ...]] = {
    "Mode": ("primary", "secondary"),
    "ActionStyle": ("default", "positive", "destructive"),
    "Associated": ("auto", "none"),
    "BlockHeight": ("auto", "stretch"),
    "ChoiceStyle": ("compact", "expanded"),
    "Color": ("default", "dark", "light", "accent", "good", "warning", "attention"),
    "ContainerStyle": ("default", "emphasis", "good", "attention", "warning", "accent"),
    "Drop": ("drop",),
    "FontSize": ("default", "small", "medium", "large", "extraLarge"),
    "FontType": ("default", "monospace"),
    "FontWeight": ("default", "lighter", "bolder"),
    "Horizontal": ("left", "center", "right"),
    "FillMode": ("cover", "repeatHorizontally", "repeatVertically", "repeat"),
    "ImageSize": ("auto", "stretch", "small", "medium", "large"),
    "ImageStyle": ("default", "person"),
    "Spacing": ("default", "none", "small", "medium", "large", "extraLarge", "padding"),
    "TextStyle": ("default", "heading"),
    "InputStyle": ("text", "tel", "url", "email", "password"),
    "Vertical": ("top", "center", "bottom"),
    "Width": ("Full",),
}
"""Words are compared without regard to case, as the renderers do."""

_TOGGLED = {"id": "text", "isVisible": "flag", "requires": "object"}
_BLOCK = _TOGGLED | {"fallback": "element|Drop", "separator": "flag", "spacing": "Spacing"}
_ELEMENT = _BLOCK | {"height": "BlockHeight"}
_BOX = {
    "selectAction": "select",
    "style": "ContainerStyle?",
    "verticalContentAlignment": "Vertical?",
    "bleed": "flag",
    "backgroundImage": "BackgroundImage|url",
    "minHeight": "text",
    "rtl": "flag?",
}
_INPUT = _ELEMENT | {"id": "text!", "errorMessage": "text", "isRequired": "flag", "label": "text"}
_TYPED = _INPUT | {"min": "text", "max": "text", "placeholder": "text", "value": "text"}
_ACTION = {
    "title": "text",
    "iconUrl": "url",
    "id": "text",
    "style": "ActionStyle",
    "fallback": "action|Drop",
    "tooltip": "text",
    "isEnabled": "flag",
    "mode": "Mode",
    "requires": "object",
    "msteams": "object",
}
_SENDS = _ACTION | {"data": "object|text", "associatedInputs": "Associated"}
_CELLS = {"horizontalCellContentAlignment": "Horizontal?", "verticalCellContentAlignment": "Vertical?"}
_WRITTEN = {
    "text": "text!",
    "color": "Color?",
    "fontType": "FontType?",
    "isSubtle": "flag?",
    "size": "FontSize?",
    "weight": "FontWeight?",
}

ELEMENTS: dict[str, dict[str, str]] = {
    "ActionSet": _ELEMENT | {"actions": "[action]!"},
    "ColumnSet": _ELEMENT
    | {
        "columns": "[Column]",
        "selectAction": "select",
        "style": "ContainerStyle?",
        "bleed": "flag",
        "minHeight": "text",
        "horizontalAlignment": "Horizontal?",
    },
    "Container": _ELEMENT | _BOX | {"items": "[element]!"},
    "FactSet": _ELEMENT | {"facts": "[Fact]!"},
    "Image": _BLOCK
    | {
        "url": "url!",
        "altText": "text",
        "backgroundColor": "text",
        "height": "text",
        "width": "text",
        "horizontalAlignment": "Horizontal?",
        "selectAction": "select",
        "size": "ImageSize",
        "style": "ImageStyle",
        "msteams": "object",
    },
    "ImageSet": _ELEMENT | {"images": "[Image]!", "imageSize": "ImageSize"},
    "Media": _ELEMENT | {"sources": "[MediaSource]!", "poster": "url", "altText": "text"},
    "RichTextBlock": _ELEMENT | {"inlines": "[inline]!", "horizontalAlignment": "Horizontal?"},
    "Table": _ELEMENT
    | _CELLS
    | {
        "columns": "[TableColumnDefinition]",
        "rows": "[TableRow]",
        "firstRowAsHeader": "flag",
        "showGridLines": "flag",
        "gridStyle": "ContainerStyle?",
    },
    "TextBlock": _ELEMENT
    | _WRITTEN
    | {"horizontalAlignment": "Horizontal?", "maxLines": "number", "wrap": "flag", "style": "TextStyle?"},
    "Input.ChoiceSet": _INPUT
    | {
        "choices": "[Input.Choice]",
        "isMultiSelect": "flag",
        "style": "ChoiceStyle",
        "value": "text",
        "placeholder": "text",
        "wrap": "flag",
    },
    "Input.Date": _TYPED,
    "Input.Time": _TYPED,
    "Input.Number": _TYPED | {"min": "number", "max": "number", "value": "number"},
    "Input.Text": _INPUT
    | {
        "isMultiline": "flag",
        "maxLength": "number",
        "placeholder": "text",
        "regex": "text",
        "style": "InputStyle",
        "inlineAction": "select",
        "value": "text",
    },
    "Input.Toggle": _INPUT | {"title": "text!", "value": "text", "valueOff": "text", "valueOn": "text", "wrap": "flag"},
}

ACTIONS: dict[str, dict[str, str]] = {
    "Action.Execute": _SENDS | {"verb": "text!"},
    "Action.Submit": _SENDS,
    "Action.OpenUrl": _ACTION | {"url": "url!"},
    "Action.ShowCard": _ACTION | {"card": "AdaptiveCard!"},
    "Action.ToggleVisibility": _ACTION | {"targetElements": "[TargetElement|text]!"},
}

OTHERS: dict[str, dict[str, str]] = {
    "AdaptiveCard": {
        "type": "text!",
        "version": "text",
        "refresh": "Refresh",
        "authentication": "object",
        "body": "[element]",
        "actions": "[action]",
        "selectAction": "select",
        "fallbackText": "text",
        "backgroundImage": "BackgroundImage|url",
        "minHeight": "text",
        "rtl": "flag?",
        "speak": "text",
        "lang": "text",
        "verticalContentAlignment": "Vertical",
        "$schema": "text",
        "msteams": "Teams",
        "metadata": "object",
    },
    "Teams": {"entities": "[Mention]", "width": "Width"},
    "Mention": {"type": "text!", "text": "text!", "mentioned": "Mentioned!"},
    "Mentioned": {"id": "text!", "name": "text!"},
    "Refresh": {"action": "Action.Execute!", "userIds": "[text]", "expires": "text"},
    "BackgroundImage": {
        "url": "url!",
        "fillMode": "FillMode",
        "horizontalAlignment": "Horizontal",
        "verticalAlignment": "Vertical",
    },
    "Column": _BLOCK | _BOX | {"items": "[element]", "fallback": "Column|Drop", "width": "text|number"},
    "Fact": {"title": "text!", "value": "text!"},
    "Input.Choice": {"title": "text!", "value": "text!"},
    "MediaSource": {"mimeType": "text!", "url": "url!"},
    "TableCell": _BOX | {"items": "[element]!"},
    "TableColumnDefinition": _CELLS | {"width": "text|number"},
    "TableRow": _CELLS | {"cells": "[TableCell]", "style": "ContainerStyle?"},
    "TargetElement": {"elementId": "text!", "isVisible": "flag?"},
    "TextRun": _WRITTEN
    | {
        "highlight": "flag",
        "italic": "flag",
        "strikethrough": "flag",
        "underline": "flag",
        "selectAction": "select",
    },
}
TYPED = ("AdaptiveCard", "TextRun", "Mention")
"""Those of the others that must say their type."""

SHAPES: dict[str, dict[str, str]] = ELEMENTS | ACTIONS | OTHERS
SELECTS = tuple(name for name in ACTIONS if name != "Action.ShowCard")
FAMILIES: dict[str, tuple[str, ...]] = {
    "element": tuple(ELEMENTS),
    "action": tuple(ACTIONS),
    "select": SELECTS,
    "inline": ("TextRun",),
}
