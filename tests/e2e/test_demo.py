"""``signoff demo``: by script it ends with a table and the totals of the record; in a terminal it ends on Ctrl-C."""

from __future__ import annotations

import re
import signal
from importlib.resources import files
from pathlib import Path

from bot.app import workplace
from bot.demo.ledger import problems_of, read_rows, totals
from bot.demo.scenes import SCENES
from bot.demo.server import settings_in
from bot.domain.people import ActorKind
from bot.domain.verdicts import ActionClass, Level, VerdictKind
from bot.policy.loading import load
from tests.rigs.demo_server import EXAMPLE_POLICY, command
from tests.rigs.terminal import in_terminal

COUNTS = {
    "proposed": 22,
    "allowed": 7,
    "approved": 7,
    "edited": 2,
    "rejected": 5,
    "blocked": 1,
    "ran": 16,
    "failed": 1,
}
LINK = re.compile(r"http://127\.0\.0\.1:\d+/desk/in/[\w-]{43}")


def test_the_policy_that_is_shown_is_the_example() -> None:
    assert (files("bot.demo") / "policy.yaml").read_bytes() == EXAMPLE_POLICY.read_bytes()


def test_the_scenes_are_over_all_classes_and_levels() -> None:
    policy = load(EXAMPLE_POLICY.read_text(encoding="utf-8"), "policy.yaml")
    found = [action for scene in SCENES if (action := policy.action_for_tool(scene.tool))]
    actions = {action.id: action for action in found}.values()
    assert len(SCENES) == len({scene.key for scene in SCENES}) == COUNTS["proposed"]
    assert {action.action_class for action in actions} == set(ActionClass)
    assert {action.level for action in actions} == set(Level)
    assert {scene.expects for scene in SCENES} == set(VerdictKind)
    assert len(actions) >= 10


async def test_by_script_it_ends_with_the_table_and_the_records_totals(tmp_path: Path) -> None:
    async with command("-m", "bot.cli", "demo", "--keep", str(tmp_path)) as process:
        output, errors = await process.communicate()
    text = output.decode()
    assert process.returncode == 0, text + errors.decode()
    assert errors == b""
    table = text[text.index("Customer") : text.index("On record:")]
    for words in ("Level", "Verdict and why", "Decision", "By", "What ran", "Outcome"):
        assert words in table
    assert len(re.findall(r"^ ?[A-Z][a-z]+ [A-Z][a-z]+ ", table, re.MULTILINE)) >= COUNTS["proposed"]
    said = ", ".join(f"{count} {name}" for name, count in COUNTS.items())
    assert f"On record: {said}." in text
    assert "Record verified" in text
    assert "not right" not in text
    assert "What to try next" in text

    settings = settings_in(tmp_path, tmp_path / "policy.yaml", 1)
    async with workplace(settings, migrate=False) as place:
        (agent,) = await place.store.agents()
        rows = await read_rows(place.store, agent.id)
        assert totals(rows) == COUNTS
        assert [problem for problem in problems_of(rows, []) if not problem.startswith("the record has")] == []
        held = [row.request for row in rows if row.request.assessment.verdict.kind is VerdictKind.HOLD]
        assert all(one.decision and one.decision.by.kind is ActorKind.PERSON for one in held)
        assert all(one.decision and one.decision.by.surface == "desk" for one in held)
    assert str(tmp_path) not in " ".join(_command_lines_and_folders())

    async with command("-m", "bot.cli", "demo", "--scripted", "--keep", str(tmp_path)) as process:
        output, errors = await process.communicate()
    assert process.returncode == 1, output
    assert f"the folder {tmp_path} is not empty" in errors.decode()


async def test_in_a_terminal_it_prints_the_links_and_ends_cleanly_on_ctrl_c(tmp_path: Path) -> None:
    async with in_terminal("-m", "bot.cli", "demo", "--keep", str(tmp_path)) as shown:
        await shown.until("22 wait for a human")
        assert len(set(LINK.findall(shown.text))) == 5
        assert "Desk: http://127.0.0.1:" in shown.words
        shown.process.send_signal(signal.SIGINT)
        assert await shown.ended() == 0
    assert "What to try next" in shown.words
    assert "14 still waited for a decision" in shown.words
    assert "Traceback" not in shown.text
    assert shown.text.count("\x1b[?25l") == shown.text.count("\x1b[?25h")
    assert str(tmp_path) not in " ".join(_command_lines_and_folders())


def _command_lines_and_folders() -> list[str]:
    """The working folders and arguments of every process of this machine that may be looked at."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found.append(str((process / "cwd").readlink()))
            found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue  # it has ended, or belongs to somebody else
    return found
