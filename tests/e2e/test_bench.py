"""The bench runs and its results have their shape; what the figures are is no matter of a test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.figures import Figure, Report, at_least, at_most, quantile, ratios
from bench.printing import markdown

ROOT = Path(__file__).parents[2]
KEYS = {"section", "name", "unit", "min", "median", "max", "samples", "goal", "met", "note"}


def measured(folder: Path, section: str, *more: str) -> tuple[str, str, dict[str, Any]]:
    """What one section's quick form prints, its tables, and its results."""
    results, tables = folder / "results.json", folder / "tables.md"
    command = [
        sys.executable,
        "-m",
        "bench",
        "--quick",
        "--rounds",
        "1",
        "--only",
        section,
        "--database",
        "sqlite",
        *more,
    ]
    done = subprocess.run(
        [*command, "--json", results, "--markdown", tables], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(results.read_text())
    assert {"cores", "Python", "SQLite", "fsync"} <= found["machine"].keys()
    assert found["skipped"] == []
    assert found["figures"]
    for figure in found["figures"]:
        assert figure.keys() == KEYS
        assert figure["min"] <= figure["median"] <= figure["max"]
        assert (figure["goal"] is None) == (figure["met"] is None)
    return done.stdout, tables.read_text(), found


@pytest.mark.serial
@pytest.mark.timeout(400)  # two servers one after the other, of which one has a slower disk, and cards for both
@pytest.mark.parametrize(("section", "name"), [("slack", "Slack"), ("teams", "Teams")])
def test_a_chat_is_measured_with_clicks_under_load(tmp_path: Path, section: str, name: str) -> None:
    printed, _, found = measured(tmp_path, section)
    by_name: dict[str, list[dict[str, Any]]] = {}
    for figure in found["figures"]:
        by_name.setdefault(figure["name"], []).append(figure)
    plain, slowed = by_name["click to acknowledgement, p99"]
    assert plain["section"] == f"{name} on SQLite, 300 requests opened a second"
    assert "2 ms added to every fsync" in slowed["section"]
    assert {each["goal"]["value"] for each in (plain, slowed)} == {250}
    assert {each["goal"]["value"] for each in by_name["click to acknowledgement, longest"]} == {3000}
    assert {"click to redrawn card, p50", "open, connected ÷ not", f"open, {name} connected"} <= by_name.keys()
    assert all(figure["min"] > 0 for figure in found["figures"])
    assert "goals met" in printed


@pytest.mark.parametrize(("goal", "met"), [(at_least(2), True), (at_least(2.5), False), (at_most(2), True)])
def test_a_goal_is_held_against_the_median(goal: object, met: bool) -> None:
    figure = Figure("section", "name", "x", (9.0, 1.0, 2.0), goal)  # type: ignore[arg-type]  # parametrized
    assert figure.median == 2
    assert figure.met is met


def test_ratios_are_of_one_round_each() -> None:
    assert ratios([2.0, 9.0], [1.0, 3.0]) == [2.0, 3.0]
    with pytest.raises(ValueError, match="longer"):
        ratios([1.0], [1.0, 2.0])


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_quantile_is_a_value_that_occurred(share: float, value: int) -> None:
    assert quantile([float(number) for number in range(100, 0, -1)], share) == value


def test_what_was_left_out_is_said() -> None:
    report = Report({"cores": "2"})
    report.skip("rivals", "no network")
    assert "Left out: rivals: no network." in markdown(report)


def test_a_past_is_made_and_measured_on_again_and_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'past.db'}"
    command = [sys.executable, "-m", "bench.pasts", url, "--stored", "300"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("300 requests, ")
    for again in ("first", "second"):
        (folder := tmp_path / again).mkdir()
        printed, tables, found = measured(folder, "verify", "--past", url)
        assert "events/s" in printed
        assert "| verify, one process, for each second computed | events/s |" in tables
        assert ("seal" in {figure["name"] for figure in found["figures"]}) is (again == "first")
