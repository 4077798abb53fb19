"""What an expression says, checked beyond CEL's own types: kinds of its operands, its bounds, and exact arithmetic."""

from __future__ import annotations

from bot.policy.exactness import COMPARISONS, LEAF, MAX_COMPARISONS, OPERATORS, RESULT
from bot.policy.syntax import Message, name

MAX_DEPTH = 40
MAX_MACROS = 3
NUMBER, INTEGER, TEXT, TRUTH, LIST, MAP, ANY = "number", "whole number", "text", "truth value", "list", "map", "any"
KINDS = {
    "amount": NUMBER,
    "confidence": NUMBER,
    "arguments": MAP,
    "context": MAP,
    "signals": MAP,
    "citations": LIST,
    "mismatches": LIST,
    "vulnerable": TRUTH,
    "regulated_complaint": TRUTH,
}
"""The kind of each variable that is no text; those of the history are numbers."""
_RESULTS = {"size": INTEGER, "int": INTEGER, "uint": INTEGER, "double": NUMBER, "string": TEXT, "bool": TRUTH}
_TRUTHS = {"_&&_", "_||_", "!_", "@in", "matches", "contains", "startsWith", "endsWith", *COMPARISONS}
_CONSTANTS = {2: TRUTH, 3: INTEGER, 4: INTEGER, 5: NUMBER, 6: TEXT}
_NUMBERS = {NUMBER, INTEGER}


class Misused(ValueError):
    """Something that an expression may not say; ``id`` is the place in the tree."""

    def __init__(self, message: str, remedy: str, id_: int) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.id = id_


class Analysis:
    """Walks one expression's tree, checks it and makes its arithmetic exact."""

    def __init__(self, texts: frozenset[str], *, mixed: bool = False) -> None:
        self._texts = texts
        """The variables that are texts."""
        self._mixed = mixed
        """Whether CEL minds that whole and other numbers meet: then every comparison of numbers is made exact."""
        self.comparisons: list[tuple[str, list[Message]]] = []
        """The form of every comparison with arithmetic (see ``exactness``) and its numbers; its place is its name."""
        self.looked_at: dict[str, None] = {}
        self.patterns: list[tuple[str, int]] = []
        """Every regular expression, and the place where it is used."""
        self._macros = 0

    def rewrite(self, parsed: Message) -> Message:
        """The whole saved expression with its arithmetic made exact.

        Raises:
            Misused: as ``visit``.
        """
        fields = []
        for number, wire, value in parsed.fields:
            new = value
            if isinstance(value, Message):
                if value.shape == "Expr" and self.kind(value) not in {TRUTH, ANY}:
                    raise Misused(
                        "gives no truth value", "compare it with something, such as `amount <= 25`", value.number(2)
                    )
                new = self.visit(value) if value.shape == "Expr" else self.rewrite(value)
            fields.append((number, wire, new))
        return Message(parsed.shape, fields)

    def visit(self, node: Message, depth: int = 0, *, inside: bool = False) -> Message:
        """The expression with every comparison of arithmetic made exact; ``inside`` a macro's body.

        Raises:
            Misused: when it is too deep, mixes kinds, or calculates where it can't be exact.
        """
        if depth > MAX_DEPTH:
            raise Misused(f"nests deeper than {MAX_DEPTH}", "split it into several rules", node.number(2))
        self._note(node)
        if node.message(5) is not None and (path := _path(node)).startswith("history."):
            return name(node.number(2), path)  # one variable with a dot in its name
        called = node.message(6)
        if called is not None:
            return self._visit_call(node, called, depth, inside=inside)
        if node.message(9) is not None:
            return self._visit_macro(node, depth)
        if inside and node.message(4) is not None and _name(node) == "text":
            raise Misused("goes through the whole text again and again", "use text outside of macros", node.number(2))
        return self._rebuilt(node, depth, inside=inside)

    def _rebuilt(self, node: Message, depth: int, *, inside: bool) -> Message:
        fields = []
        for number, wire, value in node.fields:
            new = value
            if isinstance(value, Message):
                below = value.shape == "Expr"
                new = (
                    self.visit(value, depth + 1, inside=inside) if below else self._rebuilt(value, depth, inside=inside)
                )
            fields.append((number, wire, new))
        return Message(node.shape, fields)

    def _visit_macro(self, node: Message, depth: int) -> Message:
        self._macros += 1
        if self._macros > MAX_MACROS:
            raise Misused(f"has more than {MAX_MACROS} macros", "split it into several rules", node.number(2))
        return self._rebuilt(node, depth, inside=True)

    def _visit_call(self, node: Message, called: Message, depth: int, *, inside: bool) -> Message:
        function, arguments = called.text(2), called.messages(3)
        if function in COMPARISONS:
            self._check_same(node, function, arguments)
            if any(map(self._calculates, arguments)) or (self._mixed and self._numbers(arguments)):
                return self._exact(node, function, arguments, depth, inside=inside)
        elif self._calculates(node):
            whole = self.kind(node) == INTEGER and function != "_/_"
            if not whole:
                raise Misused(
                    "calculates outside of a comparison", "compare the result: `amount * 2 > 10`", node.number(2)
                )
        elif function == "matches":
            self._note_pattern(node, arguments[-1])
        elif function in OPERATORS and inside and not any(_name(argument).startswith("@") for argument in arguments):
            raise Misused("joins texts or lists in a macro", "join them outside of it", node.number(2))
        return self._rebuilt(node, depth, inside=inside)

    def _exact(self, node: Message, function: str, arguments: list[Message], depth: int, *, inside: bool) -> Message:
        if inside:
            raise Misused("calculates in a macro", "calculate outside of all, exists, map and filter", node.number(2))
        if len(self.comparisons) >= MAX_COMPARISONS:
            text = f"calculates in more than {MAX_COMPARISONS} comparisons"
            raise Misused(text, "split it into several rules", node.number(2))
        leaves: list[Message] = []
        form = [function]
        for argument in arguments:
            self._take_apart(argument, form, leaves, depth)
        visited = [self.visit(leaf, depth + 1) for leaf in leaves]
        self.comparisons.append((" ".join(form), visited))
        return name(node.number(2), f"{RESULT}{len(self.comparisons) - 1}")

    def _take_apart(self, node: Message, form: list[str], leaves: list[Message], depth: int) -> None:
        if depth > MAX_DEPTH:
            raise Misused(f"nests deeper than {MAX_DEPTH}", "split it into several rules", node.number(2))
        if not self._calculates(node):
            kind = self.kind(node)
            if kind not in {NUMBER, INTEGER, ANY}:
                raise Misused(f"calculates with a {kind}", "calculate with numbers only", node.number(2))
            form.append(LEAF)
            leaves.append(node)
            return
        called = node.message(6) or node
        form.append(OPERATORS[called.text(2)])
        for argument in called.messages(3):
            self._take_apart(argument, form, leaves, depth + 1)

    def _calculates(self, node: Message) -> bool:
        called = node.message(6)
        if called is None:
            return False
        if called.text(2) == "_%_" and self.kind(node) != INTEGER:
            raise Misused(
                "takes the remainder of a number that may not be whole", "use int(...) on both sides", node.number(2)
            )
        if called.text(2) not in OPERATORS:
            return False
        arguments = called.messages(3)
        if called.text(2) == "-_" and arguments[0].message(3) is not None:
            return False  # a negative literal
        return self.kind(node) in _NUMBERS and not any(_name(argument).startswith("@") for argument in arguments)

    def _note_pattern(self, node: Message, pattern: Message) -> None:
        const = pattern.message(3)
        if const is None:
            text = "matches against a pattern that is not written out"
            raise Misused(text, "write the pattern in quotes", node.number(2))
        self.patterns.append((const.text(6), node.number(2)))

    def _numbers(self, nodes: list[Message]) -> bool:
        return all(self.kind(node) in _NUMBERS for node in nodes)

    def _check_same(self, node: Message, function: str, arguments: list[Message]) -> None:
        kinds = [self.kind(argument) for argument in arguments]
        known = {NUMBER if kind == INTEGER else kind for kind in kinds if kind != ANY}
        if len(known) > 1:
            raise Misused(f"compares a {kinds[0]} with a {kinds[1]}", "compare like with like", node.number(2))
        if function not in {"_==_", "_!=_"} and known & {LIST, MAP}:
            raise Misused(f"asks which {known.pop()} is larger", "compare sizes: `size(x) > 1`", node.number(2))

    def kind(self, node: Message) -> str:
        """The kind of value that an expression gives, as far as can be told."""
        if (const := node.message(3)) is not None:
            return next((kind for number, kind in _CONSTANTS.items() if const.has(number)), ANY)
        if node.message(7) is not None:
            return LIST
        if node.message(8) is not None:
            return MAP
        called = node.message(6)
        if called is not None:
            return self._kind_of_call(called)
        path = _path(node)
        if path.startswith("history."):
            return NUMBER
        return TEXT if path in self._texts else KINDS.get(path, ANY)

    def _kind_of_call(self, called: Message) -> str:
        function = called.text(2)
        if function in _TRUTHS:
            return TRUTH
        kinds = [self.kind(argument) for argument in called.messages(3)]
        if function == "_?_:_":
            return kinds[1] if kinds[1] == kinds[2] else ANY
        if function in OPERATORS or function == "_%_":
            for kind in (TEXT, LIST):
                if kind in kinds:
                    return kind
            return INTEGER if set(kinds) == {INTEGER} else NUMBER
        return _RESULTS.get(function, ANY)

    def _note(self, node: Message) -> None:
        if node.message(4) is not None or node.message(5) is not None:
            path = _path(node)
            if path and not path.startswith("@"):
                self.looked_at[path] = None


def _name(node: Message) -> str:
    ident = node.message(4)
    return "" if ident is None else ident.text(1)


def _path(node: Message) -> str:
    """The dotted name that a chain of selections says; empty for anything else."""
    parts: list[str] = []
    while (select := node.message(5)) is not None:
        operand = select.message(1)
        if operand is None:
            return ""
        parts.append(select.text(2))
        node = operand
    root = _name(node)
    return ".".join([root, *reversed(parts)]) if root else ""
