"""What commands answer, and what a refused click is told: short messages to one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.slack.cards import blocks, limits
from adapters.slack.cards.blocks import context, header, mrkdwn, plain, section
from adapters.slack.cards.buttons import buttons
from adapters.slack.cards.drawn import Drawn
from adapters.slack.cards.markup import date, escape
from adapters.slack.cards.modals.details import standing
from adapters.slack.cards.modals.texts import brief, facts, sentence
from adapters.slack.cards.rich import bullets, line, rich, run
from bot.cards import Card
from bot.cards import plain as visible
from bot.cards.amounts import limit_text
from bot.cards.wording import COMMANDS, meant_command
from bot.domain.people import Person
from bot.errors import AlreadyDecided, Busy, NotAllowed, SignoffError, Unavailable
from bot.policy.document import Owner, Policy

Json = dict[str, Any]
_QUEUE = 12
_PEOPLE = 16
_ROWS = 6


def help_answer(command: str = "/signoff") -> Drawn:
    """Every command with an example."""
    items = [
        [run(f"{command} {words}", "code"), run(f"  {what}"), *_example(command, words, example)]
        for words, what, example in COMMANDS
    ]
    heading = line([run("Signoff holds what an AI agent wants to do until a named human has signed it.")])
    text = f"Commands: {', '.join(words for words, _, _ in COMMANDS)}."
    return Drawn(text=text, blocks=[rich([heading, bullets(items)])])


def _example(command: str, words: str, example: str) -> list[Json]:
    return [] if words == example else [run(". For example "), run(f"{command} {example}", "code")]


def unknown_command(typed: str, command: str = "/signoff") -> Drawn:
    """A word that is no command, with what was perhaps meant."""
    first = brief(visible(typed), 60)
    names = [words.split()[0] for words, _, _ in COMMANDS]
    near = meant_command(first, names)
    meant = f"Did you mean {command} {near}?" if near else f"{command} help lists what there is."
    return say(f"“{first}” is no command of Signoff.", meant)


def queue_answer(cards: Sequence[Card], more: int = 0, desk_url: str | None = None) -> Drawn:
    """What waits for this person, a line and a button each."""
    shown = cards[:_QUEUE]
    more += len(cards) - len(shown)
    count = len(shown) + more
    if not count:
        return say("Nothing waits for you.", "What you may decide appears in its owner's channel, and in Home.")
    waiting = "1 request waits for you" if count == 1 else f"{count} requests wait for you"
    made = [header(waiting)]
    for card in shown:
        details = blocks.button("Details", "details", value=card.request_id)
        text = f"*{escape(brief(card.title), 300)}*\nExpires {date(card.deadline_at, '{ago}')}"
        made.append(section(mrkdwn(text), accessory=details))
    if more:
        where = f" <{desk_url}|See all on the desk>" if desk_url else ""
        made.append(context([mrkdwn(f"And {more} more.{where}")]))
    return Drawn(text=f"{waiting}. First: {escape(brief(cards[0].title), 300)}.", blocks=made)


def request_answer(card: Card, desk_url: str | None = None) -> Drawn:
    """One request in short, with what this person may do."""
    made = [header(card.title), section(mrkdwn(standing(card)))]
    if card.changes:
        made.append(section(fields=facts(card.changes[:_ROWS], 150)))
    reasons = [[run(f"{brief(each.title, 80)}: ", "bold"), run(brief(each.text, 200))] for each in card.reasons[:3]]
    if reasons and card.status.open:
        made.append(rich([line([run("Why it was held", "bold")]), bullets(reasons)]))
    return Drawn(text=escape(card.fallback, limits.FALLBACK_TEXT), blocks=[*made, *buttons(card, desk_url)])


def who_answer(owner: Owner, policy: Policy, presence: Mapping[str, str] | None = None) -> Drawn:
    """Who answers for an owner's requests, and who signs them up to which amount.

    ``presence`` is what Slack says of people (a text by person id): a hint, from which nothing follows.
    """
    hints = presence or {}
    people = [policy.people[id_] for id_ in owner.approvers if id_ in policy.people]
    items = [_person(person, policy, hints) for person in people[:_PEOPLE]]
    if len(people) > _PEOPLE:
        items.append([run(f"and {len(people) - _PEOPLE} more", "italic")])
    answering = [
        [run("Accountable: ", "bold"), *_named(owner.accountable, policy, hints)],
        [run("Risk owner: ", "bold"), *_named(owner.risk_owner, policy, hints)],
    ]
    title = visible(owner.title)
    signing = [line([run("May sign", "bold")]), bullets(items)] if items else [line([run("Nobody may sign.", "bold")])]
    names = ", ".join(person.name for person in people[:_PEOPLE]) or "nobody"
    text = escape(brief(f"{title}: signed by {names}.", 1000), limits.FALLBACK_TEXT)
    return Drawn(text=text, blocks=[header(title), rich([*map(line, answering), *signing])])


def _person(person: Person, policy: Policy, hints: Mapping[str, str]) -> list[Json]:
    most = limit_text(person.limit, policy.currency)
    return [*_named(person.id, policy, {}), run(f", {most}"), *_hint(hints.get(person.id))]


def _named(id_: str, policy: Policy, hints: Mapping[str, str]) -> list[Json]:
    found = policy.people.get(id_)
    return [run(brief(visible(found.name if found is not None else id_), 80)), *_hint(hints.get(id_))]


def _hint(hint: str | None) -> list[Json]:
    return [run(f"  ({brief(visible(hint), 100)})", "italic")] if hint and hint.strip() else []


def unknown_owner(typed: str, policy: Policy) -> Drawn:
    """A name that is no owner's, with those that there are."""
    names = ", ".join(f"{owner.id} ({visible(owner.title)})" for owner in policy.owners.values())
    return say(f"“{brief(visible(typed), 60)}” is no owner of the policy.", f"There are: {brief(names, 1500)}.")


def not_linked(address: str | None, ask: Sequence[str] = ()) -> Drawn:
    """Somebody whom the policy does not know: nothing is shown to them, and whom to ask."""
    whom = f"Ask {brief(', '.join(map(visible, ask)), 300)}" if ask else "Ask whoever keeps the policy file"
    if address is None:
        text = "Slack does not say which e-mail address is yours, so Signoff does not know who you are."
        return say(text, f"{whom} to name your Slack user in the policy file.")
    text = f"Your Slack address {brief(visible(address), 200)} is nobody's in the policy."
    return say(text, f"{whom} to add you, with this address, to the people of the policy file.")


def refusal(error: SignoffError) -> Drawn:
    """Why nothing was done, privately, and what would help."""
    if isinstance(error, AlreadyDecided):
        first = error.opening(escape(brief(visible(error.decided_by), 100)))
        written = f"{first}, {date(error.decided_at)}. Yours changed nothing."
        return Drawn(text=written, blocks=[section(mrkdwn(written))])
    if isinstance(error, Busy):
        return say("Signoff has too much to do at the moment; nothing was done.", "Try again in a minute.")
    if isinstance(error, Unavailable):
        return say("Signoff can't reach something that it needs; nothing was decided.", "Try again in a minute.")
    if isinstance(error, NotAllowed):
        return say(f"Nothing was done: {error.message}", error.remedy)
    field = f"{error.field}: " if error.field else ""
    return say(f"Nothing was done: {field}{error.message}", error.remedy)


def say(text: str, detail: str | None = None) -> Drawn:
    """A plain sentence and, in small letters, what would help."""
    first, more = sentence(brief(visible(text), 2500)), sentence(brief(visible(detail or ""), 2000))
    made = [section(plain(first))] + ([context([plain(more)])] if more else [])
    return Drawn(text=escape(f"{first} {more}".strip(), limits.FALLBACK_TEXT), blocks=made)
