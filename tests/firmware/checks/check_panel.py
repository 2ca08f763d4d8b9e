from app.loop import TRIAL_MS, run
from app.panel import Panel
from app.ticks import BOARD_PERIOD, UNIX_PERIOD
from wire import frames
from wire import messages as m
from wire.frames import Frame, encode_frame

from checks.fake_board import FakeBoard, Host


def connected(board=None):
    panel = Panel(board or FakeBoard(), self_test=False)
    host = Host(panel)
    host.run(50)
    host.hello()
    host.run(100)
    return panel, host


def reason(reply):
    assert reply.type == m.REFUSED, reply
    return m.refusal.decode(reply.payload).reason


def check_hello_says_who_it_is():
    _, host = connected()
    welcome = m.welcome.decode(host.replies[0].payload)
    assert (welcome.lowest, welcome.highest, welcome.session) == (1, 1, 1)
    assert welcome.features == m.ALL_FEATURES
    assert welcome.boot == 1


def check_nothing_is_carried_out_without_hello():
    panel = Panel(FakeBoard(), self_test=False)
    host = Host(panel)
    assert reason(host.ask(m.LIGHT, m.light.encode(m.FAULT, 9))) == m.NO_SESSION
    assert host.events == []


def check_an_unknown_command_a_short_one_and_a_wrong_turn_are_refused():
    _, host = connected()
    assert reason(host.ask(0x1F)) == m.UNKNOWN_COMMAND
    assert reason(host.ask(m.LIGHT, b"")) == m.MALFORMED
    host.sequence += 3
    assert reason(host.ask(m.STATUS)) == m.OUT_OF_SEQUENCE
    host.sequence -= 4
    assert host.ask(m.STATUS).type == m.STATUS | m.REPLY


def check_other_versions_are_tolerated():
    _, host = connected()
    host.send(m.STATUS, b"", 1, version=2)
    host.run(30)
    assert reason(host.replies[-1]) == m.OTHER_VERSION
    host.send(m.HELLO, m.hello.encode(2, 9, 5, 0))
    host.run(30)
    assert reason(host.replies[-1]) == m.OTHER_VERSION
    host.send(m.HELLO, m.hello.encode(1, 9, 5, 0xFFFFFFFF) + b"whatever comes later")
    host.run(30)
    assert m.welcome.decode(host.replies[-1].payload).highest == 1


def check_a_command_sent_thrice_is_carried_out_once():
    panel, host = connected()
    played = []

    class Player:
        hertz = 0

        def play(self, tune):
            played.append(tune)
            return True

        def take(self, elapsed):
            return 0

    panel.player = Player()
    for _ in range(3):
        host.send(m.SOUND, m.sound.encode(m.DONE), 1)
    host.run(60)
    assert played == [m.DONE]
    assert [reply.type for reply in host.replies[-3:]] == [m.SOUND | m.REPLY] * 3


def check_a_newer_host_s_pattern_is_a_calm_ring():
    panel, host = connected()
    host.ask(m.LIGHT, m.light.encode(m.READING, 50))
    host.run(40)
    assert panel.pattern == m.READING
    host.ask(m.LIGHT, m.light.encode(77, 50))
    host.run(40)
    assert panel.pattern == m.REST


def check_events_are_told_until_acknowledged_and_once():
    panel, host = connected()
    host.acknowledges = False
    panel.board.switch_bits = 1
    host.run(900)
    host.acknowledges = True
    host.run(600)
    told = [m.switched.decode(frame.payload) for frame in host.of(m.SWITCHED)]
    assert told == [(m.CARD_IN, 1)]


def check_keys_and_switches_arrive_in_order():
    panel, host = connected()
    for n in (0, 4, 11):
        panel.board.key_bits = 1 << n
        host.run(60)
        panel.board.key_bits = 0
        host.run(60)
    assert [frame.payload for frame in host.of(m.KEY)] == [b"1", b"5", b"#"]


def check_a_flood_of_events_is_bounded_and_counted():
    panel, host = connected()
    host.acknowledges = False
    for _ in range(90):
        panel.board.key_bits ^= 1
        host.run(60)
    host.acknowledges = True
    host.run(10_000)
    lost = sum(m.lost.decode(frame.payload).events for frame in host.of(m.LOST))
    assert lost > 0
    keys = len(host.of(m.KEY))
    assert keys <= 32
    assert keys + lost == 45


def check_tampering_is_reported_until_the_log_is_acknowledged():
    panel, host = connected()
    panel.board.switch_bits = 1 << m.LID_OPEN
    host.run(200)
    kinds = [m.record.decode(frame.payload).kind for frame in host.of(m.LOGGED)]
    assert kinds == [m.BOOTED, m.LID_OPENED]
    host.session = 2
    host.events = []
    host.hello()
    host.run(200)
    assert [m.record.decode(frame.payload).kind for frame in host.of(m.LOGGED)] == [m.BOOTED, m.LID_OPENED]
    host.ask(m.LOG_ACK, m.log_ack.encode(2))
    host.session = 3
    host.events = []
    host.hello()
    host.run(200)
    assert host.of(m.LOGGED) == []
    history = host.ask(m.LOG_READ, m.log_read.encode(1)).payload
    assert len(history) == 2 * m.RECORD_BYTES


def check_a_case_opened_while_the_panel_slept_is_noted_once():
    board = FakeBoard()
    Panel(board, self_test=False)
    board.switch_bits = 1 << m.BACK_OPEN
    panel = Panel(board, self_test=False)
    kinds = [m.record.decode(body).kind for body in panel.ring.unacknowledged]
    assert kinds == [m.BOOTED, m.BACK_OPENED, m.BOOTED]
    again = Panel(board, self_test=False)
    assert len(again.ring.unacknowledged) == 4


def check_an_open_case_shows_whatever_the_host_wishes():
    panel, host = connected()
    host.ask(m.LIGHT, m.light.encode(m.ASKING, 50))
    panel.board.switch_bits = 1 << m.LID_OPEN
    host.run(100)
    assert panel.pattern == m.TAMPER
    panel.board.switch_bits = 0
    host.run(100)
    assert panel.pattern == m.ASKING


def check_the_relay_opens_for_five_seconds_and_it_is_written_first():
    panel, host = connected()
    host.ask(m.HEARTBEAT, m.heartbeat.encode(0, 1_700_000_000))
    host.acknowledges = False
    host.run(101_000, 50)
    assert panel.board.cuts == [True]
    last = m.record.decode(panel.ring.unacknowledged[-1])
    assert (last.kind, last.value) == (m.POWER_CYCLED, 1)
    assert 1_700_000_098 <= last.unix_s <= 1_700_000_101
    host.run(5_000, 50)
    assert panel.board.cuts == [True, False]


def check_the_chord_suspends():
    panel, host = connected()
    panel.board.key_bits = 0b111 << 9
    host.run(3_200)
    assert m.pulse.decode(host.ask(m.HEARTBEAT, m.heartbeat.encode(0, 0)).payload).watchdog == m.SUSPENDED
    assert panel.pattern == m.SERVICE


def check_the_loader_needs_its_word_and_answers_first():
    panel, host = connected()
    assert reason(host.ask(m.LOADER, m.loader.encode(1))) == m.NOT_NOW
    assert not panel.board.loader
    assert host.ask(m.LOADER, m.loader.encode(m.LOADER_WORD)).type == m.LOADER | m.REPLY
    assert panel.board.loader


def check_a_trial_nobody_confirms_ends():
    class Passing(FakeBoard):
        def rest(self):
            self.pass_ms(1_000)

    board = Passing()
    board.trial = True
    run(board)
    assert TRIAL_MS // 1_000 <= board.fed <= TRIAL_MS // 1_000 + 5


def check_commit_reaches_the_board():
    panel, host = connected()
    host.ask(m.COMMIT)
    assert panel.board.committed


def check_faults_are_told_when_they_change():
    panel, host = connected()
    panel.board.case = m.UNKNOWN_TEMPERATURE
    host.run(2_500)
    assert m.faults.decode(host.of(m.FAULTS)[-1].payload).bits == m.FAULT_CASE_SENSOR
    panel.board.case = 300
    host.run(2_500)
    assert m.faults.decode(host.of(m.FAULTS)[-1].payload).bits == 0


def check_a_host_that_does_not_read_costs_no_memory():
    panel, host = connected()
    panel.board.takes = 0
    for _ in range(2_000):
        panel.board.to_panel += encode_frame(Frame(m.STATUS, 1))
        host.run(5)
    assert len(panel._outgoing) <= 1_024
    panel.board.to_panel = b""
    panel.board.takes = 1_000
    host.run(500)
    host.session = 9
    assert m.welcome.decode(host.hello().payload).session == 9


def check_the_lamp_test_lights_every_lamp():
    board = FakeBoard()
    panel = Panel(board)
    seen = set()
    for _ in range(60):
        board.pass_ms(33)
        panel.step()
        seen |= {n for n in range(48) if board.pixels[n] > 50}
    assert len(seen) == 48
    assert panel.pattern == m.REST


def check_a_clock_that_wraps_changes_nothing():
    for period in (BOARD_PERIOD, UNIX_PERIOD):
        board = FakeBoard(period=period, start=period - 120_000)
        _, host = connected(board)
        host.ask(m.HEARTBEAT, m.heartbeat.encode(0, 0))
        host.run(99_000, 100)
        assert board.cuts == []
        host.ask(m.HEARTBEAT, m.heartbeat.encode(0, 0))  # the wrap lies in the next silence
        host.run(99_500, 100)
        assert board.cuts == [], period
        host.run(700, 100)
        assert board.cuts == [True], period
        assert board.now < 200_000


def check_every_frame_of_noise_is_dropped_and_counted():
    panel, host = connected()
    for n in range(300):
        panel.board.to_panel += bytes((n * 7 + at * 13) & 255 for at in range(64))
        host.run(5)
    assert panel.reader.damaged > 10
    panel.board.to_panel += encode_frame(Frame(m.STATUS, 1))
    host.run(200)
    assert host.replies[-1].type == m.STATUS | m.REPLY
    assert frames.VERSION == 1
