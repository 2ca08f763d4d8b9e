"""Expressions and unary tests as values: what the parser makes and the evaluator reads."""

from dataclasses import dataclass, field

from backend.eligibility.feel.values import FeelValue


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal."""

    value: FeelValue


@dataclass(frozen=True, slots=True)
class Name:
    """An input's or decision's value; ``?`` is the value a unary test is put to."""

    name: str


@dataclass(frozen=True, slots=True)
class Path:
    """``source.name``."""

    source: "Node"
    name: str


@dataclass(frozen=True, slots=True)
class Negative:
    """``-operand``."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``left sign right``."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left sign right`` with ``=``, ``!=``, ``<``, ``<=``, ``>``, ``>=``."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Logic:
    """``and`` or ``or`` of its operands."""

    both: bool
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class If:
    """``if condition then yes else no``."""

    condition: "Node"
    yes: "Node"
    no: "Node"


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; a side is open when its end point does not belong."""

    start: "Node"
    end: "Node"
    start_open: bool
    end_open: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A built-in function on its arguments."""

    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Invoke:
    """One of the model's own functions, by the name it has there, on its arguments."""

    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Test:
    """One positive unary test: ``sign`` is empty for a value, list, interval; ``condition``: it must itself be true."""

    sign: str
    operand: "Node"
    condition: bool = False


@dataclass(frozen=True, slots=True)
class Tests:
    """A cell: one of its tests must hold. ``any_value`` for ``-``; ``negated`` for ``not(…)``; ``text`` as written."""

    tests: tuple[Test, ...]
    negated: bool = False
    any_value: bool = False
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class In:
    """``value in tests``; ``between`` is read as one too."""

    value: "Node"
    tests: Tests


Node = Constant | Name | Path | Negative | Arithmetic | Comparison | Logic | If | Items | Range | Call | Invoke | In
