"""Learning: every correction of an agent opens one feedback item, and what becomes of it is on record.

``suggesting`` and ``opening`` are pure and know nothing of deciding, which opens items by them; who may change one, and
how, is in ``bot.deciding.teaching``, as every command of a person is.
"""
