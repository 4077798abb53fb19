"""The section ``triggers``: the built-in rules that hold, each on unless switched off."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from bot.domain.verdicts import Level
from bot.policy.document import Triggers
from bot.policy.phrases import HIGH_RISK, Phrase, phrase
from bot.policy.yamltree import At

TRIGGER_KEYS: dict[str, frozenset[str]] = {
    "mismatch": frozenset({"levels"}),
    "high_risk_phrase": frozenset({"levels", "phrases", "also"}),
    "repeated_tries": frozenset({"levels", "at_least"}),
    "amount_rise": frozenset({"levels", "times", "after"}),
    "low_confidence": frozenset({"levels", "below"}),
    "missing_citation": frozenset({"levels"}),
    "vulnerable_customer": frozenset({"levels"}),
    "regulated_complaint": frozenset({"levels"}),
}
"""Every trigger with its settings."""
_CHANGING = frozenset({Level.RECOMMEND, Level.COMMIT})


def default_triggers() -> Triggers:
    """Every trigger on, at the levels recommend and commit; a citation is asked of recommendations."""
    levels = dict.fromkeys(TRIGGER_KEYS, _CHANGING)
    levels["missing_citation"] = frozenset({Level.RECOMMEND})
    return Triggers(levels=levels, phrases=tuple(map(phrase, HIGH_RISK)))


def read_triggers(at: At, base: Triggers) -> Triggers:
    """``base`` with what this section changes: ``name: false`` switches one off, settings switch it on."""
    triggers = base
    for name, place in at.keys(TRIGGER_KEYS).items():
        if place.is_mapping:
            triggers = _settings(name, place, triggers)
            continue
        on = place.boolean()
        if on is not None:
            triggers = _switch(triggers, name, (base.levels.get(name) or _CHANGING) if on else frozenset())
    return triggers


def _switch(triggers: Triggers, name: str, levels: frozenset[Level]) -> Triggers:
    return replace(triggers, levels={**triggers.levels, name: levels})


def _settings(name: str, at: At, triggers: Triggers) -> Triggers:
    found = at.keys(TRIGGER_KEYS[name])
    levels = triggers.levels.get(name) or _CHANGING
    if "levels" in found:
        places = list(found["levels"].items())
        levels = frozenset(level for place in places if (level := place.choice(Level)) is not None)
    triggers = _switch(triggers, name, levels)
    if "at_least" in found and (tries := found["at_least"].integer(least=2, most=1000)) is not None:
        triggers = replace(triggers, tries_at_least=tries)
    if "times" in found and (times := found["times"].decimal(least=Decimal(1), most=Decimal(1000))) is not None:
        triggers = replace(triggers, rise_times=times)
    if "after" in found and (after := found["after"].integer(least=1, most=50)) is not None:
        triggers = replace(triggers, rise_after=after)
    if "below" in found and (below := read_share(found["below"])) is not None:
        triggers = replace(triggers, confidence_below=below)
    if "phrases" in found:
        triggers = replace(triggers, phrases=_phrases(found["phrases"]))
    if "also" in found:
        triggers = replace(triggers, phrases=(*triggers.phrases, *_phrases(found["also"])))
    return triggers


def read_share(at: At) -> float | None:
    """A number from 0 to 1."""
    value = at.decimal(least=Decimal(0), most=Decimal(1))
    return None if value is None else float(value)


def _phrases(at: At) -> tuple[Phrase, ...]:
    found = []
    for place in at.items():
        text = place.text(longest=200)
        if text is None:
            continue
        try:
            found.append(phrase(text))
        except ValueError as error:
            place.wrong(str(error), "write a phrase of 1 to 6 words")
    return tuple(found)
