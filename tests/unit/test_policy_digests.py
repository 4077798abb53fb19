"""An owner's digests in the policy file."""

from __future__ import annotations

import pytest

from bot.errors import PolicyInvalid
from bot.policy.cron import parse_cron
from bot.policy.loading import load
from tests.rigs.house import POLICY
from tests.unit.test_policy_alarms import REASONS

CHANNELS = next(line for line in POLICY.splitlines(keepends=True) if line.startswith("    channels: "))


def policy(digests: str, channels: str = "{slack: C0REFUNDS}") -> str:
    written = POLICY.replace(REASONS, f"{REASONS}    digests: {digests}\n")
    assert CHANNELS in written
    return written.replace(CHANNELS, f"    channels: {channels}\n")


def test_a_digest_says_when_it_comes_where_and_of_which_time() -> None:
    text = policy('[{name: weekly, cron: "0 9 * * mon", to: [channel, risk_owner, dana, rosa], period: 4w}]')
    owner = load(text, "policy.yaml").owners["refunds"]
    (digest,) = owner.digests
    assert (digest.name, digest.cron.text, digest.period) == ("weekly", "0 9 * * mon", "4w")
    person = f"person:{owner.risk_owner}"
    assert digest.places["slack"] == tuple(dict.fromkeys(("C0REFUNDS", person, "person:dana", "person:rosa")))
    assert digest.places["teams"] == tuple(dict.fromkeys((person, "person:dana", "person:rosa")))


def test_it_comes_to_the_owner_s_channel_each_week_unless_something_else_is_said() -> None:
    owner = load(policy('[{name: weekly, cron: "30 8 1 * *"}]'), "policy.yaml").owners["refunds"]
    (digest,) = owner.digests
    assert (digest.period, digest.places) == ("week", {"slack": ("C0REFUNDS",)})
    elsewhere = policy('[{name: weekly, cron: "30 8 1 * *", post_to: {slack: C0OTHER}, on: slack}]')
    assert load(elsewhere, "policy.yaml").owners["refunds"].digests[0].places == {"slack": ("C0OTHER",)}


@pytest.mark.parametrize(
    ("digests", "field", "told"),
    [
        ('[{cron: "0 9 * * *"}]', "0", "lacks name"),
        ("[{name: a}]", "0", "lacks cron"),
        ('[{name: A!, cron: "0 9 * * *"}]', "0.name", "is no name of a digest"),
        ('[{name: a, cron: "0 9 * *"}]', "0.cron", "has 4 fields instead of five"),
        ('[{name: a, cron: "0 25 * * *"}]', "0.cron", "'25' is no hour"),
        ('[{name: a, cron: "0 9 * * mond"}]', "0.cron", "'mond' is no day of the week"),
        ('[{name: a, cron: "0 9 31 2,4 *"}]', "0.cron", "names a day that never comes"),
        ('[{name: a, cron: "0 9 1 * mon"}]', "0.cron", "names days of the month and days of the week"),
        ('[{name: a, cron: "* * * * *"}]', "0.cron", "comes more than 4 times an hour"),
        ('[{name: a, cron: "0 17-9 * * *"}]', "0.cron", "'17-9' is no hour"),
        ('[{name: a, cron: "0/0 9 * * *"}]', "0.cron", "'0/0' is no minute"),
        ('[{name: a, cron: "0 9 * * *", period: fortnight}]', "0.period", "is no period that comes again"),
        ('[{name: a, cron: "0 9 * * *", period: 60w}]', "0.period", "is longer than a year"),
        ('[{name: a, cron: "0 9 * * *", to: [danna]}]', "0.to.0", "is neither a person"),
        ('[{name: a, cron: "0 9 * * *", to: []}]', "0.to", "names nobody"),
        ('[{name: a, cron: "0 9 * * *", on: [teams]}]', "0.on", "has nowhere to go on teams"),
        ('[{name: a, cron: "0 9 * * *", on: [desk]}]', "0.on.0", "is no chat surface"),
        ('[{name: a, cron: "0 9 * * *"}, {name: a, cron: "0 9 * * *"}]', "1", "is another digest with the name a"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_write(digests: str, field: str, told: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        load(policy(digests), "policy.yaml")
    found = [problem for problem in refused.value.problems if problem.field == f"owners.refunds.digests.{field}"]
    assert found, refused.value.problems
    assert told in found[0].message
    assert found[0].remedy
    assert found[0].line > 1
    assert len(refused.value.problems) == 1


def test_without_a_channel_it_has_nowhere_to_go() -> None:
    with pytest.raises(PolicyInvalid, match="nowhere to go"):
        load(policy('[{name: a, cron: "0 9 * * *"}]', channels="{}"), "policy.yaml")


@pytest.mark.parametrize(
    ("text", "minutes", "hours", "weekdays"),
    [
        ("0 9 * * mon-fri", (0,), (9,), (0, 1, 2, 3, 4)),
        ("*/15 9-17/4 * * 0,6", (0, 15, 30, 45), (9, 13, 17), (5, 6)),
        ("5,35 0 * * 7", (5, 35), (0,), (6,)),
        ("0 8 * JAN SUN", (0,), (8,), (6,)),
        ("40/10 8 * * *", (40, 50), (8,), (0, 1, 2, 3, 4, 5, 6)),
    ],
)
def test_the_fields_are_read_as_cron_reads_them(
    text: str, minutes: tuple[int, ...], hours: tuple[int, ...], weekdays: tuple[int, ...]
) -> None:
    cron = parse_cron(text)
    assert (cron.minutes, cron.hours, cron.weekdays) == (minutes, hours, weekdays)


def test_a_digest_may_be_of_friction_of_a_month_at_most() -> None:
    text = policy('[{name: weekly, kind: friction, cron: "0 9 * * mon"}, {name: daily, cron: "0 9 * * *"}]')
    weekly, daily = load(text, "policy.yaml").owners["refunds"].digests
    assert (weekly.kind, daily.kind) == ("friction", "summary")
    for wrong, said in (("kind: frictoin", "friction"), ("kind: friction, period: 5w", "longer than a month")):
        with pytest.raises(PolicyInvalid, match=said):
            load(policy(f'[{{name: weekly, {wrong}, cron: "0 9 * * mon"}}]'), "policy.yaml")
