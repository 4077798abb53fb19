"""Rivals: the same unit of work in what others use. Each runs as a program in an environment of its own.

One *open* starts a unit and returns once it is held and on disk; one *decide* brings the human's answer and returns
once the unit has gone on. They have no policy, no caps and no audit trail.
"""
