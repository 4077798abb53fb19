"""The policy: who answers for what, and what an agent may do alone. Frozen, validated, with every name resolved.

It is made by ``bot.policy.loading.load`` alone, which finds every mistake first, so that a ``Policy`` can be relied on:
every owner has an approver, every action an owner, every expression compiles and gives true or false.
"""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from bot.domain.fields import Field
from bot.domain.hours import Hours
from bot.domain.people import Person
from bot.domain.routing import OverLimit
from bot.domain.verdicts import ActionClass, Level
from bot.policy.alarms import Alarm
from bot.policy.digests import Digest
from bot.policy.expressions import Expression
from bot.policy.feedback import Feedback, FeedbackRule
from bot.policy.phrases import Phrase
from bot.policy.retention import Retention
from bot.policy.rotations import Rotation
from bot.policy.sampling import Sampling

UNKNOWN_TOOL = "unknown_tool"
"""The action type of a call to a tool that no action of the policy names."""


class Reminder(msgspec.Struct, frozen=True):
    """When to remind: after ``seconds``; ``share`` is set where the file says a percentage of the promised time."""

    seconds: int
    share: int | None = None


class Escalation(msgspec.Struct, frozen=True):
    """One rung: ``after`` seconds, tell these, and post there; as ``Step`` says, before its time is an instant.

    It comes again ``repeats`` times, each ``every`` seconds after the time before.
    """

    after: int
    to: tuple[str, ...]
    """Person ids, ``on_call:<rotation>``, ``manager``, ``assignee``."""
    post_to: dict[str, str] = {}
    widen: bool = False
    move_to: str | None = None
    repeats: int = 0
    every: int = 0


class Sla(msgspec.Struct, frozen=True):
    """What an owner promises, in seconds of its working time; of elapsed time without hours, or with ``calendar``."""

    respond_within: int = 15 * 60
    remind_at: tuple[Reminder, ...] = (Reminder(450, 50),)
    escalate: tuple[Escalation, ...] = ()
    expire_after: int = 4 * 3600
    calendar: bool = False
    stops_while_asked: bool = False
    """Whether the clock stands still while a question to the agent is open."""
    claim_seconds: int | None = None
    """For how long, in elapsed time, somebody who claims a request has it; None is until it is decided."""
    gather_seconds: int = 120
    """Pings to one person within so many seconds are gathered into one; 0 is never."""


class Stage(msgspec.Struct, frozen=True):
    """One of the signatures that an action takes one after the other."""

    title: str
    approvers: tuple[str, ...]
    approvals: int = 1
    text: str = ""
    sla: Sla | None = None
    """Its own promise (``expire_after`` and ``calendar`` are the owner's); None is the owner's."""


class Owner(msgspec.Struct, frozen=True):
    """A named team: every person is a person id, groups are resolved."""

    id: str
    title: str
    accountable: str
    risk_owner: str
    channels: dict[str, str]
    approvers: tuple[str, ...]
    sla: Sla = Sla()
    hours: Hours | None = None
    reasons: tuple[str, ...] = ()
    """Codes that a rejection may give."""
    second_channels: dict[str, str] = {}
    """By surface, where cards go when the first channel can't take them."""
    approver_groups: tuple[str, ...] = ()
    """Groups among the approvers whose members a chat platform knows."""
    over_limit: OverLimit = OverLimit.REFUSE
    bars_agents_owner: bool = False
    """Whether the owner of the agent that proposes may not sign."""
    assigns: bool = False
    """Whether a request is given to the least loaded of those who may sign it, when it opens."""
    alarms: tuple[Alarm, ...] = ()
    digests: tuple[Digest, ...] = ()
    """Summaries that come by themselves."""
    feedback: Feedback = Feedback()
    knowledge_owner: str | None = None
    """Who mends what agents read; a person id."""
    knowledge_channels: dict[str, str] = {}
    """By surface, where knowledge fixes are posted."""


class Group(msgspec.Struct, frozen=True):
    """Several people under one name; ``members`` are person ids.

    A group that lists none takes those people of the policy whose account is in its Slack user group.
    """

    id: str
    members: tuple[str, ...]
    slack_usergroup: str | None = None


class Statutory(msgspec.Struct, frozen=True):
    """A limit that the law sets, in seconds of elapsed time; ``warn_before`` it those who answer for it are told."""

    within: int
    warn_before: int
    since: Path | None = None
    """Where the proposal says when it began to run; the opening of the request without it."""


class Rule(msgspec.Struct, frozen=True):
    """A named condition of an action."""

    name: str
    when: Expression


class RouteRule(msgspec.Struct, frozen=True):
    """The first whose condition is true sends the request to its owner."""

    when: Expression
    owner: str


class Path(msgspec.Struct, frozen=True):
    """Where a value stands in the proposal: ``arguments.a.b``; ``[*]`` is every entry of a list, summed."""

    text: str
    parts: tuple[str, ...]


class Cap(msgspec.Struct, frozen=True):
    """The most that is let through in one period; None is no limit of that kind."""

    amount: Decimal | None = None
    actions: int | None = None


class Caps(msgspec.Struct, frozen=True):
    """Hard limits: what would pass one is blocked, whoever asks."""

    per_action: Decimal | None = None
    per_customer_day: Cap | None = None
    per_agent_hour: Cap | None = None


class Triggers(msgspec.Struct, frozen=True):
    """The built-in rules that hold. ``levels`` says, by trigger name, at which levels it fires; absent is never."""

    levels: dict[str, frozenset[Level]]
    phrases: tuple[Phrase, ...]
    tries_at_least: int = 3
    rise_times: Decimal = Decimal(3)
    rise_after: int = 5
    """How many amounts must be known before a rise means anything."""
    confidence_below: float = 0.7


class Action(msgspec.Struct, frozen=True):
    """An entry of the catalogue of customer-state changes."""

    id: str
    title: str
    action_class: ActionClass
    level: Level
    owner: str
    tools: tuple[str, ...]
    currency: str
    triggers: Triggers
    amount: Path | None = None
    customer: Path | None = None
    currency_path: Path | None = None
    fields: tuple[Field, ...] = ()
    extra_arguments: bool = True
    """Whether arguments that no field names pass; where they don't, they hold."""
    caps: Caps = Caps()
    allow_when: Expression | None = None
    hold_when: tuple[Rule, ...] = ()
    block_when: tuple[Rule, ...] = ()
    confidence_at_least: float | None = None
    citation_required: bool | None = None
    approvals: int = 1
    routes: tuple[RouteRule, ...] = ()
    reject_reasons: tuple[str, ...] = ()
    grant_seconds: int = 600
    requires: tuple[str, ...] = ()
    """Names of the context that must be there."""
    description: str = ""
    statutory: Statutory | None = None
    stages: tuple[Stage, ...] = ()
    """Two or more sequential stages; empty where the owner's approvers sign, ``approvals`` of them."""
    urgent: bool = False
    """Whether pings about it are never gathered and never wait for quiet hours."""
    sampling: Sampling | None = None
    """How much of it is looked at afterwards; None is nothing."""
    feedback_rules: tuple[FeedbackRule, ...] = ()
    """Tried before those of its owner."""
    looks_at: frozenset[str] = frozenset()
    """The variables that its expressions look at."""


class Defaults(msgspec.Struct, frozen=True):
    """What counts where an action says nothing."""

    owner: str
    unknown_tool_blocks: bool = False
    grant_seconds: int = 600
    timeout: str | None = None


class Policy(msgspec.Struct, frozen=True):
    """The whole document. ``version`` is ``p-`` and 12 hex digits of the SHA-256 of ``text``."""

    version: str
    text: str
    currency: str
    timezone: str
    zone: ZoneInfo
    people: dict[str, Person]
    groups: dict[str, Group]
    owners: dict[str, Owner]
    actions: dict[str, Action]
    defaults: Defaults
    triggers: Triggers
    tools: dict[str, Action]
    """The action of each tool."""
    emails: dict[str, Person]
    """Each person by lower-case email."""
    rotations: dict[str, Rotation] = {}
    retention: Retention = Retention()
    veil: bytes = b""
    """The server's key for pseudonyms of customers and sessions: no part of the document, empty where none serves."""

    def person_by_email(self, email: str) -> Person | None:
        """The person with this address, in any case of letters."""
        return self.emails.get(email.strip().lower())

    def action_for_tool(self, tool: str) -> Action | None:
        """The catalogue's entry that names this tool; None is an unknown tool."""
        return self.tools.get(tool)

    def signers_of(self, owner_id: str, action_type: str) -> frozenset[str]:
        """Who may sign anything of this action type that is this owner's, by what the policy says now (person ids)."""
        owner, action = self.owners.get(owner_id), self.actions.get(action_type)
        staged = () if action is None else (id_ for stage in action.stages for id_ in stage.approvers)
        return frozenset((*(() if owner is None else owner.approvers), *staged))

    def owners_of(self, person_id: str) -> tuple[Owner, ...]:
        """The owners that have this person as approver, of a stage too, as accountable executive or as risk owner."""
        staged = {
            id_
            for action in self.actions.values()
            if any(person_id in stage.approvers for stage in action.stages)
            for id_ in (action.owner, *(rule.owner for rule in action.routes))
        }
        return tuple(
            owner
            for owner in self.owners.values()
            if person_id in owner.approvers or person_id in {owner.accountable, owner.risk_owner} or owner.id in staged
        )
