"""A centre whose parts are killed under load, one after another: whatever was acknowledged is in the log, once.

``BAIDIAO_TEST_KILLS`` says how many kills there are, in place of the few that a test run has time for.
"""

import os

import pytest

from tests.support.evidence_kills import besiege, choose_kills

KILLS = int(os.environ.get("BAIDIAO_TEST_KILLS", "3"))

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_acknowledged_is_in_the_log_once_whatever_is_killed(tmp_path, kind):
    tally = besiege(tmp_path, kind, KILLS, seed=1)
    assert sorted(tally.kills.elements()) == sorted(choose_kills(kind, KILLS))
    assert (tally.lost, tally.doubled) == (0, 0)
    assert tally.leaves >= tally.acknowledged >= KILLS
    assert tally.checkpoints == KILLS + 1
    assert set(tally.tries) <= {0, 200, 503}
