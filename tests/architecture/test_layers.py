"""What a tool can hold of the house's rules: imports, the clock, names, sizes, reasons."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "adapters", "store", "manifest")
# The one room that may read the machine's clock; everything else is handed a Clock.
CLOCK = "clock.py"
# Alembic's revisions are history: they are neither split nor renamed.
HISTORY = "store/migrations/versions/"


def sources(*packages: str) -> Iterator[Path]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not path.relative_to(ROOT).as_posix().startswith(HISTORY):
                yield path


def test_layers() -> None:
    """In a process of its own: the linter sets up logging anew, which would silence loggers that tests listen to."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"]
    options = ["--config", str(ROOT / "pyproject.toml"), "--no-cache", "--no-logo"]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_of_the_bot_has_its_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    placed = set(re.findall(r"bot\.(\w+)", " ".join(layers)))
    present = {
        path.stem for path in (ROOT / "bot").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    lost = present - placed - {"__init__", "__main__"}
    assert not lost, f"add to the layers in pyproject.toml: {', '.join(sorted(lost))}"


def reads_of_the_clock(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Calls of datetime.now, datetime.utcnow, datetime.today, date.today and time.time, however they were imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = f"{ast.unparse(node.func.value).rpartition('.')[2]}.{node.func.attr}"
            if called in {
                "datetime.now",
                "datetime.utcnow",
                "datetime.today",
                "date.today",
                "time.time",
                "time.time_ns",
            }:
                yield node.lineno, called


@pytest.mark.parametrize(
    "line", ["datetime.now(UTC)", "datetime.datetime.now()", "time.time()", "x = dt.date.today()", "time.time_ns()"]
)
def test_a_read_of_the_clock_is_seen(line: str) -> None:
    assert list(reads_of_the_clock(ast.parse(line)))


@pytest.mark.parametrize("line", ["clock.now()", "self.clock.now()", "time.monotonic()", "time.perf_counter()"])
def test_other_time_is_not(line: str) -> None:
    assert not list(reads_of_the_clock(ast.parse(line)))


def test_only_the_clock_reads_the_time() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} calls {called}"
        for path in sources(*PACKAGES)
        if path.name != CLOCK
        for line, called in reads_of_the_clock(ast.parse(path.read_text()))
    ]
    assert not found, "time is an argument; ask the Clock:\n" + "\n".join(found)


def test_names_tell_the_role() -> None:
    vague = re.compile(r"(^|_)(utils?|helpers?|managers?|base|common|misc)(_|$)")
    found = [
        str(path.relative_to(ROOT))
        for path in sources(*PACKAGES, "tests", "bench")
        if any(vague.search(part) for part in (*path.relative_to(ROOT).parts[:-1], path.stem))
    ]
    assert not found, f"say what they do: {found}"


def test_rooms_are_small(record_property: Callable[[str, object], None]) -> None:
    sizes = {path: len(path.read_text().splitlines()) for path in sources("bot", "adapters", "store")}
    lines = sorted(size for size in sizes.values() if size)
    median, ninetieth = statistics.median(lines), statistics.quantiles(lines, n=10, method="inclusive")[-1]
    record_property("median_lines", median)
    record_property("ninetieth_lines", ninetieth)
    largest = sorted(sizes, key=sizes.__getitem__)[-5:]
    report = ", ".join(f"{path.relative_to(ROOT)} {sizes[path]}" for path in reversed(largest))
    assert median <= 150, f"median {median}; {report}"
    assert ninetieth <= 300, f"90th percentile {ninetieth}; {report}"


def test_locks_name_no_address() -> None:
    found = [
        f"{path.name}:{number}"
        for path in sorted((ROOT / "requirements").glob("*.txt"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "://" in line or line.lstrip().startswith(("--index", "--extra-index", "--find-links", "-f ", "-i "))
    ]
    assert not found, f"remake them with `make lock`: {found}"


def test_every_direct_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {match.group().lower() for one in wanted if (match := re.match(r"[\w.-]+", one))}
    table = (ROOT / "CONTRIBUTING.md").read_text().partition("## Dependencies")[2]
    rows = {name.lower() for name in re.findall(r"^\| `([\w.-]+)", table, re.MULTILINE)}
    assert rows == names


def test_every_exception_from_a_linter_carries_its_reason() -> None:
    """`# noqa: RULE - reason`, `# type: ignore[code]  # reason`; a bare one says nothing to the next reader."""
    bare = re.compile(r"#\s*(noqa(:\s*[A-Z0-9, ]+)?|type:\s*ignore(\[[^\]]*\])?|pragma: no cover)\s*$")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources(*PACKAGES, "tests", "bench")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if bare.search(line)
    ]
    assert not found, f"say why on the line: {found}"
