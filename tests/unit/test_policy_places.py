"""Where a mistake in an expression stands in the file, whichever way YAML writes the expression."""

from __future__ import annotations

import pytest

from bot.errors import PolicyInvalid
from tests.rigs.gates import REFUND, policy_of, text_of

STYLES = {
    "plain": "allow_when: amount > 1 && wrong > 2",
    "folded plain": "allow_when: amount > 1\n  &&\n\n  wrong > 2",
    "single": "allow_when: 'customer == ''it'' && wrong > 2'",
    "double": 'allow_when: "customer == \\"it\\" && wrong > 2"',
    "double over lines": 'allow_when: "amount > 1\n  && wrong > 2"',
    "literal": "allow_when: |\n  amount > 1 &&\n\n    wrong > 2",
    "folded": "allow_when: >-\n  amount > 1 &&\n  wrong > 2",
    "flow": "hold_when: [{name: a, when: amount > 1 && wrong > 2}]",
    "beyond ASCII": "allow_when: customer == 'Zoë 🎈' && wrong > 2",
}


@pytest.mark.parametrize("style", STYLES)
def test_the_place_is_that_of_the_word(style: str) -> None:
    action = REFUND.replace("allow_when: amount <= 25\n", "") + STYLES[style]
    with pytest.raises(PolicyInvalid) as found:
        policy_of(action)
    (problem,) = found.value.problems
    assert problem.message == "wrong is not a known name"
    written = text_of(action).splitlines()[problem.line - 1]
    assert written[problem.column - 1 :].startswith("wrong")
