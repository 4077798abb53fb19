"""The built-in triggers: signs of danger that hold a request before damage is done."""

from __future__ import annotations

from collections.abc import Callable

from bot.domain.verdicts import Level
from bot.policy.case import Case, said
from bot.policy.document import Action
from bot.policy.history import lower_median


def fire_triggers(case: Case, action: Action) -> None:
    """Try every trigger that is on at the action's level; one that breaks holds."""
    level, levels, reasons = action.level, action.triggers.levels, case.reasons
    for name, trigger in TRIGGERS.items():
        if level not in levels[name]:
            continue
        before = len(reasons)
        try:
            trigger(case, action)
        except Exception as error:  # noqa: BLE001 -- fail closed, whatever broke
            case.hold(f"{name}", f"The trigger {name} could not be tried: {said(error)}.")
        case.note(f"{name}", "fired" if len(reasons) > before else "quiet")


def mismatch(case: Case, _: Action) -> None:
    """Signals that disagree: name, voiceprint, device history ..."""
    differing = case.context.mismatches
    if differing:
        text = f"These signals do not match: {', '.join(differing)[:300]}."
        case.hold("mismatch", text, mismatches=[name[:100] for name in differing[:20]])


def high_risk_phrase(case: Case, action: Action) -> None:
    """Words of high-risk intent, of the customer or in the agent's reasoning."""
    text = case.text
    if not text:
        return
    found = [one.text for one in action.triggers.phrases if one.words[0] in text and one.found_in(text)]
    if found:
        case.hold("high_risk_phrase", f"High-risk words were used: {', '.join(found[:5])}.", phrases=found)


def repeated_tries(case: Case, action: Action) -> None:
    """The same action again and again in one session."""
    tries, least = case.history.tries(case.context), action.triggers.tries_at_least
    if tries is not None and tries >= least:
        text = f"This is try {tries} in the session; from the {least}. on it is held."
        case.hold("repeated_tries", text, tries=tries, at_least=least)


def amount_rise(case: Case, action: Action) -> None:
    """An amount far above what the agent, the session or the customer had before."""
    if case.amount is None:
        return
    asked, times = case.amount.amount, action.triggers.rise_times
    whose = [("agent", case.agent.id), ("session", case.context.session), ("customer", case.context.customer)]
    for kind, name in whose:
        recent = () if name is None else case.history.recent(kind, name)
        if len(recent) < action.triggers.rise_after or asked <= times * min(recent):
            continue
        usual = lower_median(recent)
        if asked > times * usual:
            currency = case.amount.currency
            text = f"{asked} {currency} is more than {times} times the {kind}'s usual {usual} {currency}."
            compared = {"amount": str(asked), "median": str(usual), "times": str(times), "whose": kind}
            case.hold("amount_rise", text, **compared)


def low_confidence(case: Case, action: Action) -> None:
    """The agent itself is not sure. Where one is asked for, ``ask_grounds`` looks at it."""
    confidence, least = case.context.confidence, action.triggers.confidence_below
    if action.level is Level.RECOMMEND or action.confidence_at_least is not None or confidence is None:
        return
    if not confidence >= least:
        text = f"The agent's confidence is {confidence}, below {least}."
        case.hold("low_confidence", text, confidence=confidence, at_least=least)


def missing_citation(case: Case, action: Action) -> None:
    """No policy is cited. Where the action or its level asks for one, ``ask_grounds`` looks for it."""
    asked = action.level is Level.RECOMMEND or action.citation_required is not None
    if not asked and not case.context.citations:
        case.hold("missing_citation", "A policy citation is needed, and there is none.")


def vulnerable_customer(case: Case, _: Action) -> None:
    """The customer is marked as vulnerable."""
    if case.context.vulnerable:
        case.hold("vulnerable_customer", "The customer is marked as vulnerable.")


def regulated_complaint(case: Case, _: Action) -> None:
    """The case is a complaint under regulation."""
    if case.context.regulated_complaint:
        case.hold("regulated_complaint", "This is a regulated complaint.")


def ask_grounds(case: Case, action: Action) -> None:
    """The confidence and citation that a recommendation, or an action that says so, needs to run alone."""
    recommends = action.level is Level.RECOMMEND
    least = action.confidence_at_least
    if least is None and recommends:
        least = action.triggers.confidence_below
    confidence = case.context.confidence
    if least is not None and (confidence is None or not confidence >= least):
        said = "none is given" if confidence is None else f"it is {confidence}"
        text = f"A confidence of at least {least} is needed; {said}."
        case.hold("low_confidence", text, confidence=confidence, at_least=least)
    cited = recommends if action.citation_required is None else action.citation_required
    if cited and not case.context.citations:
        case.hold("missing_citation", "A policy citation is needed, and there is none.")


TRIGGERS: dict[str, Callable[[Case, Action], None]] = {
    "mismatch": mismatch,
    "high_risk_phrase": high_risk_phrase,
    "repeated_tries": repeated_tries,
    "amount_rise": amount_rise,
    "low_confidence": low_confidence,
    "missing_citation": missing_citation,
    "vulnerable_customer": vulnerable_customer,
    "regulated_complaint": regulated_complaint,
}
