"""Writers of one SQLite file queue up, across threads and processes, and a dead one holds up nobody."""

import subprocess
import sys
import threading
import time

from backend.write_turn import WriteTurn

_HOLD = """
import sys, pathlib, time
from backend.write_turn import WriteTurn
with WriteTurn(pathlib.Path(sys.argv[1])).taken():
    print("mine", flush=True)
    time.sleep(60)
"""


def test_one_thread_at_a_time(tmp_path):
    turn = WriteTurn(tmp_path / "store")
    inside, most = 0, 0

    def write():
        nonlocal inside, most
        for _ in range(20):
            with turn.taken():
                inside += 1
                most = max(most, inside)
                time.sleep(0.0005)
                inside -= 1

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    turn.close()
    assert most == 1


def test_another_process_is_waited_for_and_its_death_ends_the_wait(tmp_path):
    database = tmp_path / "store"
    holder = subprocess.Popen([sys.executable, "-c", _HOLD, str(database)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "mine\n"
    turn, came = WriteTurn(database), threading.Event()

    def write():
        with turn.taken():
            came.set()

    waiting = threading.Thread(target=write)
    waiting.start()
    assert not came.wait(0.2)
    holder.kill()
    holder.wait(10)
    holder.stdout.close()
    assert came.wait(10)
    waiting.join()
    turn.close()
