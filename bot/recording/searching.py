"""Searching: by which words and marks a request is found, and what a query looks for among them.

A request's words are text of ours between spaces: words of what everybody who sees the request may read, and *marks*,
which no typed text can be, for what it is exactly: its owner, status, agent, who had to do with it. What is masked for
readers is in no word. A store keeps the text beside the state, and may keep an index of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2s
from typing import Any

import msgspec

from bot.domain.requests import Request
from bot.domain.words import LONGEST, typed_words, words_of

MOST_WORDS = 40
"""Words of one request; those of arguments come last."""
MOST_AGENTS = 100
"""Agents of whose name a typed word may be a beginning; the others of that name are found by more of it."""
_SHORTEST_END = 6
"""Characters of an id's end by which it is found."""
_SIGN = "\N{CURRENCY SIGN}"
"""Begins a mark: neither letter nor digit, so that it is in no word."""
_END = "\N{SECTION SIGN}"
"""Begins an id that is written from its end."""
_CENT = Decimal("0.01")
_LOG_CENT = math.log2(0.01)
_STEP = 64
"""Steps of an amount's size to a doubling, so that one step holds about one in a hundred of what is alike."""
_FLIGHT = 32
"""Steps that are one mark in the middle of a range."""
_STEPS = 40 * _STEP - 1
"""The last step; larger amounts are on it."""
_STATIC: dict[str, tuple[object, object, str]] = {}
_MOST_STATIC = 4096


class Sought(msgspec.Struct, frozen=True, gc=False):
    """One word that is looked for: a beginning, or with ``whole`` all of it."""

    word: str
    whole: bool = False

    @property
    def written(self) -> str:
        """How it stands in a request's words."""
        return f" {self.word} " if self.whole else f" {self.word}"


Wanted = tuple[tuple[Sought, ...], ...]
"""Of each group at least one must be there; a group of none finds nothing."""


@lru_cache(maxsize=4096)
def mark(kind: str, value: str) -> str:
    """The mark of one exact value."""
    return _SIGN + blake2s(f"{kind}:{value}".encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def search_text(request: Request) -> str:
    """A request's words and marks, each between spaces."""
    marks = {mark("status", request.status), mark("owner", request.routing.owner)}
    marks.update(mark("person", who) for who in people_of(request))
    if request.decision is not None:
        marks.add(mark("decider", request.decision.by.id))
    return f"{_static(request)}{' '.join(sorted(marks))} "


def people_of(request: Request) -> frozenset[str]:
    """Ids of the people who decided, signed or claimed a request, or were told of it in person."""
    decision = request.decision
    actors = [*request.signatures]
    if decision is not None:
        actors += [decision.by, *decision.signatures]
    if request.claim is not None:
        actors.append(request.claim.by)
    return frozenset({*(actor.id for actor in actors if actor.kind == "person"), *request.told})


def _static(request: Request) -> str:
    """What never changes of it but by an erasure, so that it is worked out once."""
    known = _STATIC.get(request.id)
    if known is not None and known[0] is request.assessment and known[1] is request.proposal:
        return known[2]
    text = f" {' '.join(_words(request))} {' '.join(_marks(request))} "
    if len(_STATIC) >= _MOST_STATIC:
        for old in list(_STATIC)[: _MOST_STATIC // 4]:
            _STATIC.pop(old, None)
    _STATIC[request.id] = (request.assessment, request.proposal, text)
    return text


def _words(request: Request) -> list[str]:
    assessment, context = request.assessment, request.assessment.context
    hidden = set(_hidden(request))
    found: dict[str, None] = {}
    for text in (context.customer, context.customer_name, request.proposal.tool, assessment.action_type):
        found.update(dict.fromkeys(words_of(text or "")))
    found.update(dict.fromkeys(words_of(assessment.title)))
    for value in _shown_values(request):
        found.update(dict.fromkeys(words_of(value)))
    ids = [_whole(request.id), _END + _whole(request.id)[::-1], _whole(request.agent_id)]
    return [*(one for one in ids if one), *[word for word in found if word not in hidden][:MOST_WORDS]]


def _whole(id_: str) -> str:
    """An id as one word."""
    return "".join(typed_words(id_))[:LONGEST]


def _shown_values(request: Request) -> Iterator[str]:
    """Arguments that everybody sees, as far as somebody may type them."""
    sensitive = {field.name for field in request.routing.fields if field.sensitive}
    for name, value in request.proposal.arguments.items():
        if name not in sensitive and isinstance(value, str | int) and not isinstance(value, bool):
            yield str(value)[:200]


def _hidden(request: Request) -> Iterator[str]:
    for field in request.routing.fields:
        if field.sensitive and field.name in request.proposal.arguments:
            yield from words_of(str(request.proposal.arguments[field.name]))


def _marks(request: Request) -> Iterator[str]:
    yield mark("agent", request.agent_id)
    yield mark("action", request.assessment.action_type)
    amount = request.assessment.amount
    if amount is not None:
        yield mark("currency", amount.currency)
        step = _step(amount.amount)
        yield mark("amount", str(step))
        yield mark("amounts", str(step // _FLIGHT))


def _step(amount: Decimal) -> int:
    """Which of the steps of an amount's size it is on; everything below a cent is on the first."""
    return 0 if amount < _CENT else min(_STEPS, math.floor(_STEP * (math.log2(amount) - _LOG_CENT)) + 1)


def _steps(least: Decimal | None, most: Decimal | None) -> tuple[Sought, ...]:
    """Marks of every step that a range touches: of single steps at its ends, of flights of them in between."""
    first = 0 if least is None else _step(least)
    last = _STEPS if most is None else _step(most)
    marks: list[str] = []
    while first <= last:
        whole = first % _FLIGHT == 0 and first + _FLIGHT - 1 <= last
        marks.append(mark("amounts", str(first // _FLIGHT)) if whole else mark("amount", str(first)))
        first += _FLIGHT if whole else 1
    return tuple(Sought(one, whole=True) for one in marks)


def typed(query: Any, agents: Mapping[str, str]) -> Wanted:  # noqa: ANN401 - a RequestQuery, which a port above defines
    """What a query looks for that nothing but a request's words says: text, people, currency.

    ``agents`` are the names of all agents by id.
    """
    groups: list[tuple[Sought, ...]] = []
    if query.text:
        groups += [_typed(word, agents) for word in typed_words(query.text)] or [()]
    if query.person is not None:
        groups.append(_any("person", (query.person,)))
    if query.currency is not None:
        groups.append(_any("currency", (query.currency,)))
    return tuple(groups)


def marked(query: Any) -> Wanted:  # noqa: ANN401 - as above
    """The marks of whatever a query looks for besides; not all that has them is looked for."""
    groups: list[tuple[Sought, ...]] = []
    if query.statuses:
        groups.append(_any("status", query.statuses))
    if query.owners is not None:
        groups.append(_any("owner", query.owners))
    for kind, value in (("agent", query.agent_id), ("action", query.action_type), ("decider", query.decided_by)):
        if value is not None:
            groups.append(_any(kind, (value,)))
    if query.amount_from is not None or query.amount_to is not None:
        groups.append(_steps(query.amount_from, query.amount_to))
    return tuple(groups)


def found_in(text: str, groups: Wanted) -> bool:
    """Whether a request of these words has what is looked for."""
    return all(any(one.written in text for one in group) for group in groups)


def _any(kind: str, values: Iterable[str]) -> tuple[Sought, ...]:
    return tuple(Sought(mark(kind, value), whole=True) for value in values)


def _typed(word: str, agents: Mapping[str, str]) -> tuple[Sought, ...]:
    named = sorted(id_ for id_, name in agents.items() if any(one.startswith(word) for one in words_of(name)))
    end = (Sought(_END + word[::-1]),) if len(word) >= _SHORTEST_END else ()
    return (Sought(word), *end, *_any("agent", named[:MOST_AGENTS]))
