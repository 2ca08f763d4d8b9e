"""An independent engine decides random tables as ours does, where the two languages mean the same."""

import json

import pytest
import zen
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backend.eligibility.model.evaluation import evaluate
from backend.eligibility.model.reading import parse_model
from tests.support.dmn_models import dmn, inputs, requires, table

ENGINE = zen.ZenEngine()
one_number = st.one_of(
    st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), st.integers(0, 5)),
    st.builds(
        lambda opening, start, width, closing: f"{opening}{start}..{start + width}{closing}",
        st.sampled_from("[("),
        st.integers(0, 4),
        st.integers(1, 3),
        st.sampled_from("])"),
    ),
    st.integers(0, 5).map(str),
)
one_string = st.sampled_from(['"a"', '"b"', '"ก ข"'])


def _cells(one):
    return st.one_of(st.just("-"), st.lists(one, min_size=1, max_size=3).map(", ".join))


bool_cells = st.sampled_from(["-", "true", "false"])
rows = st.lists(
    st.tuples(_cells(one_number), bool_cells, _cells(one_string), st.integers(0, 9).map(str)), min_size=1, max_size=6
)
given_facts = st.fixed_dictionaries(
    {"Age": st.integers(-1, 8), "Thai": st.booleans(), "Scheme": st.sampled_from(["a", "b", "ก ข", "c", ""])}
)
RANKED = "5, 9, 0, 1, 2, 3, 4, 6, 7, 8"
"""Outputs, strongest first."""
COLUMNS = {"Age": "number", "Thai": "boolean", "Scheme": "string"}


def _by_zen(given_rows, policy, facts):
    content = {
        "hitPolicy": policy,
        "inputs": [{"id": name, "name": name, "field": name} for name in COLUMNS],
        "outputs": [{"id": "o", "name": "n", "field": "n"}],
        "rules": [
            {"_id": str(place), "o": row[-1]}
            | {name: "" if cell == "-" else cell for name, cell in zip(COLUMNS, row[:-1], strict=True)}
            for place, row in enumerate(given_rows)
        ],
    }
    at = {"position": {"x": 0, "y": 0}}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", **at},
        {"id": "t", "type": "decisionTableNode", "name": "t", "content": content, **at},
        {"id": "out", "type": "outputNode", "name": "out", **at},
    ]
    edges = [{"id": "1", "sourceId": "in", "targetId": "t"}, {"id": "2", "sourceId": "t", "targetId": "out"}]
    return ENGINE.create_decision(json.dumps({"nodes": nodes, "edges": edges})).evaluate(facts)["result"]


def _by_us(given_rows, policy, facts):
    body = inputs(**COLUMNS) + table(
        "T", list(COLUMNS.items()), [("n", "number", RANKED)], given_rows, policy, requires(*COLUMNS)
    )
    return evaluate(parse_model(dmn(body)), "T", facts)


@settings(deadline=None)  # another engine's compiler is in it
@given(rows, given_facts)
def test_first(given_rows, facts):
    ours = _by_us(given_rows, 'hitPolicy="FIRST"', facts)
    assume(ours is not None)  # for no row zen-engine has its own conventions
    assert _by_zen(given_rows, "first", facts) == {"n": int(ours)}


@settings(deadline=None)
@given(rows, given_facts)
def test_collect(given_rows, facts):
    ours = _by_us(given_rows, 'hitPolicy="COLLECT"', facts)
    assert (_by_zen(given_rows, "collect", facts) or []) == [{"n": int(one)} for one in ours]


@pytest.mark.parametrize(("sign", "work"), [("SUM", sum), ("COUNT", len), ("MIN", min), ("MAX", max)])
@settings(deadline=None, max_examples=40)
@given(given_rows=rows, facts=given_facts)
def test_what_collect_makes_of_its_outputs(sign, work, given_rows, facts):
    collected = [one["n"] for one in _by_zen(given_rows, "collect", facts) or []]
    assume(collected)
    assert _by_us(given_rows, f'hitPolicy="COLLECT" aggregation="{sign}"', facts) == work(collected)


@settings(deadline=None)
@given(rows, given_facts)
def test_what_the_other_policies_make_of_the_rows_that_apply(given_rows, facts):
    collected = [one["n"] for one in _by_zen(given_rows, "collect", facts) or []]
    assume(collected)
    assert _by_us(given_rows, 'hitPolicy="RULE ORDER"', facts) == collected
    assert _by_us(given_rows, 'hitPolicy="UNIQUE"', facts) == (collected[0] if len(collected) == 1 else None)
    assert _by_us(given_rows, 'hitPolicy="ANY"', facts) == (collected[0] if len(set(collected)) == 1 else None)
    ranks = [int(one) for one in RANKED.split(", ")]
    assert _by_us(given_rows, 'hitPolicy="OUTPUT ORDER"', facts) == sorted(collected, key=ranks.index)
    assert _by_us(given_rows, 'hitPolicy="PRIORITY"', facts) == min(collected, key=ranks.index)
