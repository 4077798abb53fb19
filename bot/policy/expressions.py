"""Expressions of the policy, in CEL: compiled and checked once at load, bounded when they run.

A name that is not declared, operands that don't go together or a result that is not true or false is an error at load.
A value that is missing from a proposal is an error when the expression runs, which the gate answers with a hold.
Numbers are compared, added, multiplied and divided exactly (see ``exactness``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cel_expr_python import cel  # type: ignore[import-untyped]  # it brings stubs, and no marker that says so

from bot.policy import exactness, syntax
from bot.policy.analysis import Analysis, Misused
from bot.policy.comparing import Comparison, number_at
from bot.policy.environment import HISTORY, TEXTS, VARIABLES, ExpressionFailed, Values, environment, evaluate, plainly
from bot.policy.patterns import matches
from bot.policy.saying import in_words
from bot.policy.yamltree import did_you_mean

__all__ = [
    "HISTORY",
    "VARIABLES",
    "Expression",
    "ExpressionFailed",
    "ExpressionInvalid",
    "Values",
    "compile_expression",
    "matches",
]

MAX_LENGTH = 1_000
MAX_DIGITS = 15
_PLACED = re.compile(r"<input>:(\d+):(\d+): ([^\n]*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']+)'")
_NUMERIC = "(?:int|uint|double|dyn)"
_MIXED = re.compile(
    rf"no matching overload for '_(?:<|<=|>|>=|==|!=|\+|-|\*|/)_' applied to '\({_NUMERIC}, {_NUMERIC}\)'"
)
_LITERAL = re.compile(r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<![\w.])(?P<number>[0-9][0-9.]*)""")


class ExpressionInvalid(ValueError):
    """An expression that can't be used; ``line`` and ``column`` are 1-based within it."""

    def __init__(self, message: str, remedy: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.line = line
        self.column = column


class Expression:
    """A checked expression."""

    __slots__ = ("_comparisons", "_program", "looked_at", "names", "source", "words")

    def __init__(
        self,
        source: str,
        program: cel.Expression,
        looked_at: tuple[str, ...],
        comparisons: tuple[Comparison, ...] = (),
        words: str | None = None,
    ) -> None:
        self.source = source
        self.words = words or source
        """What it asks in plain words, where there are any; else the expression itself."""
        self.looked_at = looked_at
        """What it looks at, as far as it says: ``amount``, ``arguments.order.total``."""
        self.names = frozenset(path if path in VARIABLES else path.split(".")[0] for path in looked_at)
        """The variables that it looks at."""
        self._program = program
        self._comparisons = comparisons

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def holds(self, values: Values) -> bool:
        """Whether it is true of these values.

        Raises:
            ExpressionFailed: when a value is missing or of another type, or a bound was passed.
        """
        failures: dict[str, str] = {}
        activation = self._compared(values, failures) if self._comparisons else values.activation
        value = evaluate(self._program, activation)
        if value is True or value is False:
            return bool(value)
        said = plainly(str(value))
        raise ExpressionFailed(failures.get(said, said))

    def _compared(self, values: Values, failures: dict[str, str]) -> cel.Activation:
        """The variables with the result of every exact comparison; one that fails is left out, and fails if needed.

        ``failures`` is given what is wrong with it, by what CEL says of its absence.
        """
        known = dict(values.known)
        for at, comparison in enumerate(self._comparisons):
            try:
                known[f"{exactness.RESULT}{at}"] = comparison.holds(values)
            except ExpressionFailed as error:
                failures[f"{exactness.RESULT}{at} is missing"] = str(error)
        return environment().Activation(known)


def compile_expression(source: str) -> Expression:
    """Compile and check an expression.

    Raises:
        ExpressionInvalid: with the place in the expression and a remedy.
    """
    if len(source) > MAX_LENGTH:
        raise ExpressionInvalid(f"is longer than {MAX_LENGTH} characters", "split it into several rules")
    _check_digits(source)
    program = _checked(source)
    parsed = syntax.read(environment().compile(source, disable_check=True).serialize())
    analysis = Analysis(TEXTS, mixed=program is None)
    try:
        rewritten = analysis.rewrite(parsed)
        _check_patterns(analysis)
    except Misused as error:
        raise ExpressionInvalid(error.message, error.remedy, *_place(source, parsed, error.id)) from error
    if program is None or analysis.comparisons:
        program = environment().deserialize(syntax.write(rewritten))
    comparisons = tuple(
        Comparison(form, tuple(number_at(parsed, node) for node in nodes)) for form, nodes in analysis.comparisons
    )
    return Expression(source, program, _paths(analysis.looked_at), comparisons, in_words(parsed))


def _check_patterns(analysis: Analysis) -> None:
    for pattern, place in analysis.patterns:
        try:
            matches(pattern, "")
        except ValueError as error:
            raise Misused(f"has no regular expression: {error}", "write it in RE2 syntax", place) from error


def _checked(source: str) -> cel.Expression | None:
    """The program, checked by CEL; None where all that it minds is that whole and other numbers meet."""
    try:
        program = environment().compile(source)
    except Exception as error:  # the library raises its own and built-in errors alike
        said = str(error)
        errors = _PLACED.findall(said)
        if errors and all(_MIXED.search(message) for _, _, message in errors):
            return None
        raise _invalid(said) from error
    if program.return_type().name() not in {"BOOL", "DYN"}:
        raise ExpressionInvalid("gives no truth value", "compare it with something, such as `amount <= 25`")
    return program


def _paths(looked_at: Mapping[str, None]) -> tuple[str, ...]:
    """The longest of the dotted names, without what macros name."""
    known = [path for path in looked_at if path in VARIABLES or path.split(".")[0] in VARIABLES]
    return tuple(path for path in known if not any(other.startswith(path + ".") for other in known))


def _check_digits(source: str) -> None:
    for literal in _LITERAL.finditer(source):
        number = literal["number"]
        if number is not None and len(number.replace(".", "").lstrip("0")) > MAX_DIGITS:
            line, column = _line_column(source, literal.start())
            raise ExpressionInvalid(f"{number} has more than {MAX_DIGITS} digits", "write fewer digits", line, column)


def _place(source: str, parsed: syntax.Message, id_: int) -> tuple[int, int]:
    """Line and column of a node of the tree; the beginning where the library does not say."""
    for body in parsed.messages(2):
        for info in body.messages(3):
            for position in info.messages(4):
                if position.number(1) == id_:
                    return _line_column(source, position.number(2))
    return 1, 1


def _line_column(source: str, offset: int) -> tuple[int, int]:
    before = source[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _invalid(message: str) -> ExpressionInvalid:
    if "recursion" in message:
        return ExpressionInvalid("nests too deep", "split it into several rules")
    placed = _PLACED.search(message)
    if placed is None:
        return ExpressionInvalid(message.splitlines()[0][:200] if message else "does not compile", "rewrite it")
    line, column, said = int(placed[1]), int(placed[2]), placed[3]
    undeclared = _UNDECLARED.search(said)
    if undeclared:
        name = undeclared[1]
        return ExpressionInvalid(f"{name} is not a known name", did_you_mean(name, VARIABLES), line, column)
    return ExpressionInvalid(f"does not compile: {said[:200]}", "mend the expression here", line, column)
