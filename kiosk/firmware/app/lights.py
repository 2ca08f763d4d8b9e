"""The ring's patterns as data, and the renderer. Pixel 0 sits below the card slot's middle, the rest go clockwise.

Patterns differ in movement and shape as well as in colour, and their colours are blue, white and amber, never red
against green: whoever sees colours differently sees which is which. Nothing flashes over three times a second
(WCAG 2.2, success criterion 2.3.1).
"""

from wire import messages as m

PIXELS = 16
FRAME_MS = 33
LOOP_MS = 12_000
"""Every period divides this, so that time may start over there without a jump."""

SOLID = 0  # pixels of mask a
BREATHE = 1  # pixels of mask a, never darker than b of 255
BLINK = 2  # pixels of mask a, alight for b of 256 of the period
COMET = 3  # a comets, each with a tail of b pixels; a negative period turns them round
FILL = 4  # fills both ways from the slot to the top, then rests full; b of 255 glows where it is empty

BLUE = (0, 90, 255)
WHITE = (255, 235, 200)
AMBER = (255, 110, 0)
ALL = 0xFFFF
SLOT = 0b1100_0000_0000_0111
"""The five pixels beside the slot."""
EVEN = 0x5555
ODD = 0xAAAA
QUARTERS = 0b0001_0001_0001_0001

PATTERNS = {
    m.REST: ((BREATHE, BLUE, 4_000, ALL, 24),),
    m.INSERT: ((BLINK, WHITE, 1_000, SLOT, 150), (BREATHE, BLUE, 4_000, ALL ^ SLOT, 24)),
    m.READING: ((COMET, BLUE, 1_500, 1, 6),),
    m.ASKING: ((COMET, BLUE, 2_000, 2, 5), (SOLID, WHITE, 1_000, 1, 0)),
    m.PRINTING: ((FILL, WHITE, 3_000, 0, 16),),
    m.TAKE_CARD: ((BLINK, WHITE, 1_000, SLOT, 128), (COMET, BLUE, 1_000, 1, 3), (COMET, BLUE, -1_000, 1, 3)),
    m.TIME_WARNING: ((BLINK, AMBER, 1_500, 0b0000_0111_1110_0000, 128), (SOLID, WHITE, 1_000, SLOT, 0)),
    m.FAULT: ((SOLID, AMBER, 1_000, QUARTERS, 0),),
    m.TAMPER: ((BLINK, AMBER, 500, EVEN, 128), (BREATHE, BLUE, 500, ODD, 0)),
    m.UPDATING: ((FILL, BLUE, 6_000, 0, 16), (BLINK, WHITE, 2_000, 1 << 8, 128)),
    m.HOST_LOST: ((COMET, AMBER, -3_000, 3, 3),),
    m.SERVICE: ((BREATHE, WHITE, 2_000, EVEN, 40), (SOLID, BLUE, 1_000, QUARTERS << 1, 0)),
    m.DARK: (),
}
"""Layers of shape, colour, period in milliseconds, a, b. The brightest layer wins, channel by channel."""


def render(pattern: int, at_ms: int, level: int, out: bytearray) -> None:
    """Draw one moment.

    Args:
        pattern: One of PATTERNS; any other is dark.
        at_ms: Time since the pattern began.
        level: Brightness, 0 to 255.
        out: 48 bytes, red, green, blue for each pixel; overwritten.
    """
    for n in range(len(out)):
        out[n] = 0
    for shape, colour, period_ms, a, b in PATTERNS.get(pattern, ()):
        phase = at_ms % abs(period_ms) * 256 // abs(period_ms)
        if period_ms < 0:
            phase = 255 - phase
        for pixel in range(PIXELS):
            light = _light(shape, phase, pixel, a, b) * level // 255
            if light:
                # The eye's answer to light is about a square root: squared, a ramp looks even.
                light = max(1, light * light // 255)
                for n in range(3):
                    out[pixel * 3 + n] = max(out[pixel * 3 + n], colour[n] * light // 255)


def _light(shape: int, phase: int, pixel: int, a: int, b: int) -> int:
    if shape == COMET:
        return _comet(phase, pixel, a, b)
    if shape == FILL:
        return _fill(phase, pixel, b)
    if not a >> pixel & 1:
        return 0
    if shape == BREATHE:
        wave = phase * 2 if phase < 128 else (255 - phase) * 2
        return b + (255 - b) * wave // 254
    if shape == BLINK:
        return 255 if phase < b else 0
    return 255


def _comet(phase: int, pixel: int, comets: int, tail: int) -> int:
    """A head between two pixels lights both in part: thirty frames a second look like one movement."""
    spacing = PIXELS * 256 // comets
    behind = (phase * PIXELS - pixel * 256) % spacing
    if behind < tail * 256:
        return 255 - behind * 255 // (tail * 256)
    ahead = spacing - behind
    return 255 - ahead if ahead < 256 else 0


def _fill(phase: int, pixel: int, empty: int) -> int:
    from_slot = min(pixel, PIXELS - pixel) * 256
    reached = phase * 10 * 256 // 192  # full after three quarters, then at rest
    return min(255, max(empty, reached - from_slot))
