"""What commands answer, and what a refused click is told: cards for one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.teams.cards.buttons import buttons, statement
from adapters.teams.cards.dialogs.details import standing
from adapters.teams.cards.dialogs.heading import facts
from adapters.teams.cards.elements import bullets, group, line, moment, run, title
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.room import fitted
from bot.cards import Card
from bot.cards import plain as visible
from bot.cards.amounts import limit_text
from bot.cards.cutting import brief, sentence
from bot.cards.room import Pen
from bot.cards.wording import COMMANDS, meant_command, why_title
from bot.domain.people import Person
from bot.errors import AlreadyDecided, Busy, NotAllowed, SignoffError, Unavailable
from bot.policy.document import Owner, Policy

Json = dict[str, Any]
_QUEUE = 12
_PEOPLE = 16
_ROWS = 6


def say_card(text: str, detail: str | None = None) -> Json:
    """A plain sentence and, in small letters, what would help."""
    body = [line([run(sentence(brief(visible(text), 1500)))])]
    if detail:
        body.append(line([run(sentence(brief(visible(detail), 800)), "small", "subtle")], "Small"))
    return card_of(body)


LINK = ("link NAME", "In a channel: the requests that the policy sends to this name come here", "link refunds")


def help_card(command: str = "") -> Json:
    """Every command with an example; ``command`` is what stands before each, such as ``@Signoff``."""
    before = f"{command} " if command else ""
    items = [
        [run(before + words, "code"), run(f"  {what}"), *_example(before, words, example)]
        for words, what, example in (*COMMANDS[:-1], LINK, COMMANDS[-1])
    ]
    first = line([run("Signoff holds what an AI agent wants to do until a named human has signed it.")])
    return card_of([first, *group(bullets(items))])


def _example(before: str, words: str, example: str) -> list[Json]:
    return [] if words == example else [run(". For example "), run(before + example, "code")]


def unknown_command_card(typed: str, command: str = "") -> Json:
    """A word that is no command, with what was perhaps meant."""
    before = f"{command} " if command else ""
    first = brief(visible(typed), 60)
    near = meant_command(first, [words.split()[0] for words, _, _ in (*COMMANDS, LINK)])
    meant = f"Did you mean {before}{near}?" if near else f"{before}help lists what there is."
    return say_card(f"“{first}” is no command of Signoff.", meant)


def request_card(card: Card, desk_url: str | None = None) -> Json:
    """One request in short, with what this person may do; ``card`` is drawn for them."""

    def draw(pen: Pen) -> Json:
        body = [title(brief(card.title, pen.room.said)), *standing(card), *facts(card.changes[:_ROWS], pen.room.value)]
        reasons = [
            [run(f"{brief(each.title, 80)}: ", "bold"), run(brief(each.text, pen.room.value))]
            for each in card.reasons[:3]
        ]
        if reasons and card.status.open:
            body += group([line([run(why_title(card), "bold")]), *bullets(reasons)])
        return card_of([*body, *statement(card)], buttons(card, desk_url))

    return fitted(draw)


def who_card(owner: Owner, policy: Policy, presence: Mapping[str, str] | None = None) -> Json:
    """Who answers for an owner's requests, and who signs them up to which amount.

    ``presence`` is a text by person id: a hint, from which nothing follows.
    """
    hints = presence or {}
    people = [policy.people[id_] for id_ in owner.approvers if id_ in policy.people]
    items = [_person(person, policy, hints) for person in people[:_PEOPLE]]
    if len(people) > _PEOPLE:
        items.append([run(f"and {len(people) - _PEOPLE} more", "italic")])
    answering = [
        line([run("Accountable: ", "bold"), *_named(owner.accountable, policy, hints)]),
        line([run("Risk owner: ", "bold"), *_named(owner.risk_owner, policy, hints)]),
    ]
    heading = line([run("May sign" if items else "Nobody may sign.", "bold")])
    return card_of([title(visible(owner.title)), *answering, *group([heading, *bullets(items)])])


def _person(person: Person, policy: Policy, hints: Mapping[str, str]) -> list[Json]:
    most = limit_text(person.limit, policy.currency)
    return [*_named(person.id, policy, {}), run(f", {most}"), *_hint(hints.get(person.id))]


def _named(id_: str, policy: Policy, hints: Mapping[str, str]) -> list[Json]:
    found = policy.people.get(id_)
    return [run(brief(visible(found.name if found is not None else id_), 80)), *_hint(hints.get(id_))]


def _hint(hint: str | None) -> list[Json]:
    return [run(f"  ({brief(visible(hint), 100)})", "italic")] if hint and hint.strip() else []


def unknown_owner_card(typed: str, policy: Policy) -> Json:
    """A name that is no owner's, with those that there are."""
    names = ", ".join(f"{owner.id} ({visible(owner.title)})" for owner in policy.owners.values())
    return say_card(f"“{brief(visible(typed), 60)}” is no owner of the policy.", f"There are: {brief(names, 700)}.")


def not_linked_card(address: str | None, ask: Sequence[str] = ()) -> Json:
    """Somebody whom the policy does not know: nothing is shown to them, and whom to ask."""
    whom = f"Ask {brief(', '.join(map(visible, ask)), 300)}" if ask else "Ask whoever keeps the policy file"
    if address is None:
        text = "Teams does not say which e-mail address is yours, so Signoff does not know who you are."
        return say_card(text, f"{whom} to name your Teams user in the policy file.")
    text = f"Your Teams address {brief(visible(address), 200)} is nobody's in the policy."
    return say_card(text, f"{whom} to add you, with this address, to the people of the policy file.")


def refusal_card(error: SignoffError) -> Json:
    """Why nothing was done, privately, and what would help."""
    if isinstance(error, AlreadyDecided):
        first = run(f"{error.opening(brief(visible(error.decided_by), 100))}, ")
        return card_of([line([first, moment(error.decided_at), run(". Yours changed nothing.")])])
    if isinstance(error, Busy):
        return say_card("Signoff has too much to do at the moment; nothing was done.", "Try again in a minute.")
    if isinstance(error, Unavailable):
        return say_card("Signoff can't reach something that it needs; nothing was decided.", "Try again in a minute.")
    field = f"{error.field}: " if error.field and not isinstance(error, NotAllowed) else ""
    return say_card(f"Nothing was done: {field}{error.message}", error.remedy)
