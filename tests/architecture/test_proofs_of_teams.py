"""Every test that the paper on Teams names is there, and every behaviour in it has one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.test_papers import codes, rows, section

ROOT = Path(__file__).parents[2]
PROVEN = rows(section((ROOT / "docs" / "teams.md").read_text(encoding="utf-8"), "What it is proven against"))


@pytest.mark.parametrize("row", PROVEN, ids=lambda row: row[0][:60])
def test_what_is_said_to_be_proven_names_its_test(row: list[str]) -> None:
    behaviour, figure, cell = row
    assert behaviour
    assert figure
    (name,) = codes(cell)
    path, _, test = name.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert test in {each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_there_are_as_many_as_there_were() -> None:
    """A row goes only with the behaviour that it is about."""
    assert len(PROVEN) >= 28
