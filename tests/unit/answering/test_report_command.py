"""``signoff report``, as it is typed."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.cli.report import report_command
from bot.errors import BadInput
from store.opening import open_store
from tests.rigs.house import POLICY, MovedClock, new_house
from tests.rigs.week import Week

DAYS = "2026-03-05..2026-03-11"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a policy, and a database in which a week happened."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")

    async def fill() -> None:
        clock = MovedClock()
        store = await open_store(f"sqlite:///{folder}/signoff.db", clock, vault_key=bytes(32))
        week = Week(await new_house(store, clock))
        await week.before()
        await week.now()
        await store.close()

    asyncio.run(fill())
    return folder


def invoke(folder: Path, *words: str, columns: int = 100) -> str:
    app = typer.Typer()
    app.command()(report_command)
    env = {
        "SIGNOFF_DATABASE": f"sqlite:///{folder}/signoff.db",
        "SIGNOFF_POLICY": str(folder / "policy.yaml"),
        "COLUMNS": str(columns),
    }
    result = CliRunner().invoke(app, [*words], env=env)
    if isinstance(result.exception, Exception):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_a_table_says_what_happened_beside_what_was_before(folder: Path) -> None:
    output = invoke(folder, "refunds", "--period", DAYS)
    lines = [" ".join(line.split()) for line in output.splitlines()]
    assert lines[0] == "Refunds, 5 Mar 2026 to 11 Mar 2026"
    assert "10 of 13 proposed actions waited for a person." in output
    assert "Held 10 2 (+8)" in lines
    assert "Promises kept 67% 9 50% (+17 points)" in lines  # what waited in March has expired since
    assert "Median time to decide 4 min 7 1 min (+3 min)" in lines
    assert "Corrected, by build: b7 1 2 0 (+1)" in lines
    assert "Edited down 50.00 USD 9 0.00 USD (+50.00 USD)" in lines
    assert any(line.startswith("late by 15 min, expired: ") for line in lines)
    assert "Edited up" not in output  # what did not happen takes no line


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_the_table_fits_every_terminal(folder: Path, columns: int) -> None:
    table = invoke(folder, "--period", DAYS, columns=columns).splitlines()
    assert max(map(len, table)) <= columns


def test_json_has_the_figures_and_what_they_mean(folder: Path) -> None:
    told = json.loads(invoke(folder, "--period", DAYS, "--json"))
    assert told["figures"]["volumes"]["opened"] == 13
    assert told["figures"]["amounts"][0]["edited_down"] == "50"
    lines = {(line["section"], line["name"]): line for line in told["lines"]}
    assert lines["In time", "median"]["value"] == 240
    assert lines["In time", "median"]["sample"] == 7
    assert all(line["means"] for line in told["lines"])


def test_csv_is_a_file_for_spreadsheets(folder: Path) -> None:
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(invoke(folder, "--period", DAYS, "--csv")))}
    assert rows["opened"]["value"] == "13"
    assert rows["owner"]["value"] == "All owners"


def test_days_in_which_nothing_happened_are_told_in_a_sentence(folder: Path) -> None:
    output = invoke(folder, "--period", "2026-02-01")
    assert "No agent proposed anything." in output
    assert "Reviewers" not in output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody",), "owner: there is no owner 'nobody' (choose one of refunds)"),
        (("--period", "soon"), "period: 'soon' is no period or day (write today, yesterday"),
        (("--json", "--csv"), "--csv: can't be given with --json (choose one of the two)"),
    ],
)
def test_what_can_not_be_answered_says_what_can(folder: Path, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadInput) as refused:
        invoke(folder, *words)
    assert str(refused.value).startswith(said)
