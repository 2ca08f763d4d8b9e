"""Draw and encode one slip: milliseconds and bytes; beside it the same slip through python-escpos' plain image path."""

import gc
import json
import logging
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from escpos.printer import Dummy
from PIL import Image

from contracts.slip import SlipRecord
from printer.escpos import encode_slip
from printer.line_break import load_words
from printer.raster import draw_slip
from printer.typeface import Typeface, load_typeface
from tests.support.printer_samples import four_services, one_service

ROUNDS = 25

logging.getLogger().setLevel(logging.ERROR)  # python-escpos warns at every picture that no profile was given


def median_ms(work: Callable[[], object]) -> float:
    work()
    gc.collect()
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return round(statistics.median(taken), 2)


def whole(record: SlipRecord, face: Typeface) -> bytes:
    return encode_slip(draw_slip(record, face)).printed


def by_python_escpos(picture: Image.Image) -> bytes:
    printer = Dummy()
    printer.image(picture, impl="bitImageRaster")
    printer.cut()
    return bytes(printer.output)


def measure(record: SlipRecord, face: Typeface) -> dict[str, float]:
    picture = draw_slip(record, face)
    data = encode_slip(picture)
    return {
        "rows": picture.height,
        "centimetres": round(picture.height / 80, 1),
        "draw_and_encode_ms": median_ms(lambda: whole(record, face)),
        "draw_ms": median_ms(lambda: draw_slip(record, face)),
        "encode_ms": median_ms(lambda: encode_slip(picture)),
        "bytes": data.size,
        "python_escpos_draw_and_encode_ms": median_ms(lambda: by_python_escpos(draw_slip(record, face))),
        "python_escpos_encode_ms": median_ms(lambda: by_python_escpos(picture)),
        "python_escpos_bytes": len(by_python_escpos(picture)),
    }


def main() -> None:
    started = time.perf_counter()
    face = load_typeface()
    load_words()
    loaded_ms = round((time.perf_counter() - started) * 1000, 1)
    result = {
        "load_font_and_words_ms": loaded_ms,
        "rounds": ROUNDS,
        "one_service": measure(one_service(), face),
        "four_services": measure(four_services(), face),
    }
    print(json.dumps({"slip": result}, indent=2))


if __name__ == "__main__":
    main()
