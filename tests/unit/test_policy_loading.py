from __future__ import annotations

import json
import time
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.fields import FieldKind
from bot.domain.verdicts import Level
from bot.errors import BadInput, PolicyInvalid
from bot.policy import (
    actions_section,
    alarms_section,
    arguments_section,
    caps_section,
    feedback_section,
    hours_section,
    loading,
    owners_section,
    people_section,
    promises_section,
    rotations_section,
    rules_section,
    stages_section,
)
from bot.policy.document import Policy, Reminder
from bot.policy.durations import parse_duration, parse_timeout, spoken
from bot.policy.loading import load
from bot.policy.phrases import fold, phrase
from bot.policy.schema import policy_schema
from tests.rigs.gates import REFUND, ROSTER, policy_of

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "examples/policy.yaml").read_text()
EXAMPLES = [
    "examples/policy.yaml",
    "examples/airline-policy.yaml",
    "examples/slack-policy.yaml",
    "examples/teams-policy.yaml",
]
STATE_CHANGING = {
    "book_reservation",
    "cancel_reservation",
    "update_reservation_flights",
    "update_reservation_baggages",
    "update_reservation_passengers",
    "send_certificate",
}
GOLDEN = """\
version: 2
timezone: Mars/Olympus
currency: usd
curency: USD
people:
  lee: {email: lee@acme.test, limit: -1}
  dana: {email: lee@acme.test, nmae: Dana}
  Rosa: {email: rosa}
groups:
  lee: {members: [dana]}
  team: {members: [lee, danna]}
  team: {members: []}
owners:
  refunds:
    accountable: lea
    approvers: []
    hours: {days: mon-fry, open: 8, close: "20:00"}
    sla:
      respond_within: 15 minutes
      remind_at: [150%]
      expire_after: 10s
      escalate: [{after: 5m, to: [nobody]}]
actions:
  refund:
    class: money
    level: comit
    owner: refund
    tools: [a]
    allow_when: amount <= 25 &&
      size(mismatchs) == 0
    hold_when:
      - {name: Odd, when: 'true'}
      - name: sum
        when: |
          amount > 1 &&
            amount + 'x' > 2
    caps: {per_action: 30 actions, per_hour: 3, per_customer_day: many}
  other:
    class: other
    level: draft
    tools: [a]
    approvals: 3
    arguments: {a: {kind: choice}, b: {kind: money, pattern: x}, c: {pattern: "(?=x)"}}
    editable: [d]
    triggers: {mismatch: maybe, low_confidence: {below: 7}}
"""
FOUND = """\
1:10: version: 2 is out of bounds
2:11: timezone: 'Mars/Olympus' is no time zone
3:11: currency: 'usd' is no currency code
4:1: curency: is not a known key (did you mean currency?)
6:38: people.lee.limit: -1 is out of bounds
7:9: people.dana: has the same email as lee
7:32: people.dana.nmae: is not a known key (did you mean name?)
8:3: people.Rosa: 'Rosa' is no name
10:3: groups.lee: is the name of a person too
11:25: groups.team.members.1: 'danna' is neither a person nor a group
12:3: groups.team: is given twice, first in line 11
15:5: owners.refunds: lacks risk_owner
15:18: owners.refunds.accountable: 'lea' is not a person of this file
16:16: owners.refunds.approvers: names nobody
17:19: owners.refunds.hours.days: 'mon-fry' is no day or span of days
17:34: owners.refunds.hours.open: '8' is no time of day
19:23: owners.refunds.sla.respond_within: '15 minutes' is not a duration
20:19: owners.refunds.sla.remind_at.0: '150%' is no share of the promised time
21:21: owners.refunds.sla.expire_after: is shorter than respond_within
22:18: owners.refunds.sla.escalate.0: has a step after 5m, when requests have expired (10s)
22:35: owners.refunds.sla.escalate.0.to.0: 'nobody' is neither a person, a group nor a rotation
25:5: actions.refund: is of class money and names no amount
26:12: actions.refund.level: 'comit' is not one of draft, recommend, commit (did you mean commit?)
27:12: actions.refund.owner: 'refund' is not an owner of this file (did you mean refunds?)
30:12: actions.refund.allow_when: mismatchs is not a known name (did you mean mismatches?)
32:16: actions.refund.hold_when.0.name: 'Odd' is no rule name
36:26: actions.refund.hold_when.1.when: does not compile: found no matching overload
37:24: actions.refund.caps.per_action: can't count actions, it is one
37:36: actions.refund.caps.per_hour: is not a known key
37:67: actions.refund.caps.per_customer_day: 'many' is neither an amount nor a count of actions
39:5: actions.other: has the tool a, which refund has too
42:16: actions.other.approvals: asks for 3 approvals, and refunds has 0 approvers
43:20: actions.other.arguments.a: is a choice without options
43:62: actions.other.arguments.b.pattern: means nothing for a field of kind money
43:79: actions.other.arguments.c.pattern: is no regular expression
44:16: actions.other.editable.0: 'd' is none of the arguments
45:26: actions.other.triggers.mismatch: must be true or false, not 'maybe'
45:57: actions.other.triggers.low_confidence.below: 7 is out of bounds
"""


def problems(text: str) -> list[str]:
    with pytest.raises(PolicyInvalid) as found:
        load(text, "policy.yaml")
    assert all(one.remedy and one.file == "policy.yaml" for one in found.value.problems)
    return [f"{one.line}:{one.column}: {one.field}: {one.message} ({one.remedy})" for one in found.value.problems]


def test_every_problem_is_told_with_its_place() -> None:
    told = problems(GOLDEN)
    for line in FOUND.splitlines():
        place, _, rest = line.partition(" ")
        message, _, remedy = rest.partition(" (did")
        matching = [one for one in told if one.startswith(f"{place} {message}") and (not remedy or remedy in one)]
        assert matching, f"{line}\n\nis not among\n\n" + "\n".join(told)
    assert len(told) == len(FOUND.splitlines()), "\n".join(told)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: (document): is empty"),
        ("a: [1", "1:6: (document): is not valid YAML"),
        ("a: 1\nb: *nothing\n", "2:4: (document): is not valid YAML: found undefined alias"),
        ("- 1\n", "1:1: (document): must be a mapping, not a list"),
        ("version: 1\n", "1:1: (document): lacks currency"),
        ("\x00", "1:1: (document): is not valid YAML"),
        ("a: 1\n---\nb: 2\n", "2:1: (document): is not valid YAML"),
        ("[" * 5000, "1:1: (document): nests too deep"),
        ("x" * 300_000, "1:1: (document): is larger than 256 KiB"),
        (ROSTER + "actions: {}\nowners: {}\n", "14:1: owners: is given twice, first in line 10"),
        ("people: {<<: {a: b}}", "1:1: people: has a key that is no plain word"),
        ("people: &p\n  lee: *p\n", "2:3: people.lee.lee: is not a known key"),
    ],
)
def test_what_is_no_policy_is_refused(text: str, expected: str) -> None:
    told = problems(text)
    assert any(expected.split(": ", 1)[-1] in one for one in told), told
    if expected[0].isdigit():
        place = expected.split(" ", maxsplit=1)[0]
        assert any(one.startswith(place) for one in told), told


def test_an_alias_bomb_is_bounded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    many = "people:\n" + "".join(f"  p{n}: {{email: a{n}@b.cc}}\n" for n in range(500))
    many += f"groups:\n  g0: {{members: &all [{', '.join(f'p{n}' for n in range(500))}]}}\n"
    many += "".join(f"  g{n}: {{members: *all}}\n" for n in range(1, 100))
    started = time.perf_counter()
    with pytest.raises(PolicyInvalid):
        load("\n".join(lines) + "\npeople: {lee: {email: a@b.cc, teams: *a11}}\n", "bomb.yaml")
    with pytest.raises(PolicyInvalid, match="says more than 20000 things"):
        load(many, "bomb.yaml")
    assert time.perf_counter() - started < 10


@settings(max_examples=300)
@given(st.text(max_size=200) | st.text(alphabet="abc:-[]{}&*!|>'\"#%@,?\n \t0", max_size=120))
def test_any_text_is_a_policy_or_refused(text: str) -> None:
    with pytest.raises(PolicyInvalid) as found:
        load(text, "any.yaml")
    assert found.value.problems
    assert all(one.line >= 1 and one.column >= 1 for one in found.value.problems)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_policy_with_a_part_exchanged_is_a_policy_or_refused(data: st.DataObject) -> None:
    lines = EXAMPLE.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    other = data.draw(st.sampled_from(lines) | st.text(max_size=30))
    lines[at] = data.draw(
        st.sampled_from([other, lines[at] + other, lines[at][: len(lines[at]) // 2], "  " + lines[at]])
    )
    try:
        policy = load("\n".join(lines), "changed.yaml")
    except PolicyInvalid:
        return
    for owner in policy.owners.values():
        assert owner.approvers
    for action in policy.actions.values():
        assert len(policy.owners[action.owner].approvers) >= action.approvals


@pytest.mark.parametrize("file", EXAMPLES)
def test_the_examples_load_and_fit_the_schema(file: str) -> None:
    text = (ROOT / file).read_text()
    load(text, file)
    jsonschema.validate(yaml.safe_load(text), policy_schema(), cls=jsonschema.Draft202012Validator)


def test_the_example_is_broad() -> None:
    actions = load(EXAMPLE, "policy.yaml").actions.values()
    assert len(actions) >= 12
    assert {str(action.action_class) for action in actions} == {"money", "identity", "access", "complaint", "other"}
    assert {action.level for action in actions} == set(Level)


def test_the_airline_holds_whatever_changes_state() -> None:
    policy = load((ROOT / EXAMPLES[1]).read_text(), "airline.yaml")
    changing = {tool for tool, action in policy.tools.items() if action.level is Level.COMMIT}
    assert changing == STATE_CHANGING
    assert all(policy.tools[tool].allow_when is None for tool in changing)


def test_the_written_schema_is_current() -> None:
    written = json.loads((ROOT / "docs/policy.schema.json").read_text())
    assert written == policy_schema(), "run: signoff policy schema > docs/policy.schema.json"


def test_the_schema_knows_the_keys_that_the_loader_knows() -> None:
    schema = policy_schema()["properties"]
    owner = schema["owners"]["additionalProperties"]
    action = schema["actions"]["additionalProperties"]
    stage = action["properties"]["stages"]["items"]
    rotation = schema["rotations"]["additionalProperties"]
    pairs = {
        loading.POLICY_KEYS: policy_schema(),
        loading.DEFAULTS_KEYS: schema["defaults"],
        people_section.PERSON_KEYS: schema["people"]["additionalProperties"],
        people_section.GROUP_KEYS: schema["groups"]["additionalProperties"],
        owners_section.OWNER_KEYS: owner,
        hours_section.HOURS_KEYS: owner["properties"]["hours"],
        alarms_section.ALARM_KEYS: owner["properties"]["alarms"]["items"],
        feedback_section.FEEDBACK_KEYS: owner["properties"]["feedback"],
        feedback_section.RULE_KEYS: owner["properties"]["feedback"]["properties"]["rules"]["items"],
        feedback_section.TASK_KEYS: owner["properties"]["feedback"]["properties"]["threshold"],
        promises_section.SLA_KEYS: owner["properties"]["sla"],
        promises_section.STEP_KEYS: owner["properties"]["sla"]["properties"]["escalate"]["items"],
        promises_section.STAGE_SLA_KEYS: stage["properties"]["sla"],
        stages_section.STAGE_KEYS: stage,
        rotations_section.ROTATION_KEYS: rotation,
        rotations_section.SHIFT_KEYS: rotation["properties"]["shifts"]["items"],
        actions_section.ACTION_KEYS: action,
        actions_section.STATUTORY_KEYS: action["properties"]["statutory"],
        arguments_section.FIELD_KEYS: action["properties"]["arguments"]["additionalProperties"]["anyOf"][2],
        caps_section.CAP_KEYS: action["properties"]["caps"],
        rules_section.RULE_KEYS: action["properties"]["hold_when"]["items"],
        rules_section.ROUTE_KEYS: action["properties"]["route"]["items"],
    }
    for keys, said in pairs.items():
        assert set(keys) == set(said["properties"])
        assert said["additionalProperties"] is False


def test_what_a_policy_says() -> None:
    policy: Policy = load(EXAMPLE, "policy.yaml")
    assert policy.version == load(EXAMPLE, "other name").version
    assert policy.version != load(EXAMPLE + "\n", "policy.yaml").version
    assert policy.version.startswith("p-")
    assert len(policy.version) == 14
    lee = policy.person_by_email(" LEE@acme.test")
    assert lee is not None
    assert (lee.id, lee.limit) == ("lee", Decimal(500))
    assert policy.person_by_email("nobody@acme.test") is None
    assert policy.action_for_tool("issue_refund") is policy.actions["refund"]
    assert policy.action_for_tool("refund") is None
    assert "refunds" in [owner.id for owner in policy.owners_of("lee")]
    assert [owner.id for owner in policy.owners_of("rosa")] == list(policy.owners)
    assert policy.owners["refunds"].sla.remind_at == (Reminder(450, 50),)
    assert policy.owners["refunds"].hours is not None
    assert policy.owners["refunds"].hours.week == (*[((480, 1200),)] * 6, ())
    assert policy.owners["refunds"].hours.timezone == policy.timezone
    amount = policy.actions["refund"].fields[1]
    assert (amount.kind, amount.editable, amount.maximum) == (FieldKind.MONEY, True, Decimal(2000))


def test_the_form_without_arguments_makes_fields_of_what_is_editable() -> None:
    action = policy_of(REFUND + "editable: [amount, reason]\ncaps: {per_action: 99.50}").actions["refund"]
    assert [(field.name, field.kind, field.editable) for field in action.fields] == [
        ("amount", FieldKind.MONEY, True),
        ("reason", FieldKind.TEXT, True),
    ]
    assert action.fields[0].maximum == Decimal("99.50")
    assert action.extra_arguments


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (REFUND + "hold_when: [{name: mismatch, when: 'true'}]", "built-in rule"),
        (REFUND + "hold_when: [{name: a, when: 'true'}, {name: a, when: 'true'}]", "names two rules"),
        (REFUND + "route: [{when: history.session_tries > 1, owner: finance}]", "routes by the history"),
        (REFUND + "route: [{when: amount > 1, owner: fnance}]", "did you mean finance"),
        (REFUND + "approvals: 9", "asks for 9 approvals"),
        (REFUND + "customer: who", "is no path"),
        (REFUND + "currency: dollars", "no currency code"),
        (REFUND + "other_arguments: maybe", "neither allow nor hold"),
        (REFUND + "requires: [sesion]", "did you mean session"),
        (REFUND + "caps: {per_customer_day: []}", "says no limit"),
        (REFUND + "reject_reasons: []", "lists no reason code"),
        (REFUND + "reject_reasons: [Not So]", "is no reason code"),
        (REFUND + "triggers: {high_risk_phrase: {also: ['']}}", "must have 1 to"),
        (REFUND + "triggers: {high_risk_phrase: {also: ['a b c d e f g']}}", "has 7 words"),
        (REFUND + "arguments: {a: {kind: integer, minimum: 3, maximum: 2}}", "below minimum"),
        (REFUND.replace("commit", "draft"), "means nothing at level draft"),
        ("class: other\nlevel: commit\ncaps: {per_action: 5}", "the action names none"),
        (REFUND.replace("amount <= 25", "'amount'"), "gives no truth value"),
    ],
)
def test_what_contradicts_itself_is_refused(action: str, message: str) -> None:
    with pytest.raises(PolicyInvalid, match=message):
        policy_of(action)


def test_nobody_may_define_the_name_of_unknown_tools() -> None:
    with pytest.raises(PolicyInvalid, match="unknown_tool: hold"):
        load(ROSTER + "actions:\n  unknown_tool: {class: other, level: draft}\n", "policy.yaml")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), ("4h", 14_400), ("2d", 172_800), ("8w", 4_838_400)]
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds
    assert parse_duration(spoken(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "0s", "-1m", "1.5h", "5 m", "5M", "999999999d", "٣m", "1y", "53w"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        parse_duration(text)
    with pytest.raises(BadInput) as found:
        parse_timeout(text)
    assert found.value.field == "timeout"


def test_timeouts_have_no_days_and_a_bound() -> None:
    assert parse_timeout("720h") == 2_592_000
    for text in ("1d", "1w", "721h", None, 30):
        with pytest.raises(BadInput):
            parse_timeout(text)


def test_phrases_are_found_whatever_their_dress() -> None:
    lost = phrase("Lost phone")
    for text in ("I LOST my old PHONE!", "löst phoné", "lost, phone"):
        assert lost.found_in(fold(text)), text
    for text in ("almost phoned", "phone lost", "lost one two three phone", "lostphone"):
        assert not lost.found_in(fold(text)), text
    started = time.perf_counter()
    phrase("a a a a a b").found_in(fold("a " * 30_000 + "xb b"))
    assert time.perf_counter() - started < 3
