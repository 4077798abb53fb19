"""Files that were given away stay what they were: those of every version verify for good."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.filing.checking import check_file
from bot.filing.shape import VERSION, read_file
from tests.rigs.filed import TRUSTED

KEPT = sorted(Path(__file__).with_name("kept").glob("*.json"))


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_a_file_that_was_given_away_still_says_what_follows(path: Path) -> None:
    """Fails when statements are made in other words than they were: then a file's version has to count up, and the
    words of the one before be kept beside the new ones, or every file out there would be called changed.
    """
    checked = check_file(read_file(path.read_bytes()), TRUSTED)
    assert checked.findings == ()
    assert checked.whole


def test_there_is_one_of_this_version_for_everything_that_can_happen() -> None:
    of_this = {path.stem.partition("-")[2] for path in KEPT if path.stem.startswith(f"v{VERSION}-")}
    assert of_this >= {"ran-whole", "ran-masked", "ran-agent", "edited-whole", "attended-whole", "erased-whole"}
