"""An independent engine decides random tables as ours does, where the two languages mean the same."""

import json

import zen
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backend.eligibility.model.evaluation import evaluate
from backend.eligibility.model.reading import parse_model
from tests.support.dmn_models import dmn, inputs, requires, table

ENGINE = zen.ZenEngine()
number_cells = st.one_of(
    st.just("-"),
    st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), st.integers(0, 5)),
    st.builds(lambda start, width: f"[{start}..{start + width}]", st.integers(0, 4), st.integers(0, 3)),
)
bool_cells = st.sampled_from(["-", "true", "false"])
rows = st.lists(st.tuples(number_cells, bool_cells, st.integers(0, 9).map(str)), min_size=1, max_size=6)


def _by_zen(given_rows, policy, age, thai):
    content = {
        "hitPolicy": policy,
        "inputs": [{"id": "a", "name": "Age", "field": "Age"}, {"id": "t", "name": "Thai", "field": "Thai"}],
        "outputs": [{"id": "o", "name": "n", "field": "n"}],
        "rules": [
            {"_id": str(place), "a": "" if one == "-" else one, "t": "" if two == "-" else two, "o": out}
            for place, (one, two, out) in enumerate(given_rows)
        ],
    }
    at = {"position": {"x": 0, "y": 0}}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", **at},
        {"id": "t", "type": "decisionTableNode", "name": "t", "content": content, **at},
        {"id": "out", "type": "outputNode", "name": "out", **at},
    ]
    edges = [{"id": "1", "sourceId": "in", "targetId": "t"}, {"id": "2", "sourceId": "t", "targetId": "out"}]
    decision = ENGINE.create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return decision.evaluate({"Age": age, "Thai": thai})["result"]


def _by_us(given_rows, policy, age, thai):
    body = inputs(Age="number", Thai="boolean") + table(
        "T",
        [("Age", "number"), ("Thai", "boolean")],
        [("n", "number")],
        given_rows,
        f'hitPolicy="{policy}"',
        requires("Age", "Thai"),
    )
    return evaluate(parse_model(dmn(body)), "T", {"Age": age, "Thai": thai})


@settings(deadline=None)  # another engine's compiler is in it
@given(rows, st.integers(-1, 8), st.booleans())
def test_first(given_rows, age, thai):
    ours = _by_us(given_rows, "FIRST", age, thai)
    assume(ours is not None)  # for no row zen-engine has its own conventions
    assert _by_zen(given_rows, "first", age, thai) == {"n": int(ours)}


@settings(deadline=None)
@given(rows, st.integers(-1, 8), st.booleans())
def test_collect(given_rows, age, thai):
    ours = _by_us(given_rows, "COLLECT", age, thai)
    assume(ours is not None)
    assert _by_zen(given_rows, "collect", age, thai) == [{"n": int(one)} for one in ours]
