"""Answering: what was held, decided, late, corrected and run in a period, as figures with their definitions.

``summarise`` is pure; ``Answering`` reads the store page by page; ``listed`` is the same figures as one flat list, of
which a terminal, a file (``csv_of``) and a chat message are made.
"""

from bot.answering.asking import MOST_REQUESTS, Answering, asked
from bot.answering.figures import (
    Amounts,
    Cut,
    Decisions,
    Feedback,
    Figures,
    Late,
    Overrides,
    Part,
    Promise,
    Reviewer,
    Runs,
    Summary,
    Times,
    Volumes,
)
from bot.answering.listing import Line, listed
from bot.answering.objects import json_of
from bot.answering.periods import Period, read_period
from bot.answering.sheets import csv_of, sheet_name
from bot.answering.summarising import summarise
from bot.answering.telling import Told, told
from bot.answering.wording import change_text, duration_text, heading, headline, value_text

__all__ = [
    "MOST_REQUESTS",
    "Amounts",
    "Answering",
    "Cut",
    "Decisions",
    "Feedback",
    "Figures",
    "Late",
    "Line",
    "Overrides",
    "Part",
    "Period",
    "Promise",
    "Reviewer",
    "Runs",
    "Summary",
    "Times",
    "Told",
    "Volumes",
    "asked",
    "change_text",
    "csv_of",
    "duration_text",
    "heading",
    "headline",
    "json_of",
    "listed",
    "read_period",
    "sheet_name",
    "summarise",
    "told",
    "value_text",
]
