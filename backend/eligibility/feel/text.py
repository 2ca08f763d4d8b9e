"""FEEL's text: expressions and cells into values. What is not within the subset is refused with its position.

Source: OMG DMN 1.3 clause 9.2 (S-FEEL grammar) with clause 10.3.1.2's conditions, lists, at-literals, built-in calls.
Names may hold spaces: they are recognised because the model declares them, longest first (clause 10.3.1.4).
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final, NoReturn

from backend.eligibility.errors import SFeelError
from backend.eligibility.feel.functions import FUNCTIONS, PROPERTIES
from backend.eligibility.feel.literals import parse_at_literal, parse_date, parse_date_time, parse_duration, parse_time
from backend.eligibility.feel.nodes import (
    Arithmetic,
    Call,
    Comparison,
    Constant,
    If,
    In,
    Invoke,
    Items,
    Logic,
    Name,
    Negative,
    Node,
    Path,
    Range,
    Test,
    Tests,
)

_SPACE: Final = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER: Final = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?![0-9A-Za-z_])")
_STRING: Final = re.compile(r'"((?:[^"\\]|\\["\\\'nrt]|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{6})*)"')
_AT: Final = re.compile(r'@"([^"]*)"')
_ESCAPE: Final = re.compile(r'\\(["\\\'nrt]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6})')
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t"}
_IDENTIFIER: Final = re.compile(r"[^\W\d]\w*")
_KEYWORDS: Final = {"true": True, "false": False, "null": None}
_ORDER: Final = re.compile(r"<=|>=|<|>")
_COMPARE: Final = re.compile(r"<=|>=|!=|=|<|>")
_CALL: Final = re.compile(
    "(" + "|".join(r"\s+".join(name.split()) for name in sorted(FUNCTIONS, key=len, reverse=True)) + r")\s*\("
)
_CONVERSIONS: Final = {"date": parse_date, "time": parse_time, "date and time": parse_date_time}
_CONVERSIONS_ALL: Final = {**_CONVERSIONS, "duration": parse_duration}
_DEPTH: Final = 40


class Names:
    """The names a model declares, ready to be recognised in text."""

    def __init__(self, names: Iterable[str]) -> None:
        spelled = {" ".join(name.split()): name for name in names if name.strip()}
        longest = sorted(spelled, key=len, reverse=True)
        end = {name: r"(?!\w)" if re.match(r"\w", name[-1]) else "" for name in longest}
        patterns = (r"\s+".join(map(re.escape, name.split())) + end[name] for name in longest)
        self._pattern = re.compile("|".join(patterns)) if longest else None
        self._spelled = spelled

    def along_with(self, names: Iterable[str]) -> "Names":
        """Return these names and some more."""
        return Names([*self._spelled.values(), *names])

    def match(self, text: str, at: int) -> tuple[str, int] | None:
        """Return the longest declared name that begins at a place, and where it ends."""
        found = self._pattern.match(text, at) if self._pattern else None
        return (self._spelled[" ".join(found.group().split())], found.end()) if found else None


def parse_expression(text: str, names: Names) -> Node:
    """Read an expression.

    Raises:
        SFeelError: Not within the subset, or a name the model does not declare.
    """
    parser = _Parser(text, names)
    node = parser.expression()
    parser.finish()
    return node


def parse_cell(text: str, names: Names) -> Tests:
    """Read unary tests: a table's input cell, a column's or a type's allowed values.

    Raises:
        SFeelError: As above.
    """
    if text.strip() == "-":
        return Tests((), any_value=True, text="-")
    parser = _Parser(text, names)
    tests = parser.tests()
    parser.finish()
    return replace(tests, text=text.strip())


class _Parser:
    """A recursive descent over one text. Lives for one parse."""

    def __init__(self, text: str, names: Names) -> None:
        self.text, self.names, self.at, self.depth = text, names, 0, 0
        self.asks_self = False
        self._skip()

    def _skip(self) -> None:
        space = _SPACE.match(self.text, self.at)
        self.at = space.end() if space else self.at

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
            self._skip()
        return match

    def sign(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        self._skip()
        return True

    def word(self, word: str) -> bool:
        return self.take(re.compile(word + r"(?!\w)")) is not None

    def refuse(self, expected: str) -> NoReturn:
        raise SFeelError(self.text, self.at, expected)

    def need(self, sign: str) -> None:
        if not self.sign(sign):
            self.refuse(repr(sign))

    def finish(self) -> None:
        if self.at != len(self.text):
            self.refuse("end of the expression")

    def tests(self) -> Tests:
        negated = self.take(re.compile(r"not\s*\(")) is not None
        found = [self.test()]
        while self.sign(","):
            found.append(self.test())
        if negated:
            self.need(")")
        return Tests(tuple(found), negated)

    def test(self) -> Test:
        order = self.take(_ORDER)
        if order:
            return Test(order.group(), self.sum())
        self.asks_self = False
        operand = self.expression()
        return Test("", operand, self.asks_self or isinstance(operand, Comparison | Logic | In))

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > _DEPTH:
            self.refuse("a less deeply nested expression")
        node = self.condition() if self.word("if") else self.logic(both=False)
        self.depth -= 1
        return node

    def condition(self) -> Node:
        asked = self.expression()
        if not self.word("then"):
            self.refuse("'then'")
        yes = self.expression()
        if not self.word("else"):
            self.refuse("'else'")
        return If(asked, yes, self.expression())

    def logic(self, *, both: bool) -> Node:
        operands = [self.comparison() if both else self.logic(both=True)]
        while self.word("and" if both else "or"):
            operands.append(self.comparison() if both else self.logic(both=True))
        return Logic(both, tuple(operands)) if len(operands) > 1 else operands[0]

    def comparison(self) -> Node:
        left = self.sum()
        if sign := self.take(_COMPARE):
            return Comparison(sign.group(), left, self.sum())
        if self.word("between"):
            start = self.sum()
            if not self.word("and"):
                self.refuse("'and'")
            return In(left, Tests((Test("", Range(start, self.sum(), start_open=False, end_open=False)),)))
        if self.word("in"):
            return In(left, self.membership())
        return left

    def membership(self) -> Tests:
        before = self.at
        if self.sign("("):
            try:
                tests = self.tests()
                self.need(")")
            except SFeelError:
                self.at = before  # an open interval, not a list of tests
            else:
                return tests
        return Tests((self.test(),))

    def sum(self) -> Node:
        node = self.product()
        while sign := self.take(re.compile(r"[+-]")):
            node = Arithmetic(sign.group(), node, self.product())
        return node

    def product(self) -> Node:
        node = self.power()
        while sign := self.take(re.compile(r"\*(?!\*)|/")):
            node = Arithmetic(sign.group(), node, self.power())
        return node

    def power(self) -> Node:
        node = self.unary()
        while self.sign("**"):
            node = Arithmetic("**", node, self.unary())
        return node

    def unary(self) -> Node:
        if not self.sign("-"):
            return self.path()
        operand = self.unary()
        match operand:
            case Constant(Decimal() as number):
                return Constant(-number)
            case _:
                return Negative(operand)

    def path(self) -> Node:
        node = self.primary()
        while self.text.startswith(".", self.at) and not self.text.startswith("..", self.at):
            self.need(".")
            declared = self.names.match(self.text, self.at)
            known = self.take(re.compile("|".join(sorted(PROPERTIES, key=len, reverse=True)) + r"(?!\w)"))
            if declared and (not known or declared[1] >= known.end()):
                self.at = declared[1]
                self._skip()
                node = Path(node, declared[0])
            elif known or (known := self.take(_IDENTIFIER)):
                node = Path(node, known.group())
            else:
                self.refuse("a name")
        return node

    def primary(self) -> Node:
        if number := self.take(_NUMBER):
            return Constant(Decimal(number.group()))
        if string := self.take(_STRING):
            return Constant(_ESCAPE.sub(_unescape, string.group(1)))
        if at := self.take(_AT):
            value = parse_at_literal(at.group(1))
            return Constant(value) if value is not None else self.refuse("a date, time or duration before this")
        if self.text.startswith(("[", "(", "]"), self.at):
            return self.bracket()
        return self.named()

    def bracket(self) -> Node:
        opening = self.text[self.at]
        self.need(opening)
        if opening == "[" and self.sign("]"):
            return Items(())
        first = self.expression()
        if self.sign(".."):
            end = self.expression()
            closing = next((sign for sign in "])[" if self.sign(sign)), None)
            if closing is None:
                self.refuse("the end of the interval")
            return Range(first, end, start_open=opening != "[", end_open=closing != "]")
        if opening == "(":
            self.need(")")
            return first
        if opening == "]":
            self.refuse("'..'")
        items = [first]
        while self.sign(","):
            items.append(self.expression())
        self.need("]")
        return Items(tuple(items))

    def named(self) -> Node:
        declared = self.names.match(self.text, self.at)
        call = _CALL.match(self.text, self.at)
        if call and (not declared or declared[1] <= call.end()):
            return self.call(call)
        if declared:
            self.at = declared[1]
            self._skip()
            return Invoke(declared[0], self.arguments()) if self.sign("(") else Name(declared[0])
        if self.sign("?"):
            self.asks_self = True
            return Name("?")
        word = _IDENTIFIER.match(self.text, self.at)
        if word and word.group() in _KEYWORDS:
            self.at = word.end()
            self._skip()
            return Constant(_KEYWORDS[word.group()])
        return self.refuse("a value, or a name or function the table knows,")

    def call(self, match: re.Match[str]) -> Node:
        self.at = match.end()
        self._skip()
        function = " ".join(match.group(1).split())
        begun = self.at
        arguments = self.arguments()
        match arguments:
            case (Constant(str(text)),) if function in _CONVERSIONS_ALL:
                value = _CONVERSIONS_ALL[function](text)
                if value is None:
                    self.at = begun
                    self.refuse(f"a {function} that exists")
                return Constant(value)
        return Call(function, arguments)

    def arguments(self) -> tuple[Node, ...]:
        if self.sign(")"):
            return ()
        arguments = [self.expression()]
        while self.sign(","):
            arguments.append(self.expression())
        self.need(")")
        return tuple(arguments)


def _unescape(escape: re.Match[str]) -> str:
    sign = escape.group(1)
    return chr(int(sign[1:], 16)) if sign[0] in "uU" else _ESCAPED.get(sign, sign)
