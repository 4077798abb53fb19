"""What each surface offers, read off its code: routes, buttons, forms, commands, and the parts of a card it draws."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast, get_args

import msgspec
from aiohttp import web

from adapters.charts import Charts
from adapters.desk import app as desk
from adapters.desk import deciding_forms, search_page
from adapters.slack.app import clicks as slack_clicks
from adapters.slack.app import commands as slack_commands
from adapters.slack.app import forms as slack_forms
from adapters.slack.app import happenings as slack_happenings
from adapters.slack.app import slack
from adapters.slack.app import submitting as slack_submitting
from adapters.teams.app import clicks as teams_clicks
from adapters.teams.app import commands as teams_commands
from adapters.teams.app import forms as teams_forms
from adapters.teams.app import happenings as teams_happenings
from adapters.teams.app import submitting as teams_submitting
from bot import deciding, receiving
from bot.answering import Answering
from bot.cards import Card
from bot.pausing import Pausing
from bot.receiving.at_once import AT_ONCE
from bot.rostering import Rostering
from bot.waiting import Waiting
from tests.rigs.filed import filing_of, verifying_of
from tests.rigs.house import House

ROOT = Path(__file__).parents[2]
SURFACES = ("desk", "slack", "teams")
COMMANDS = frozenset(command.__name__ for command in get_args(deciding.Command))
"""What a person may ask of a request."""
REQUEST_FORMS = frozenset(deciding_forms.COMMANDS)
"""The desk's forms on a request, by the last part of their address."""
_AMONG_FORMS = "{command}"


def names(kind: str, found: Iterable[str]) -> set[str]:
    return {f"{kind} {name}" for name in found}


# --------------------------------------------------------------------------------------------------------------- desk


def desk_routes(house: House) -> set[str]:
    """``GET /decided``: every address below ``/desk``, the forms of a request one by one."""
    app = web.Application()

    def policy() -> Any:
        return house.policy

    desk.mount(
        app,
        store=house.store,
        clock=house.clock,
        policy=policy,
        deciding=deciding.Deciding(house.store, house.clock, policy),
        pausing=Pausing(house.store, house.clock, policy),
        rostering=Rostering(house.store, house.clock, policy),
        answering=Answering(house.store, house.clock, policy),
        filing=filing_of(house),
        verifying=verifying_of(house),
        draw=Charts().plates,
        waiting=Waiting(house.store),
        public_url="http://127.0.0.1:1",
    )
    found = set()
    for resource in app.router.resources():
        for route in resource if resource.canonical.startswith("/desk") else ():
            path = "" if route.resource is None else route.resource.canonical.removeprefix("/desk")
            if route.method != "HEAD":
                found |= {f"{route.method} {each}" for each in _spread(path)}
    return found


def _spread(path: str) -> Iterator[str]:
    yield from (path.replace(_AMONG_FORMS, name) for name in deciding_forms.COMMANDS if _AMONG_FORMS in path)
    if _AMONG_FORMS not in path:
        yield path


def desk_choices() -> set[str]:
    """``?show``: what an address may choose, of every page."""
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "adapters" / "desk").glob("*.py"))
    named = set(re.findall(r"request\.query\.get\(\s*\"(\w+)\"", sources))
    known = re.search(r"known = \{(.*?)\}\n", sources)
    assert known, "adapters/desk/listing.py says no longer which filters there are"
    named |= set(re.findall(r"\"(\w+)\":", known[1])) | set(search_page.TYPED)
    return {f"?{name}" for name in named}


# -------------------------------------------------------------------------------------------------------------- slack


def slack_offers() -> set[str]:
    buttons = {*AT_ONCE, *slack_forms.FORMS, *compared(slack_clicks, "pressed.command")} - {slack.EXPLAIN}
    return (
        names("button", buttons)
        | names("shortcut", {slack.EXPLAIN})
        | names("form", slack_submitting.HANDLERS)
        | names("/signoff", {*slack_commands.ANSWERS, *slack_commands.FORMS})
        | names("event", compared(slack_happenings, "event.get('type')"))
    )


# -------------------------------------------------------------------------------------------------------------- teams


def teams_offers() -> set[str]:
    forms = {*teams_submitting.COMMANDS, *teams_submitting.FROM_WORDS, *compared(teams_submitting, "name")}
    dialogs = {*teams_forms.FORMS, *teams_submitting.FROM_WORDS, *compared(teams_submitting, "verb")}
    return (
        names("verb", {*AT_ONCE, *compared(teams_clicks, "pressed.verb")})
        | names("dialog", dialogs)
        | names("form", forms)
        | names("@Signoff", {*teams_commands.ANSWERS, *compared(teams_commands, "name")})
        | names("event", compared(teams_happenings, "told.event"))
    )


# ---------------------------------------------------------------------------------------------------- read off sources


def compared(module: ModuleType, what: str) -> set[str]:
    """The texts that an expression is compared or matched with in a module, by their values."""
    found: list[ast.expr] = []
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Compare) and ast.unparse(node.left) == what:
            for other in node.comparators:
                found += other.elts if isinstance(other, (ast.Set, ast.Tuple, ast.List)) else [other]
        if isinstance(node, ast.Match) and ast.unparse(node.subject) == what:
            inner = (one for case in node.cases for one in ast.walk(case.pattern))
            found += [one.value for one in inner if isinstance(one, ast.MatchValue)]
    values = [one.value if isinstance(one, ast.Constant) else _value(module, one) for one in found]
    return {value for value in values if isinstance(value, str)}


def _value(module: ModuleType, node: ast.expr) -> object:
    return getattr(module, node.id, None) if isinstance(node, ast.Name) else None


def commands_made(surface: str) -> set[str]:
    """The commands on a request that a surface makes of what its people do, itself or by what it takes to receive."""
    made: set[str] = set()
    for path in (ROOT / "adapters" / surface).rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        made |= _made(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("bot.learning.", "bot.receiving.")):
                made |= _made(ast.parse(inspect.getsource(importlib.import_module(str(node.module)))))
            if isinstance(node, ast.ImportFrom) and node.module == "bot.receiving":
                for alias in node.names:
                    module = inspect.getmodule(getattr(receiving, alias.name))
                    made |= _made(ast.parse(inspect.getsource(module))) if module is not None else set()
    return made


def _made(tree: ast.AST) -> set[str]:
    """Commands that are called, or stand in a table as what is to be called; what is only compared with is not made."""
    found = set()
    for node in ast.walk(tree):
        used = [node.func] if isinstance(node, ast.Call) else node.values if isinstance(node, ast.Dict) else []
        found |= {one.id for one in used if isinstance(one, ast.Name)}
    return found & COMMANDS


# ------------------------------------------------------------------------------------------------- the parts of a card


class Watched:
    """A card that notes which of its fields are looked at."""

    def __init__(self, card: Card, seen: set[str]) -> None:
        self._card = card
        self._seen = seen

    def __getattr__(self, name: str) -> Any:
        self._seen.add("abilities" if name in {"may", "ability"} else name)
        return getattr(self._card, name)


def watched(card: Card, seen: set[str]) -> Card:
    return cast("Card", Watched(card, seen))


def parts_of_a_card() -> set[str]:
    return {field.name for field in msgspec.structs.fields(Card)}


def desk_parts() -> set[str]:
    """The fields that its templates and pages name."""
    folder = ROOT / "adapters" / "desk"
    text = "\n".join(path.read_text(encoding="utf-8") for path in (*folder.glob("*.py"), *folder.rglob("*.html")))
    named = set(re.findall(r"\b(?:card|drawn)\.(\w+)", text))
    return (named | ({"abilities"} if named & {"may", "ability"} else set())) & parts_of_a_card()


# ------------------------------------------------------------------------------------------------------ what is drawn


def slack_buttons(drawn: object) -> set[str]:
    """The commands of buttons and menus in anything that Slack is shown."""
    found = set()
    for part in _parts(drawn):
        if part.get("type") == "overflow":
            found |= {str(option["value"]).partition("|")[0] for option in part["options"]}
        elif part.get("type") == "button":
            found.add(str(part["action_id"]))
    return found


def teams_buttons(drawn: object) -> tuple[set[str], set[str]]:
    """The verbs that are carried out at once, and those that open a dialog, in any card."""
    parts = list(_parts(drawn))
    at_once = {str(part["verb"]) for part in parts if part.get("type") == "Action.Execute"}
    sent = [part["data"] for part in parts if part.get("type") == "Action.Submit" and "data" in part]
    return at_once, {str(data["verb"]) for data in sent if "msteams" in data}


def _parts(drawn: object) -> Iterator[dict[str, Any]]:
    if isinstance(drawn, dict):
        yield drawn
        for value in drawn.values():
            yield from _parts(value)
    elif isinstance(drawn, (list, tuple)):
        for value in drawn:
            yield from _parts(value)


def command_words(surface: str) -> set[str]:
    """The words of the commands that a surface's help tells of."""
    from bot.cards.wording import COMMANDS as WORDS  # noqa: PLC0415 - of the same name as the commands on a request

    more = importlib.import_module("adapters.teams.cards.answers").LINK if surface == "teams" else None
    return {words.split()[0] for words, _, _ in (*WORDS, *((more,) if more else ()))}
