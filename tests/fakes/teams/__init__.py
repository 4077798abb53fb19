"""A Microsoft Teams to test a bot against: see README.md beside this file."""

from tests.fakes.delivering import Attempt
from tests.fakes.possible import NotPossible
from tests.fakes.teams.acting import Submission
from tests.fakes.teams.calling.delivery import Delivery
from tests.fakes.teams.cards.checking import check_card
from tests.fakes.teams.cards.mentions import Notified
from tests.fakes.teams.cards.problems import Problem
from tests.fakes.teams.connector.calls import Call
from tests.fakes.teams.dialogs import Dialog
from tests.fakes.teams.faults import Fault
from tests.fakes.teams.identity.bearing import Token
from tests.fakes.teams.identity.login import Login
from tests.fakes.teams.messages import Message, View
from tests.fakes.teams.people import App, Channel, Chat, Team, Tenant, User
from tests.fakes.teams.rates import Rates
from tests.fakes.teams.server import FakeTeams

__all__ = [
    "App",
    "Attempt",
    "Call",
    "Channel",
    "Chat",
    "Delivery",
    "Dialog",
    "FakeTeams",
    "Fault",
    "Login",
    "Message",
    "NotPossible",
    "Notified",
    "Problem",
    "Rates",
    "Submission",
    "Team",
    "Tenant",
    "Token",
    "User",
    "View",
    "check_card",
]
