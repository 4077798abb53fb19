"""The demonstration: a real server, a support agent that speaks the public protocol, and people who sign.

``customers`` is what the agent may change, ``scenes`` what it proposes, ``agent`` how it follows an answer, ``server``
the child process, ``staging`` all of these together; ``browser``, ``reviewer`` and ``reviewing`` decide when nobody is
there to click; ``ledger`` is what the record says, ``screen`` what is shown of it. ``bot.cli.demo`` runs the whole.
"""
