"""Arguments as rows: titled, in the kind that the policy says, with before and after where they differ."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.cards.amounts import amount_text
from bot.cards.masking import Masker, masked
from bot.cards.plaintext import plain, words
from bot.cards.shape import Row
from bot.domain.fields import Field, FieldKind
from bot.domain.jsontext import Json, same
from bot.domain.money import decimal_of
from bot.domain.requests import Request
from bot.errors import BadInput
from bot.policy.document import Policy

_ABSENT = object()


def currency_of(request: Request, policy: Policy) -> str | None:
    """The currency of a request's amounts; None where it names one that could not be read."""
    assessment = request.assessment
    if assessment.amount is not None:
        return assessment.amount.currency
    action = policy.actions.get(assessment.action_type)
    if assessment.context.currency is not None or (action is not None and action.currency_path is not None):
        return None
    return action.currency if action is not None else policy.currency


def change_rows(
    request: Request, policy: Policy, masker: Masker, signed: Mapping[str, Json] | None = None
) -> tuple[Row, ...]:
    """One row an argument, the policy's fields first; ``signed`` are other arguments to compare with."""
    proposed = request.proposal.arguments
    after = proposed if signed is None else signed
    fields = {field.name: field for field in request.routing.fields}
    names = dict.fromkeys((*fields, *proposed, *after))
    currency = currency_of(request, policy)
    return tuple(
        _row(
            fields.get(name) or Field(name, words(name)),
            proposed.get(name, _ABSENT),
            after.get(name, _ABSENT),
            currency,
            masker,
        )
        for name in names
        if name in proposed or name in after
    )


def _row(field: Field, before: Json, after: Json, currency: str | None, masker: Masker) -> Row:
    changed = (before is _ABSENT) != (after is _ABSENT) or (before is not _ABSENT and not same(before, after))
    hide = field.name in masker.hidden
    return Row(
        name=field.name,
        title=plain(field.title),
        value=_shown(field, after, currency, masker, hide=hide),
        kind=field.kind.value,
        sensitive=field.sensitive,
        masked=hide,
        editable=field.editable,
        before=_shown(field, before, currency, masker, hide=hide) if changed else None,
        changed=changed,
    )


def _shown(field: Field, value: Json, currency: str | None, masker: Masker, *, hide: bool) -> str | None:
    if value is _ABSENT:
        return None
    text = value_text(value, field.kind, currency)
    return masked(text) if hide else masker.text(text)


def value_text(value: Json, kind: FieldKind = FieldKind.TEXT, currency: str | None = None) -> str:
    """A JSON value as a reader would write it; never rounded, never cut."""
    if kind is FieldKind.MONEY:
        try:
            return amount_text(decimal_of(value), currency)
        except BadInput:
            pass  # shown as it was sent: the reader has to see what can't be read
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, indent=2)
    return str(value)


def plain_rows(values: Mapping[str, Json], masker: Masker) -> tuple[Row, ...]:
    """Any mapping as rows, titled by its keys."""
    return tuple(
        Row(name=plain(name), title=masker.text(words(name)), value=masker.text(_brief(value)))
        for name, value in values.items()
    )


def _brief(value: Json) -> str:
    """A value within a line: a list of plain values as words."""
    if isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value):
        return ", ".join(map(value_text, value)) or "none"
    return value_text(value)
