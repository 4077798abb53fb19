"""Filing: the file of one decision, for somebody who has never seen Signoff and need not trust it.

A file says in plain words what was proposed, judged, shown, signed and done, and holds the events that say so with
their way to a signed checkpoint. Every statement in it is made of those events by ``compose`` alone, so whoever checks
a file makes the statements again and compares. ``bot.filing.checking`` does, with nothing but the file and a key.
"""

from bot.filing.gathering import Key, Sight
from bot.filing.shape import KIND, VERSION, DecisionFile, Entry, Section, Statement, Withheld, read_file, write_file
from bot.filing.taking import Filing, Form, file_name, in_form, sight_of

__all__ = [
    "KIND",
    "VERSION",
    "DecisionFile",
    "Entry",
    "Filing",
    "Form",
    "Key",
    "Section",
    "Sight",
    "Statement",
    "Withheld",
    "file_name",
    "in_form",
    "read_file",
    "sight_of",
    "write_file",
]
