from wire import cobs, crc, delivery, frames
from wire import messages as m

TABLE = (
    (b"", b"\x01"),
    (b"\0", b"\x01\x01"),
    (b"\0\0", b"\x01\x01\x01"),
    (b"\x11\x22\0\x33", b"\x03\x11\x22\x02\x33"),
    (b"\x11\0\0\0", b"\x02\x11\x01\x01\x01"),
    (bytes(range(1, 255)), b"\xff" + bytes(range(1, 255))),
    (bytes(range(1, 256)), b"\xff" + bytes(range(1, 255)) + b"\x02\xff"),
)


def check_crc_of_the_nine_digits_is_the_published_one():
    assert crc.crc16(b"123456789") == 0x29B1
    assert crc.crc16(b"") == 0xFFFF
    assert crc.crc16(b"6789", crc.crc16(b"12345")) == 0x29B1


def check_cobs_byte_table():
    for plain, stuffed in TABLE:
        assert cobs.stuff(plain) == stuffed, plain
        assert cobs.unstuff(stuffed) == plain, stuffed


def check_cobs_refuses_what_nobody_stuffed():
    for packet in (b"", b"\0", b"\x02", b"\x05\x11\x22", b"\x03\x11\0"):
        assert cobs.unstuff(packet) is None, packet


def check_the_specification_s_frame():
    # docs/panel-protocol.md, section 2.3, the example.
    frame = frames.Frame(m.LIGHT, 5, m.light.encode(m.ASKING, 96))
    assert frames.encode_frame(frame) == bytes.fromhex("0003010306050360776700")


def check_a_frame_survives_any_cutting():
    sent = frames.encode_frame(frames.Frame(7, 513, b"\0\x01\0")) * 2
    for size in (1, 2, 3, 7, 100):
        reader = frames.FrameReader()
        got = []
        for at in range(0, len(sent), size):
            got += reader.feed(sent[at : at + size])
        assert [(one.type, one.sequence, one.payload) for one in got] == [(7, 513, b"\0\x01\0")] * 2
        assert reader.damaged == 0


def check_noise_before_a_frame_costs_no_frame():
    reader = frames.FrameReader()
    good = frames.encode_frame(frames.Frame(5, 1))
    assert len(reader.feed(b"\x05noise" * 200 + good)) == 1
    assert reader.damaged == 1
    assert len(reader.feed(good[:-3] + good)) == 1
    assert reader.damaged == 2


def check_every_flipped_bit_is_noticed():
    good = frames.encode_frame(frames.Frame(3, 9, b"\x01\x02\x03"))[1:-1]
    for n in range(len(good) * 8):
        bad = bytearray(good)
        bad[n // 8] ^= 1 << n % 8
        assert frames.parse_frame(bytes(bad)) is None, n


def check_a_payload_that_is_too_long_is_our_own_bug():
    try:
        frames.encode_frame(frames.Frame(1, 1, bytes(241)))
    except ValueError:
        return
    raise AssertionError("taken")


def check_longest_frame_has_one_overhead_byte():
    for fill in (0, 1, 255):
        sent = frames.encode_frame(frames.Frame(1, 1, bytes([fill]) * 240))
        assert len(sent) == frames.STUFFED_MAX_BYTES + 2
        assert frames.FrameReader().feed(sent)[0].payload == bytes([fill]) * 240


def check_older_and_newer_payloads_are_understood():
    whole = m.hello.encode(1, 2, 7, 9)
    assert m.hello.decode(whole + b"more of a newer peer").session == 7
    old = m.Layout(m.Hello, "BBII", "BBI")
    assert old.decode(whole[:6]).features == 0
    assert old.decode(whole[:5]) is None


def check_inbox_sorts_new_again_and_gap():
    inbox = delivery.Inbox()
    sorted_ = [inbox.sort(sequence) for sequence in (1, 1, 2, 4, 2, 3, 0)]
    new, again, gap = delivery.NEW, delivery.AGAIN, delivery.GAP
    assert sorted_ == [new, again, new, gap, again, new, gap]


def check_sequences_go_round_past_zero():
    assert delivery.following(65_534) == 65_535
    assert delivery.following(65_535) == 1
    inbox = delivery.Inbox()
    for n in range(70_000):
        assert inbox.sort(n % 65_535 + 1) == delivery.NEW


def check_outbox_sends_again_until_acknowledged_and_in_order():
    box = delivery.Outbox(2)
    assert box.put(0x40, b"a")
    assert box.put(0x40, b"b")
    assert not box.put(0x40, b"c")
    assert box.dropped == 1
    assert box.due(0).payload == b"a"
    assert box.due(delivery.RETRY_MS - 1) is None
    assert box.due(1).payload == b"a"
    assert box.acknowledge(2) is None
    assert box.acknowledge(1).payload == b"a"
    assert box.acknowledge(1) is None
    assert box.due(0).payload == b"b"
