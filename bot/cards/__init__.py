"""Cards: what a reviewer sees of a request, the same for every surface.

``card`` is pure and its texts are plain: no markup, nothing cut, bidirectional and invisible controls made visible,
sensitive values masked unless this viewer has just looked at them. A surface escapes for its own markup, cuts to its
own limits and writes instants in its reader's zone.
"""

from bot.cards.abilities import try_out
from bot.cards.drawing import card
from bot.cards.gathered import Gathered
from bot.cards.history import history, revealed_to
from bot.cards.plaintext import plain
from bot.cards.rows import change_rows
from bot.cards.shape import Ability, Card, Exchange, HistoryLine, Lacking, Reason, Row, Stage, Status

__all__ = [
    "Ability",
    "Card",
    "Exchange",
    "Gathered",
    "HistoryLine",
    "Lacking",
    "Reason",
    "Row",
    "Stage",
    "Status",
    "card",
    "change_rows",
    "history",
    "plain",
    "revealed_to",
    "try_out",
]
