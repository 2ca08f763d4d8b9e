"""The loop: as long as it goes round, the board's watchdog is fed."""

from app.panel import Panel

TRIAL_MS = 180_000
"""A new firmware that the host has not confirmed by then did not come up."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from app.board import Board


def run(board: "Board") -> None:
    """Run for ever; end only when a trial was not confirmed."""
    panel = Panel(board)
    while not (board.trial and panel.uptime_ms > TRIAL_MS):
        panel.step()
        board.rest()
