"""Numbers for operators: how much is kept of agencies' answers, and how often that spared a question."""

from prometheus_client import Counter, Gauge

_RECALLED = Counter("baidiao_kept_answers_looked_up_total", "Look-ups of kept answers", ["outcome"])
_KEPT = Gauge("baidiao_kept_answers", "Answers kept, encrypted, in memory", multiprocess_mode="livesum")
_TOGETHER = Counter("baidiao_bulk_questions_total", "Questions that asked an agency about many at once")
_PERSONS = Counter("baidiao_bulk_question_persons_total", "Persons in those questions", ["outcome"])


def count_recalled(outcome: str) -> None:
    """Count one look-up: ``used``, ``too_old`` for the rules, or ``missing``."""
    _RECALLED.labels(outcome).inc()


def count_kept(entries: int) -> None:
    """Note how many answers are kept now."""
    _KEPT.set(entries)


def count_together(answered: int, left_out: int) -> None:
    """Count one question about many, and how many of them it answered for."""
    _TOGETHER.inc()
    _PERSONS.labels("answered").inc(answered)
    _PERSONS.labels("left_out").inc(left_out)
