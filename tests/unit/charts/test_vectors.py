"""Pictures for pages: two colour schemes, drawn in a process of its own once and then at hand."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from adapters.charts import Charts
from bot.answering.boards import Entry, Line24, Plate

PLATES = (
    Plate(
        "Ended", "", (Entry("Approved", 4, "4", 2, "2"), Entry("<b>$x^2$</b> & more that is too long", 0, "0", 0, "0"))
    ),
    Plate("Hours", "", heat=(Line24("Dana", (0,) * 9 + (3, 1) + (0,) * 13),)),
    Plate("None", "", (Entry("Nothing", 0, "0"),)),
)


async def test_each_plate_is_drawn_for_both_grounds_and_only_once(tmp_path: Path) -> None:
    counting = tmp_path / "python"
    counting.write_text(f'#!/bin/sh\necho x >> {tmp_path / "count"}\nexec {sys.executable} "$@"\n', encoding="utf-8")
    counting.chmod(0o755)
    charts = Charts(python=str(counting))
    drawn = await charts.plates(PLATES)
    assert drawn is not None
    assert len(drawn) == len(PLATES)
    for light, dark in drawn:
        assert ET.fromstring(light).tag.endswith("svg")
        assert "<script" not in light
        assert light != dark
    assert await charts.plates(PLATES) == drawn
    assert (tmp_path / "count").read_text(encoding="utf-8") == "x\n"


async def test_what_can_not_be_drawn_is_left_out() -> None:
    assert await Charts(python="/nowhere/python").plates(PLATES) is None
    assert await Charts(python="false").plates(PLATES) is None
