"""Explaining: what somebody who has never seen Signoff has to know to read a file and to check it."""

from __future__ import annotations

from bot.filing.shape import DecisionFile

READ = (
    (
        "An AI agent may not carry out certain actions by itself. It proposes them to Signoff. A policy, a "
        "file of rules, lets an action run, blocks it, or holds it until a named person signs. This file is "
        "everything that is on record of one such action: who proposed what, why it was held, who saw and "
        "signed it, and what became of it."
    ),
    (
        "What happens is recorded as numbered events, each the moment that it happens. Every statement here "
        "follows from events; the small numbers beside it say which. Words marked as a claim are an agent's "
        "or a customer's own: Signoff shows them and has not checked whether they are true."
    ),
    ("All times are UTC. People are named as the policy named them at the time, with their id in parentheses."),
)
CHECK = (
    (
        "Get the public key of the server from whoever operates it, not from this file: it is what `signoff "
        "audit public-key` prints. It is no secret."
    ),
    (
        "With the program that runs the server, on any machine (it needs no network, database or settings for"
        " this), run `signoff audit verify-file FILE --public-key KEY`. It makes every statement again from "
        "the events in the file, compares them, and checks that the events are those that were sealed."
    ),
    (
        "By hand: each event has the SHA-256 of its content (its digest), and a hash over its header, its "
        "digest and the hash of the event before it, so that none can be changed, dropped or moved alone. The"
        " hashes are leaves of one tree over everything that Signoff ever recorded; the checkpoint in this "
        "file is the tree's root, signed. The page docs/record.md of Signoff says it exactly enough to write "
        "a checker of one's own."
    ),
    (
        "What a file can't show: what was recorded after it was made, and that no event of another kind (a "
        "pause, a newer policy) should stand in it as well. An export of the whole record shows both. Times "
        "are those of the server's clock."
    ),
)
WITHHELD = (
    "Sensitive values are masked in this copy (••••). The events that hold them are here with their "
    "digests and their proof, but without their content, so what is shown of them can't be computed from "
    "the proof: the server's signature over this whole file speaks for it. The risk owner, the "
    "accountable executive and the operator can take a copy in which nothing is masked; that they did is "
    "recorded."
)
WITHHELD_POLICY = (
    "Of the policy this copy shows the people of this request alone; the event that holds its text is "
    "here with its digest and its proof, without its content. The server's signature over this whole file"
    " speaks for what is shown."
)
WHOLE = "Nothing is masked in this copy: handle it as what it holds."


def about_copy(file: DecisionFile) -> str:
    """What this copy shows and keeps back."""
    if file.masked:
        return f"{WITHHELD} Masked here: {', '.join(file.masked)}."
    return WITHHELD_POLICY if file.withheld else WHOLE
