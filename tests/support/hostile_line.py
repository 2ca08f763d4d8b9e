"""A line that does everything wrong: noise, floods, frames cut, doubled and damaged, and now and then a good one."""

import binascii
import random
from collections.abc import Callable, Iterator

from tests.support.panel_stranger import unstuff


def passes(packet: bytes) -> bool:
    """Whether a receiver cannot but take it: the check sum fits. One damaged packet in 65,536 does."""
    plain = unstuff(packet)
    return plain is not None and len(plain) >= 6 and binascii.crc_hqx(plain, 0xFFFF) == 0


def _misdeed(chance: random.Random, last: bytes, coming: bytes) -> bytes:
    kind = chance.randrange(8)
    if kind == 0:
        return chance.randbytes(chance.randrange(1, 1_500))
    if kind == 1:
        return coming[: chance.randrange(1, len(coming) - 1)]
    if kind == 2:
        return last * chance.randrange(1, 4)
    if kind == 3:
        return bytes(chance.randrange(1, 300))
    if kind == 4:
        return bytes([chance.randrange(1, 256)]) * chance.randrange(200, 2_000)
    if kind == 5:
        return bytes(chance.choices((0, 1, 2, 3, 4, 0x40, 0x42), k=chance.randrange(1, 200)))
    damaged = bytearray(coming)
    for _ in range(chance.randrange(1, 6)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def blocks(seed: int, total: int, make_good: Callable[[int], bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield noise and the good frame behind it, about ``total`` bytes together.

    Args:
        seed: Of the chance.
        total: Bytes wanted.
        make_good: Makes the n-th good frame, from 1.
    """
    chance = random.Random(seed)
    last, number = b"", 1
    while total > 0:
        good = make_good(number)
        noise = b"".join(_misdeed(chance, last, good) for _ in range(chance.randrange(1, 5)))
        meant = last.strip(b"\0")
        if any(packet != meant and passes(packet) for packet in noise.split(b"\0") if packet):
            continue  # no check sum of sixteen bits could tell
        yield noise, good
        total -= len(noise) + len(good)
        last, number = good, number + 1
