"""Small DMN models for tests."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

Column = tuple[str, str] | tuple[str, str, str]


def dmn(body: str) -> bytes:
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="m" namespace="urn:test">'
        f"{body}</definitions>"
    ).encode()


def inputs(**types: str) -> str:
    return "".join(
        f'<inputData id="i_{name}" name="{name.replace("__", " ")}">'
        f'<variable name="{name.replace("__", " ")}" typeRef="{kind}"/></inputData>'
        for name, kind in types.items()
    )


def requires(*names: str, decisions: Iterable[str] = ()) -> str:
    told = "".join(
        f'<informationRequirement><requiredInput href="#i_{name}"/></informationRequirement>' for name in names
    )
    return told + "".join(
        f'<informationRequirement><requiredDecision href="#d_{name}"/></informationRequirement>' for name in decisions
    )


def expression(name: str, text: str, needs: str = "") -> str:
    return (
        f'<decision id="d_{name}" name="{name}"><variable name="{name}"/>{needs}'
        f"<literalExpression><text>{escape(text)}</text></literalExpression></decision>"
    )


def table(
    name: str,
    columns: Sequence[tuple[str, str]],
    outputs: Sequence[Column],
    rules: Sequence[Sequence[str]],
    policy: str = 'hitPolicy="UNIQUE"',
    needs: str = "",
) -> str:
    """``columns``: expression and type; ``outputs``: name, type and, if any, values; ``rules``: cells, inputs first."""
    ins = "".join(
        f'<input><inputExpression typeRef="{kind}"><text>{escape(text)}</text></inputExpression></input>'
        for text, kind in columns
    )
    outs = "".join(
        f'<output name="{output[0]}" typeRef="{output[1]}">'
        + (f"<outputValues><text>{escape(output[2])}</text></outputValues>" if len(output) > 2 else "")
        + "</output>"
        for output in outputs
    )
    rows = "".join(
        "<rule>"
        + "".join(
            f"<{tag}><text>{escape(cell)}</text></{tag}>"
            for place, cell in enumerate(rule)
            for tag in ["inputEntry" if place < len(columns) else "outputEntry"]
        )
        + "</rule>"
        for rule in rules
    )
    return (
        f'<decision id="d_{name}" name="{name}"><variable name="{name}"/>{needs}'
        f"<decisionTable {policy}>{ins}{outs}{rows}</decisionTable></decision>"
    )
