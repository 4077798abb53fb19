"""The fake's README names what there is."""

from __future__ import annotations

import re
from pathlib import Path

from tests.fakes import teams
from tests.fakes.teams import FakeTeams, Fault, Token
from tests.fakes.teams.connector.serving import ROUTES

README = (Path(teams.__file__).parent / "README.md").read_text()


def test_everything_named_in_the_tables_is_there() -> None:
    fake = FakeTeams()
    first_cells = [line.split("|")[1] for line in README.splitlines() if line.startswith("| `")]
    named = {name for cell in first_cells for name in re.findall(r"`([a-z_]+)(?=[(`.])", cell)} - {"tenant", "token"}
    assert len(named) > 40
    assert [name for name in sorted(named) if not hasattr(fake, name)] == []


def test_every_fault_token_and_method_is_named() -> None:
    for name in [*(each.name for each in [*Fault, *Token]), *ROUTES, "login", "identity", "openid", "keys"]:
        assert name in README, name
