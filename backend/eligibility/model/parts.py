"""A DMN model as values. Source: OMG DMN 1.3 clauses 6 (requirements), 7.3 (types), 8 (tables)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from backend.eligibility.feel.nodes import Node, Tests


class Policy(StrEnum):
    """Hit policies under DMN's names (table 6 of clause 8.2.10)."""

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    PRIORITY = "PRIORITY"
    FIRST = "FIRST"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"


class Aggregation(StrEnum):
    """What COLLECT makes of its outputs: C+, C#, C<, C>."""

    SUM = "SUM"
    COUNT = "COUNT"
    MIN = "MIN"
    MAX = "MAX"


@dataclass(frozen=True, slots=True)
class ItemType:
    """A declared type.

    Attributes:
        base: FEEL's type or another declared one; None for a structure.
        collection: Whether a value is a list of these.
        allowed: Values that belong; None for all.
        components: A structure's parts and their types.
    """

    base: str | None
    collection: bool = False
    allowed: Tests | None = None
    components: Mapping[str, "ItemType"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InputColumn:
    """An input clause: what is tested, and what it may be (``inputValues``)."""

    label: str
    expression: Node
    type_ref: str
    allowed: Tests | None


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """An output clause. ``values``: what it may be, strongest first; ``default``: what stands when no rule applies."""

    name: str
    type_ref: str
    values: Tests | None
    default: Node | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: a test for each input, an expression for each output, and its annotations."""

    rule_id: str
    cells: tuple[Tests, ...]
    results: tuple[Node, ...]
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A decision table."""

    policy: Policy
    aggregation: Aggregation | None
    inputs: tuple[InputColumn, ...]
    outputs: tuple[OutputColumn, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class InputData:
    """Something told from outside."""

    name: str
    type_ref: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a boxed context; without a name it is what the whole context comes to."""

    name: str
    type_ref: str
    logic: "Logic"


@dataclass(frozen=True, slots=True)
class BoxedContext:
    """Entries worked out one after another, each of which may use those before it."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call of one of the model's functions with its parameters by name."""

    function: str
    bindings: tuple[Entry, ...]


Logic = DecisionTable | BoxedContext | Invocation | Node


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function.

    Attributes:
        name: By which it is called.
        parameters: Their names and types.
        type_ref: Type of its value; empty for any.
        requires: Names of the other functions it may call.
        logic: What it works out; of the model it sees its parameters and what it requires alone.
    """

    name: str
    parameters: tuple[tuple[str, str], ...]
    type_ref: str
    requires: tuple[str, ...]
    logic: Logic


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision.

    Attributes:
        name: Its variable's name, by which others use it.
        type_ref: Type of its result; empty for any.
        requires: Names of the inputs, decisions and functions it is allowed to use.
        logic: What it works out; None where people decide it outside the model, and its value is told.
    """

    name: str
    decision_id: str
    type_ref: str
    requires: tuple[str, ...]
    logic: Logic | None


@dataclass(frozen=True, slots=True)
class Model:
    """One DMN file: every name in it is declared, every cell parsed, no decision requires itself.

    Attributes:
        attributes: Of ``definitions``, other tools' and ours among them, by ``{namespace}name``.
    """

    name: str
    namespace: str
    types: Mapping[str, ItemType]
    inputs: Mapping[str, InputData]
    decisions: Mapping[str, Decision]
    knowledge: Mapping[str, Knowledge] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
