"""The firmware's receiver on a hostile line: ``micropython simulate_hostile.py FILE PATH…``.

The file holds blocks: two bytes of length, noise, one byte of length, a good WATCH, its three bytes of payload. Each
good frame is sent once. Prints how many there were, or what went wrong with one.
"""

import sys

blocks = open(sys.argv[1], "rb")
sys.path[0:1] = sys.argv[2:]

from app.panel import Panel  # noqa: E402
from checks.fake_board import FakeBoard, Host  # noqa: E402
from wire import messages as m  # noqa: E402

PIECE_BYTES = 256
panel = Panel(FakeBoard(), self_test=False)
host = Host(panel)
host.run(50)
host.hello()
panel.watchdog.beat(False)
host.run(2_500)
done = []
carry_out = panel.line._carry_out


def note(frame):
    done.append((frame.type, frame.payload))
    return carry_out(frame)


def feed(data):
    panel.board.to_panel += data
    while panel.board.to_panel or panel._frames:
        host.run(5)


panel.line._carry_out = note
told = len(host.events)
count = 0
while True:
    head = blocks.read(2)
    if not head:
        break
    left = head[0] << 8 | head[1]
    while left:  # piece by piece: the heap is the panel's, not ours
        feed(blocks.read(min(left, PIECE_BYTES)))
        left -= min(left, PIECE_BYTES)
    feed(blocks.read(blocks.read(1)[0]))
    payload = blocks.read(3)
    count += 1
    host.run(5)
    if done != [(m.WATCH, payload)] or len(host.events) != told or panel.line.session != 1:
        sys.stdout.write(repr(("block", count, "carried out", done, "told", len(host.events) - told)))
        sys.exit(1)
    done.clear()
    host.replies = []
    panel.watchdog.beat(False)
sys.stdout.write(str(count) + " " + str(panel.reader.damaged))
