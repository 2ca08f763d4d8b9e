"""As much of PromQL as the alarm rules speak, over two readings of ``/metrics``: enough to see which of them fire."""

import re
from dataclasses import dataclass, field

Labels = frozenset
_TOKEN = re.compile(r"\s*(?:([0-9.]+)|([a-z_]+)|(\{[^}]*\})|\[([0-9]+)m\]|(==|[-(),>]))")
_MATCHER = re.compile(r'(\w+)(=~|!=|=)"([^"]*)"')
_OPERATORS = {"-": lambda a, b: a - b, ">": lambda a, b: a > b, "==": lambda a, b: a == b}
_FITS = {
    "=": lambda value, wanted: value == wanted,
    "!=": lambda value, wanted: value != wanted,
    "=~": lambda value, wanted: re.fullmatch(wanted, value) is not None,
}


@dataclass
class Reading:
    """Two readings and the time between.

    Attributes:
        before: Samples by name, each labels and value.
        after: The same, later.
        seconds: How much later.
        now: What ``time()`` says.
    """

    before: dict
    after: dict
    seconds: float
    now: float
    tokens: list = field(default_factory=list)

    def firing(self, expression: str) -> list[dict]:
        """Return the labels for which an expression holds."""
        self.tokens = [match.groups() for match in _TOKEN.finditer(expression)]
        found = self._both()
        assert not self.tokens, (expression, self.tokens)
        return [dict(labels) for labels in found]

    def _next(self, wanted=None):
        token = next(part for part in self.tokens.pop(0) if part)
        assert wanted in {None, token}, (wanted, token)
        return token

    def _peek(self):
        return next(part for part in self.tokens[0] if part) if self.tokens else ""

    def _both(self):
        found = self._compared()
        while self._peek() == "and":
            self._next()
            other = self._compared()
            found = {labels: value for labels, value in found.items() if labels in other}
        return found

    def _compared(self):
        left = self._sum()
        if self._peek() in {">", "=="}:
            holds, right = _OPERATORS[self._next()], self._sum()
            return {labels: a for labels, a, b in _pairs(left, right) if holds(a, b)}
        return left

    def _sum(self):
        left = self._atom()
        while self._peek() == "-":
            minus, right = _OPERATORS[self._next()], self._atom()
            left = {labels: minus(a, b) for labels, a, b in _pairs(left, right)}
        return left

    def _atom(self):
        token = self._next()
        if token[0].isdigit():
            return float(token)
        if token == "(":
            return self._closed(self._both())
        if token == "time":
            self._next("(")
            return self._closed(self.now)
        if token in {"rate", "increase"}:
            return self._growth(per_s=token == "rate")
        if token == "sum":
            return self._summed()
        if token == "histogram_quantile":
            return self._quantile()
        return self._select(self.after, token, self._matchers())

    def _closed(self, found):
        self._next(")")
        return found

    def _matchers(self):
        return _MATCHER.findall(self._next()) if self._peek().startswith("{") else []

    @staticmethod
    def _select(reading, name, matchers):
        samples = [
            (labels, value)
            for labels, value in reading.get(name, ())
            if all(_FITS[how](labels.get(label, ""), wanted) for label, how, wanted in matchers)
        ]
        return {Labels(labels.items()): value for labels, value in samples}

    def _growth(self, *, per_s):
        self._next("(")
        name, matchers = self._next(), self._matchers()
        self._next()
        old = self._select(self.before, name, matchers)
        new = self._select(self.after, name, matchers)
        # A series that was not there before has not grown in Prometheus's eyes, whatever it begins with.
        grown = {labels: value - old[labels] for labels, value in new.items() if labels in old}
        return self._closed({at: value / self.seconds for at, value in grown.items()} if per_s else grown)

    def _summed(self):
        kept = set()
        if self._peek() == "by":
            self._next()
            self._next("(")
            while (token := self._next()) != ")":
                kept |= {token} - {","}
        self._next("(")
        total = {}
        for labels, value in self._closed(self._both()).items():
            at = Labels((name, said) for name, said in labels if name in kept)
            total[at] = total.get(at, 0) + value
        return total

    def _quantile(self):
        self._next("(")
        wanted = float(self._next())
        self._next(",")
        buckets = self._closed(self._both())
        counted = sorted((float(dict(labels)["le"]), value) for labels, value in buckets.items())
        if not counted or not counted[-1][1]:
            return {}
        rank, low, below = wanted * counted[-1][1], 0.0, 0.0
        for bound, count in counted:
            if count >= rank:
                inside = bound if bound != float("inf") else low
                return {Labels(): low + (inside - low) * (rank - below) / (count - below)}
            low, below = bound, count
        raise AssertionError("a histogram without its last bucket")


def _pairs(left, right):
    if isinstance(left, float) and isinstance(right, float):
        return [(Labels(), left, right)]
    if isinstance(right, float):
        return [(labels, value, right) for labels, value in left.items()]
    if isinstance(left, float):
        return [(labels, left, value) for labels, value in right.items()]
    return [(labels, value, right[labels]) for labels, value in left.items() if labels in right]
