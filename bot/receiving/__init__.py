"""Receiving: what every chat surface does with what its people do there, whatever the platform's words for it are."""

from bot.receiving.acting import act
from bot.receiving.doing import MOST, Jobs
from bot.receiving.drafting import Draft, Drafts, read_lesson
from bot.receiving.finding import find_named
from bot.receiving.homing import Home, home_of
from bot.receiving.once import Once
from bot.receiving.refusing import AGAIN, FAULT, log_fault, sentences
from bot.receiving.seeing import Stranger, answerable, may_see, require_sight
from bot.receiving.stopping import chosen, nobody, scopes

__all__ = [
    "AGAIN",
    "FAULT",
    "MOST",
    "Draft",
    "Drafts",
    "Home",
    "Jobs",
    "Once",
    "Stranger",
    "act",
    "answerable",
    "chosen",
    "find_named",
    "home_of",
    "log_fault",
    "may_see",
    "nobody",
    "read_lesson",
    "require_sight",
    "scopes",
    "sentences",
]
