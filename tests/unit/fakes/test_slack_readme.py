"""The fake's README names what there is."""

from __future__ import annotations

import re
from pathlib import Path

from tests.fakes import slack
from tests.fakes.slack import FakeSlack, Fault, Signed
from tests.fakes.slack.api import METHODS

README = (Path(slack.__file__).parent / "README.md").read_text()


def test_everything_named_in_the_tables_is_there() -> None:
    fake = FakeSlack()
    first_cells = [line.split("|")[1] for line in README.splitlines() if line.startswith("| `")]
    named = {name for cell in first_cells for name in re.findall(r"`([a-z_]+)(?=[(`.])", cell)} - {
        "workspace",
        "signed",
    }
    assert len(named) > 30
    assert [name for name in sorted(named) if not hasattr(fake, name)] == []


def test_every_fault_and_signature_is_named() -> None:
    for each in [*Fault, *Signed]:
        assert each.name in README or each.name == "WELL"


def test_the_methods_named_are_those_known() -> None:
    listed = README[README.index("- **Methods**") :].partition("; JSON or form bodies")[0]
    families: list[str] = []
    found = set()
    for name in re.findall(r"(?<![\w.])((?:[a-z]\w*)?\.[\w.]*\w)", listed):
        if not name.startswith("."):
            families = name.split(".")[:-1]
            found.add(name)
        else:
            found.add(".".join(families[:1]) + name)
    assert found >= {*METHODS} - {"files.completeUploadExternal"}
    assert found - {".completeUploadExternal"} <= {*METHODS}
