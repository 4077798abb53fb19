"""The demonstration: a real server, a support agent that speaks the public protocol, and people who sign.

``customers`` is what the agent may change, ``scenes`` what it proposes, ``agent`` how it follows an answer, ``server``
the child process, ``reviewer`` who decides when nobody is there to click, ``ledger`` what the record says at the end,
``screen`` what is shown, and ``running`` the whole.
"""
