from app import host_watchdog as w
from wire import messages as m


class Run:
    """A watchdog, its clock, and when it cut the power (seconds)."""

    def __init__(self, **made_with):
        self.dog = w.HostWatchdog(**made_with)
        self.ms = 0
        self.cuts = []
        self.restored = []

    def until(self, second, step_ms=1_000, beats_every_s=0, updating=False):
        while self.ms < second * 1_000:
            if beats_every_s and self.ms % (beats_every_s * 1_000) == 0:
                self.dog.beat(updating)
            action = self.dog.step(step_ms)
            self.ms += step_ms
            if action == w.CUT_NOW:
                self.cuts.append(self.ms // 1_000)
            elif action == w.RESTORE_NOW:
                self.restored.append(self.ms // 1_000)
        return self


def check_a_host_that_never_speaks_is_cut_after_the_grace_and_a_warning():
    run = Run().until(239)
    assert run.dog.state == m.GRACE
    run.until(240)
    assert run.dog.state == m.WARNING
    run.until(249)
    assert run.cuts == []
    run.until(250)
    assert run.cuts == [250]
    assert run.dog.state == m.CUT
    run.until(255)
    assert run.restored == [255]
    assert run.dog.state == m.GRACE


def check_the_back_off_grows_to_an_hour_and_the_day_has_a_limit():
    run = Run()
    run.dog.set_limits(90, 10)
    run.until(86_000)
    waits = [after - before - 5 for before, after in zip(run.cuts, run.cuts[1:])]
    assert waits == [250 + minutes * 60 for minutes in (1, 2, 4, 8, 16, 32, 60, 60, 60)]
    assert len(run.cuts) == 10
    assert run.dog.state == m.EXHAUSTED
    run.until(run.cuts[0] + 86_399)
    assert len(run.cuts) == 10
    run.until(run.cuts[0] + 86_402)
    assert len(run.cuts) == 11
    assert run.dog.cycles_today == 1


def check_a_host_that_speaks_and_falls_silent():
    run = Run().until(600, beats_every_s=10)
    assert run.cuts == []
    last = 590
    run.until(last + 89)
    assert run.dog.state == m.WATCHING
    run.until(last + 99)
    assert run.dog.state == m.WARNING
    assert run.cuts == []
    run.until(last + 100)
    assert run.cuts == [last + 100]


def check_a_word_in_the_warning_saves_it():
    run = Run().until(245)
    assert run.dog.state == m.WARNING
    run.dog.beat(False)
    assert run.dog.state == m.WATCHING
    run.until(245 + 89)
    assert run.cuts == []


def check_ten_minutes_of_good_words_forgive_shorter_ones_do_not():
    for spoken_s, wait_s in ((700, 60), (300, 120)):
        run = Run().until(255)
        assert run.cuts == [250]
        run.ms = 0
        run.cuts = []
        run.until(spoken_s, beats_every_s=10)
        run.until(spoken_s + 100)
        first = run.cuts[0]
        run.until(first + 5 + 250 + wait_s - 1)
        assert len(run.cuts) == 1, (spoken_s, run.cuts)
        run.until(first + 5 + 250 + wait_s)
        assert len(run.cuts) == 2, (spoken_s, run.cuts)


def check_the_host_sets_the_silence_within_reason():
    dog = w.HostWatchdog()
    for asked, got in ((45, 45), (1, 30), (65_535, 3_600)):
        dog.set_limits(asked, 99)
        assert dog.silence_s == got
        assert dog.cycles_a_day == 24
    run = Run()
    run.dog.set_limits(30, 0)
    assert run.dog.cycles_a_day == 1
    run.dog.beat(False)
    run.until(40)
    assert run.cuts == [40]


def check_power_stays_while_the_host_updates_up_to_twenty_minutes():
    run = Run()
    run.dog.beat(True)
    assert run.dog.state == m.HOST_UPDATING
    run.until(1_199)
    assert run.cuts == []
    assert run.dog.state == m.HOST_UPDATING
    run.until(1_200 + 99)
    assert run.cuts == []
    run.until(1_200 + 100)
    assert run.cuts == [1_300]


def check_saying_updating_again_and_again_gives_no_second_twenty_minutes():
    run = Run().until(1_250, beats_every_s=10, updating=True)
    assert run.dog.state == m.WATCHING  # it still speaks, so nothing is cut; but from now on silence counts
    run.until(1_240 + 100)
    assert run.cuts == [1_340]
    again = Run().until(1_250, beats_every_s=10, updating=True)
    again.dog.beat(False)
    again.dog.beat(True)
    assert again.dog.state == m.HOST_UPDATING


def check_the_chord_holds_for_thirty_minutes():
    run = Run().until(245)
    run.dog.suspend()
    assert run.dog.state == m.SUSPENDED
    run.until(245 + 1_800)
    assert run.cuts == []
    run.until(245 + 1_800 + 250)
    assert run.cuts == [245 + 1_800 + 250]


def check_a_cut_once_begun_is_finished():
    run = Run().until(250)
    run.dog.suspend()
    run.dog.beat(False)
    assert run.dog.state == m.CUT
    run.until(256)
    assert run.restored == [255]


def check_what_the_log_remembers_counts():
    run = Run(cycles_today=9)
    run.until(2 * 3_600 + 300)
    assert len(run.cuts) == 1
    assert run.dog.state == m.EXHAUSTED
    spent = Run(cycles_today=10).until(86_000)
    assert spent.cuts == []


def check_the_host_s_clock_may_end_the_day():
    spent = Run(cycles_today=10).until(300)
    assert spent.dog.state == m.EXHAUSTED
    spent.dog.begin_day()
    assert (spent.dog.cycles_today, spent.dog.new_day, spent.dog.state) == (0, True, m.WARNING)
    cut = Run().until(250)
    cut.dog.begin_day()
    assert cut.until(256).restored == [255]


def check_remaining_is_what_a_technician_would_count():
    run = Run()
    assert run.dog.remaining_s == 240
    run.until(100)
    assert run.dog.remaining_s == 140
    run.dog.beat(False)
    assert run.dog.remaining_s == 90
    run.until(195)
    assert (run.dog.state, run.dog.remaining_s) == (m.WARNING, 5)
    run.dog.suspend()
    assert run.dog.remaining_s == 1_800
