"""Replaying: what the gate would have said of conversations that were recorded.

``transcripts`` reads them, ``judging`` puts their calls through the gate, ``report`` counts, ``page`` shows it as HTML.
"""
