"""Publishing: signed checkpoints go, every so often, where nobody who changes the database can reach them.

``Publishing`` notes which checkpoint is to be published; that fact is what makes it once however many processes run.
``Carrying`` brings what was noted to files and addresses; a chat channel gets its own by the surface's sender.
"""

from bot.publishing.carrying import Carrying, Target
from bot.publishing.noting import Newest, Publishing, newest_published, note_in

__all__ = ["Carrying", "Newest", "Publishing", "Target", "newest_published", "note_in"]
