"""Adaptive Cards as Teams takes them: https://adaptivecards.io/explorer/ , version 1.5."""

from tests.fakes.possible import NotPossible
from tests.fakes.teams.cards.checking import check_card
from tests.fakes.teams.cards.problems import Problem
from tests.fakes.teams.cards.reading import Offer, inputs, offers, texts

__all__ = ["NotPossible", "Offer", "Problem", "check_card", "inputs", "offers", "texts"]
