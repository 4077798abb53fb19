"""What the policy said of it, whose it became, and by when."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from bot.cards.caps import cap_rows
from bot.cards.plaintext import plain, words
from bot.cards.rows import value_text
from bot.domain import events as e
from bot.domain.requests import Request
from bot.domain.verdicts import VerdictKind
from bot.filing.case import Case, when
from bot.filing.people import IN_USE
from bot.filing.shape import Entry

_VERDICTS = {
    VerdictKind.ALLOW: "allowed: the policy let it run without a person",
    VerdictKind.HOLD: "held: it could not run until a person signed it",
    VerdictKind.BLOCK: "blocked: it could never run",
}


def judged(case: Case, request: Request) -> Iterator[Entry]:
    """Verdict, each rule that spoke with what it compared, caps, the policy itself."""
    opened, verdict = case.refs("request.opened"), request.assessment.verdict
    yield Entry("Verdict", _VERDICTS[verdict.kind], opened)
    for reason in verdict.reasons:
        compared = "; ".join(f"{plain(name)} = {plain(_brief(value))}" for name, value in reason.compared.items())
        text = plain(reason.text) or ("(erased)" if request.erased else "(no words)")
        note = f"Compared: {compared}" if compared else None
        yield Entry(f"Rule {plain(reason.rule)} ({reason.kind})", text, opened, note=note)
    for row in cap_rows(request):
        yield Entry(f"Caps: {row.title}", row.value or "none", opened)
    yield Entry("Policy version", plain(verdict.policy_version), opened)
    for one in case.others:
        if isinstance(event := one.event, e.Noted) and event.what == IN_USE:
            yield _policy(case, event, one.ref, whole=not one.withheld)


def _policy(case: Case, event: e.Noted, ref: str, *, whole: bool) -> Entry:
    version = plain(str(event.facts.get("version")))
    at = next(one.record.at for one in case.others if one.ref == ref)
    text = event.facts.get("text")
    if not whole:
        said = "its text is kept back in this file"
    elif isinstance(text, str):
        said = f"its text has the SHA-256 {sha256(text.encode()).hexdigest()} and is in the event"
    else:
        said = "its text was not recorded"
    return Entry("Policy in use", f"version {version}, taken into use {when(at)}; {said}", (ref,))


def _brief(value: object) -> str:
    if isinstance(value, list | tuple) and not any(isinstance(item, dict | list) for item in value):
        return ", ".join(map(value_text, value)) or "none"
    return value_text(value)


def routed(case: Case, request: Request) -> Iterator[Entry]:
    """Whose it was, who could sign, by when; and what became of that."""
    routing, people = request.routing, case.people
    refs = case.refs("request.opened", "request.moved", "request.stage_began", "request.rescheduled")
    yield Entry("Team", f"{plain(routing.owner_title)} ({plain(routing.owner)})", refs)
    yield Entry("Accountable executive", people.name(routing.accountable), refs)
    yield Entry("Risk owner", people.name(routing.risk_owner), refs)
    yield Entry("Could sign", people.names([id_ for id_ in routing.approvers if id_ not in routing.barred]), refs)
    if routing.barred:
        yield Entry("Could not, though approvers", people.names(routing.barred), refs)
    if request.widened:
        yield Entry("Could sign after an escalation", people.names(request.widened), case.refs("request.escalated"))
    yield Entry("Signatures needed", str(routing.approvals_needed), refs)
    for number, stage in enumerate(routing.stages, 1):
        text = f"{plain(stage.title)}: {stage.approvals_needed} of {people.names(stage.approvers)}"
        yield Entry(f"Stage {number}", text, refs, note=plain(stage.text) or None)
    yield Entry("Promised by", when(routing.due_at), refs)
    yield Entry("Would have expired, not run", when(request.deadline_at), refs)
    if routing.statutory_at is not None:
        yield Entry("Limit of the law", when(routing.statutory_at), refs)
    sensitive = [plain(field.title) for field in routing.fields if field.sensitive]
    if sensitive:
        yield Entry("Masked for reviewers unless they look", ", ".join(sensitive), refs)
    if request.moved_from:
        yield Entry("Was first with", plain(request.moved_from), case.refs("request.moved"))
    if routing.high_class:
        yield Entry("High class", words("yes: asked once more before it is approved"), refs)
