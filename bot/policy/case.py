"""One proposal before the gate: what was read of it, and the reasons gathered so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, overload

import msgspec
from msgspec.structs import replace

from bot.domain.agents import Agent
from bot.domain.jsontext import Json
from bot.domain.money import Money
from bot.domain.requests import Proposal
from bot.domain.verdicts import Reason, Reservation, Tally, VerdictKind
from bot.errors import BadInput
from bot.policy.checking import ArgumentProblem, check_arguments
from bot.policy.document import Action, Policy
from bot.policy.expressions import Expression, ExpressionFailed, Values
from bot.policy.history import History
from bot.policy.paths import amount_of, customer_of
from bot.policy.phrases import fold
from bot.policy.reading import read_context, words_of
from bot.policy.variables import compared, shown, too_large, variables_of


class Tried(msgspec.Struct, frozen=True):
    """One rule that was tried.

    ``result`` is ``true``, ``false`` or ``failed`` of a condition, ``fired`` or ``quiet`` of a trigger, ``spoke`` (it
    gave a reason) or ``quiet`` of a step of the gate.
    """

    rule: str
    result: str
    when: Expression | None = None
    action: Action | None = None
    values: Values | None = None

    @property
    def expression(self) -> str:
        """The condition's text; empty for a built-in rule."""
        return "" if self.when is None else self.when.source

    @property
    def compared(self) -> dict[str, Any]:
        """What the condition looked at, with the values that it saw."""
        if self.when is None or self.action is None or self.values is None:
            return {}
        return compared(self.action, self.when, self.values)


class Trials(Sequence[Tried]):
    """Every rule that was tried, in order; made only where somebody looks, for most proposals nobody does."""

    __slots__ = ("_action", "_raw", "_values")

    def __init__(
        self, raw: list[tuple[str, str, Expression | None]], action: Action | None, values: Values | None
    ) -> None:
        self._raw = raw
        self._action = action
        self._values = values

    def __len__(self) -> int:
        return len(self._raw)

    @overload
    def __getitem__(self, at: int) -> Tried: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Tried]: ...
    def __getitem__(self, at: int | slice) -> Tried | Sequence[Tried]:
        if isinstance(at, slice):
            return Trials(self._raw[at], self._action, self._values)
        return Tried(*self._raw[at], self._action, self._values)


class Case:
    """What the gate knows while it judges one proposal."""

    def __init__(
        self, policy: Policy, proposal: Proposal, agent: Agent, tallies: Mapping[str, Tally], now: datetime
    ) -> None:
        self._begin(policy, proposal, agent, tallies, now)
        self.context = read_context(proposal.context)
        self.customer_problem: BadInput | None = None
        self.amount: Money | None = None
        self.amount_problem: BadInput | None = None
        self._read_customer()
        self._read_amount()

    def counted(self, tallies: Mapping[str, Tally]) -> Case:
        """The same proposal as it was read, nothing judged yet, with these tallies."""
        case = object.__new__(Case)
        case._begin(self.policy, self.proposal, self.agent, tallies, self.now)
        case.context = self.context
        case.customer_problem = self.customer_problem
        case.amount = self.amount
        case.amount_problem = self.amount_problem
        return case

    def _begin(
        self, policy: Policy, proposal: Proposal, agent: Agent, tallies: Mapping[str, Tally], now: datetime
    ) -> None:
        self.policy = policy
        self.proposal = proposal
        self.agent = agent
        self.tallies = tallies
        self.now = now
        self.action = policy.tools.get(proposal.tool)
        self.reasons: list[Reason] = []
        self.tried: list[tuple[str, str, Expression | None]] = []
        self.reserved: tuple[Reservation, ...] = ()
        self._text: str | None = None
        self._history: History | None = None
        self._values: Values | None = None

    def _read_customer(self) -> None:
        if self.action is None or self.action.customer is None:
            return
        try:
            customer = customer_of(self.action, self.proposal.arguments, self.context, self.proposal.context)
        except BadInput as error:
            self.customer_problem = error
            customer = None
        self.context = replace(self.context, customer=customer)

    def _read_amount(self) -> None:
        try:
            self.amount = amount_of(self.action, self.proposal.arguments, self.context, self.proposal.context)
        except BadInput as error:
            self.amount_problem = error

    # --- reasons ------------------------------------------------------------------------------------------------------

    def hold(self, rule: str, text: str, **compared: Json) -> None:
        """Add a reason to hold."""
        self.reasons.append(Reason(rule, VerdictKind.HOLD, text, compared))

    def block(self, rule: str, text: str, **compared: Json) -> None:
        """Add a reason to block."""
        self.reasons.append(Reason(rule, VerdictKind.BLOCK, text, compared))

    def allow(self, rule: str, text: str, **compared: Json) -> None:
        """Add a reason to allow; it counts only when there is no other."""
        self.reasons.append(Reason(rule, VerdictKind.ALLOW, text, compared))

    def note(self, rule: str, result: str, expression: Expression | None = None) -> None:
        """Remember that a rule was tried."""
        self.tried.append((rule, result, expression))

    def ask(self, action: Action, name: str, when: Expression, kind: VerdictKind) -> None:
        """Fire a named rule when its condition is true; hold when the condition can't be evaluated."""
        if self.truth(action, name, when):
            verb = "Blocked" if kind is VerdictKind.BLOCK else "Held"
            text = f"{verb} by the rule {name}: {when.words}."
            self.reasons.append(Reason(name, kind, text, self.compared(when)))

    def truth(self, action: Action, name: str, when: Expression, *, unmet: bool = False) -> bool:
        """Whether a condition is true; a failure is a reason to hold, and so is, with ``unmet``, a false one."""
        try:
            result = when.holds(self.values(action))
        except (ExpressionFailed, LookupError) as error:
            self.note(name, "failed", when)
            text = f"The condition {name} could not be evaluated: {error}."
            self.hold(f"failed.{name}", text, error=str(error), **self.compared(when))
            return False
        self.note(name, "true" if result else "false", when)
        if unmet and not result:
            self.hold(name, f"It runs alone only where {when.words}.", **self.compared(when))
        return result

    # --- what rules look at -------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The customer's words and the agent's reasoning, folded for comparing."""
        if self._text is None:
            self._text = fold(words_of(self.context, self.proposal.agent_reasoning))
        return self._text

    @property
    def history(self) -> History:
        """What was counted before.

        Raises:
            LookupError: for a tool that no action has.
        """
        if self.action is None:
            raise LookupError("an unknown tool has no history")
        if self._history is None:
            self._history = History(self.policy, self.action, self.agent.id, self.tallies, self.now)
        return self._history

    def values(self, action: Action) -> Values:
        """The variables of this proposal.

        Raises:
            ExpressionFailed: when the proposal is too large to go through, or can't be written as JSON.
        """
        if self._values is None:
            if too_large(self.proposal):
                raise ExpressionFailed("the proposal is too large to be judged")
            known = variables_of(action, self.proposal, self.context, self.amount, self.text)
            known["agent"] = self.agent.name
            known.update(self.history.variables(self.context))
            self._values = Values(known)
        return self._values

    def compared(self, when: Expression) -> dict[str, Any]:
        """What a condition looked at, fit for the record."""
        if self.action is None or self._values is None:
            return {}
        return compared(self.action, when, self._values)

    def shown(self, argument: str) -> Json:
        """An argument's value, fit for the record; a sensitive one is not shown."""
        fields = self.action.fields if self.action else ()
        if any(field.name == argument and field.sensitive for field in fields):
            return "(sensitive)"
        return shown(self.proposal.arguments.get(argument))

    def argument_problems(self) -> list[ArgumentProblem]:
        """What is wrong with the arguments by the action's fields."""
        if self.action is None:
            return []
        return check_arguments(self.action.fields, self.proposal.arguments, others=self.action.extra_arguments)

    @property
    def amount_usable(self) -> bool:
        """Whether the amount is known and above or at zero, so that it can be reserved."""
        return self.amount is not None and self.amount.amount >= 0 and self.amount_problem is None

    def tried_rules(self) -> Trials:
        """Every rule that was tried, in order."""
        return Trials(self.tried, self.action, self._values)


def said(error: Exception) -> str:
    """What an unexpected error says, in one short line; never a value of the proposal's."""
    return type(error).__name__
