"""Why it was held, in words: expressions as a reviewer reads them, and as they are written where words fail."""

from __future__ import annotations

import pytest

from bot.policy.expressions import compile_expression


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("amount <= 25 && size(mismatches) == 0", "the amount is at most 25 and there are no mismatches"),
        ("amount > 3 * history.agent_median_amount", "the amount is above 3 times the median of the agent's amounts"),
        ("history.session_tries >= 3", "the number of tries in this session is at least 3"),
        ("amount < 12.5", "the amount is below 12.5"),
        ("size(mismatches) > 0", "there are some mismatches"),
        ("citations.size() >= 2", "there are at least 2 citations"),
        ("!vulnerable", "the customer is not vulnerable"),
        ("regulated_complaint || amount > 100", "it is a regulated complaint or the amount is above 100"),
        ("vulnerable && (amount > 5 || amount < 2)",
         "the customer is vulnerable and (the amount is above 5 or the amount is below 2)"),
        ("context.region in ['EU', 'UK']", "the region is one of “EU”, “UK”"),
        ("arguments.kind != 'cash'", "the kind is not “cash”"),
        ("'device' in mismatches", "“device” is among the mismatches"),
        ("customer != ''", "the customer is given"),
        ("arguments.name == ''", "the name is not given"),
        ("true", "always"),
        ("confidence >= 0.9", "the confidence is at least 0.9"),
        ("citations.exists(c, c.startsWith('R'))", "citations.exists(c, c.startsWith('R'))"),
        ("arguments.name.matches('A.*')", "arguments.name.matches('A.*')"),
        ("(amount + 1) * 2 > 8", "(amount + 1) * 2 > 8"),
    ],
)  # fmt: skip
def test_an_expression_is_said_in_words_where_it_has_them(written: str, said: str) -> None:
    assert compile_expression(written).words == said


def test_what_is_long_is_left_as_it_is_written() -> None:
    written = " && ".join(f"amount > {number}" for number in range(30))
    assert compile_expression(written).words == written
