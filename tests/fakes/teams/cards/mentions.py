"""Mentions in cards and texts, and whom a message notifies.

https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.teams.cards.problems import Problem
from tests.fakes.teams.cards.reading import MARKED, mentioning, parts

Json = dict[str, Any]
LINK = re.compile(r"(!?)\[[^\]]*\]\(\s*<?([^)\s>]+)")
BARE = re.compile(r"(?<![\w(/])https?://[^\s<>)\"]+")


@dataclass(frozen=True)
class Notified:
    """Whom a message calls (ids as sent) and where it leads."""

    people: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Whether the text is inert."""
        return not (self.people or self.links or self.images)


def entities_of(card: Json) -> list[Json]:
    """The mentions that a card declares, those that are well formed."""
    teams = card.get("msteams")
    found = teams.get("entities") if isinstance(teams, dict) else None
    return [each for each in found or [] if _well_formed(each)]


def mention_problems(card: Json) -> Iterator[Problem]:
    """Marks without a mention and mentions without a mark: Teams draws the one as text and refuses the other."""
    marked = {match.group(0) for text in mentioning(card) for match in MARKED.finditer(text)}
    declared = {str(each["text"]) for each in entities_of(card)}
    for mark in sorted(marked - declared):
        yield Problem("/msteams/entities", f"has no mention for the text {mark!r:.80}")
    for mark in sorted(declared - marked):
        yield Problem("/msteams/entities", f"mentions {mark!r:.80}, which no text block or fact has")


def notified(text: str, entities: Iterable[Json], cards: Iterable[Json]) -> Notified:
    """What a message with this text, these entities and cards does to people."""
    people = [str(each["mentioned"]["id"]) for each in entities if _well_formed(each) and each["text"] in text]
    links, images = _led(text)
    for card in cards:
        marked = [match.group(0) for said in mentioning(card) for match in MARKED.finditer(said)]
        people += [str(each["mentioned"]["id"]) for each in entities_of(card) if each["text"] in marked]
        for part in parts(card):
            more_links, more_images = _part_led(part)
            links, images = [*links, *more_links], [*images, *more_images]
    return Notified(*(list(dict.fromkeys(found)) for found in (people, links, images)))


def _part_led(part: Json) -> tuple[list[str], list[str]]:
    match part.get("type"):
        case "TextBlock":
            return _led(str(part.get("text", "")))
        case "FactSet":
            return _led(" \n".join(f"{fact.get('title')} \n{fact.get('value')}" for fact in part.get("facts") or []))
        case "Action.OpenUrl":
            return [str(part.get("url"))], []
        case "Image":
            return [], [str(part.get("url"))]
    return [], []


def _led(text: str) -> tuple[list[str], list[str]]:
    """The links and pictures that markdown makes of a text, and addresses that Teams makes links by itself."""
    plain = re.sub(r"\\(.)", " ", text)
    found = LINK.findall(plain)
    links = [url for mark, url in found if not mark]
    return [*links, *BARE.findall(LINK.sub(" ", plain))], [url for mark, url in found if mark]


def _well_formed(entity: Any) -> bool:
    return (
        isinstance(entity, dict)
        and entity.get("type") == "mention"
        and isinstance(entity.get("text"), str)
        and isinstance(entity.get("mentioned"), dict)
        and bool(entity["mentioned"].get("id"))
    )
