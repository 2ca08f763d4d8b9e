from app import lights
from app.debounce import CHORD, KEYS, STUCK_MS, Debounce, Keypad
from app.fan import BLIND_PERCENT, Fan
from app.ticks import BOARD_PERIOD, UNIX_PERIOD, Every, elapsed_ms
from app.tunes import TUNES, Player
from wire import messages as m


def check_ticks_wrap_on_both_widths():
    for period in (BOARD_PERIOD, UNIX_PERIOD):
        for before in (0, 1, period // 2 - 1, period // 2, period - 1, period - 30_000):
            for gap in (0, 1, 5, 8_388, 60_000):
                assert elapsed_ms((before + gap) & (period - 1), before, period) == gap, (period, before, gap)
            assert elapsed_ms(before - 1 & (period - 1), before, period) == 0  # a clock that went back is no time


def check_this_interpreter_s_ticks_wrap_where_we_think():
    try:
        from time import ticks_add, ticks_diff
    except ImportError:
        return  # CPython has none
    period = ticks_add(0, -1) + 1
    assert period in (BOARD_PERIOD, UNIX_PERIOD)
    assert ticks_diff(ticks_add(period - 1, 5), period - 1) == elapsed_ms(4, period - 1, period) == 5


def check_every_has_no_drift():
    every = Every(33)
    every.passed_ms(0)
    due = sum(1 for _ in range(10_000) if every.passed_ms(5))
    assert 50_000 // 33 - 1 <= due <= 50_000 // 33


def check_a_bouncing_switch_is_one_change():
    contact = Debounce(2, 30)
    changes = []
    for raw in (1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1):
        changes.append(contact.take(raw, 5))
    assert [change for change in changes if change] == [1]
    assert contact.bits == 1


def check_each_key_is_known_and_reported_once():
    for n in range(12):
        pad = Keypad()
        seen = [pad.take(bits << n, 5)[0] for bits in (0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0)]
        assert [key for key in seen if key] == [KEYS[n]], n


def check_two_keys_at_once_are_no_key():
    pad = Keypad()
    assert not any(pad.take(0b11, 5)[0] for _ in range(50))


def check_the_chord_counts_once_after_three_seconds():
    pad = Keypad()
    told = [n for n in range(1, 2_000) if pad.take(CHORD, 5)[1]]
    assert len(told) == 1
    assert 3_000 <= told[0] * 5 <= 3_050
    assert not any(Keypad().take(CHORD ^ 1 << 9, 5)[1] for _ in range(2_000))


def check_a_key_that_hangs_is_noticed_and_forgiven():
    pad = Keypad()
    for _ in range(STUCK_MS // 5 + 20):
        pad.take(1, 5)
    assert pad.stuck
    for _ in range(10):
        pad.take(0, 5)
    assert not pad.stuck


def check_fan_curve():
    fan = Fan()
    assert fan.take(440, 0, 1_000) == 0
    assert fan.take(450, 0, 1_000) == 100  # the kick
    assert fan.take(450, 60, 1_000) == 30
    assert fan.take(430, 60, 1_000) == 30  # hysteresis
    assert fan.take(550, 60, 1_000) == 65
    assert fan.take(900, 60, 1_000) == 100
    assert fan.hot
    assert fan.take(419, 60, 1_000) == 0
    assert fan.take(m.UNKNOWN_TEMPERATURE, 0, 1_000) == 100
    assert fan.take(m.UNKNOWN_TEMPERATURE, 90, 1_000) == BLIND_PERCENT
    assert fan.rpm == 2_700


def check_a_fan_that_does_not_turn_is_a_fault():
    fan = Fan()
    for _ in range(6):
        fan.take(500, 0, 1_000)
    assert fan.stalled
    assert fan.percent == 100  # all there is, perhaps it gets loose
    fan.take(500, 80, 1_000)
    assert not fan.stalled


def check_tunes_sound_and_end():
    for tune, notes in TUNES.items():
        player = Player()
        assert player.play(tune)
        heard = [player.take(5) for _ in range(600)]
        assert [hertz for hertz, _ in notes if hertz] == [
            hertz for n, hertz in enumerate(heard) if hertz and (n == 0 or heard[n - 1] != hertz)
        ], tune
        assert heard[-1] == 0
    assert not Player().play(99)


def _rendered(pattern, at_ms, level=255):
    out = bytearray(48)
    lights.render(pattern, at_ms, level, out)
    return bytes(out)


def check_every_pattern_has_data_and_every_name_a_pattern():
    assert sorted(lights.PATTERNS) == list(range(len(m.PATTERN_NAMES)))
    for layers in lights.PATTERNS.values():
        for shape, _, period_ms, _, _ in layers:
            assert lights.LOOP_MS % abs(period_ms) == 0
            if shape == lights.BLINK:
                assert abs(period_ms) >= 334  # WCAG 2.3.1: three flashes a second


def _grey(pixels):
    """What somebody who sees no colours sees."""
    return bytes((pixels[n] * 30 + pixels[n + 1] * 59 + pixels[n + 2] * 11) // 100 for n in range(0, 48, 3))


def check_patterns_differ_without_colours():
    """Any two differ clearly at some moment of their loop, in grey alone."""
    films = {
        pattern: b"".join(_grey(_rendered(pattern, at)) for at in range(0, 12_000, 250)) for pattern in lights.PATTERNS
    }
    for one, left in films.items():
        for other, right in films.items():
            if one < other:
                apart = max(abs(a - b) for a, b in zip(left, right))
                assert apart > 40, (m.PATTERN_NAMES[one], m.PATTERN_NAMES[other], apart)


def check_moving_patterns_are_smooth():
    """From one frame to the next no pixel of a moving pattern jumps from dark to full."""
    for pattern in (m.REST, m.READING, m.PRINTING, m.HOST_LOST, m.UPDATING):
        before = _rendered(pattern, 0)
        for at in range(33, 12_000, 33):
            now = _rendered(pattern, at)
            if pattern not in (m.PRINTING, m.UPDATING):  # a filled ring empties at once: it begins anew
                assert max(abs(a - b) for a, b in zip(now, before)) < 180, (pattern, at)
            before = now


def check_level_dims():
    bright, dim = _rendered(m.REST, 2_000), _rendered(m.REST, 2_000, 60)
    assert 0 < sum(dim) < sum(bright) // 4
    assert sum(_rendered(m.DARK, 0)) == 0
    assert sum(_rendered(200, 0)) == 0


def check_a_pattern_is_drawn_in_time():
    try:
        from time import ticks_us
    except ImportError:
        return
    out = bytearray(48)
    began = ticks_us()
    for n in range(100):
        lights.render(m.TAKE_CARD, n * 33, 96, out)
    assert (ticks_us() - began) // 100 < 2_000
