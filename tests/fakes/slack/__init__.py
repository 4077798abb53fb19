"""A Slack to test a bot against: see README.md beside this file."""

from tests.fakes.possible import NotPossible
from tests.fakes.slack.acting import Submission
from tests.fakes.slack.api.calls import Call
from tests.fakes.slack.blocks import Problem, Surface, check_blocks, check_view
from tests.fakes.slack.calling.delivery import Attempt, Delivery
from tests.fakes.slack.calling.signing import Signed, signing_headers
from tests.fakes.slack.consenting import Consent, Returned
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.messages import Message
from tests.fakes.slack.notifying import Notified
from tests.fakes.slack.people import BOT_SCOPES, App, Channel, Token, User, UserGroup, Workspace
from tests.fakes.slack.rates import Rates
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.views import View

__all__ = [
    "BOT_SCOPES",
    "App",
    "Attempt",
    "Call",
    "Channel",
    "Consent",
    "Delivery",
    "FakeSlack",
    "Fault",
    "Message",
    "NotPossible",
    "Notified",
    "Problem",
    "Rates",
    "Returned",
    "Signed",
    "Submission",
    "Surface",
    "Token",
    "User",
    "UserGroup",
    "View",
    "Workspace",
    "check_blocks",
    "check_view",
    "signing_headers",
]
