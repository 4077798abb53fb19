"""Telling receivers that a request was decided: signed, repeated until taken, to public addresses alone."""
